#include "worker.hpp"

namespace earshot::store {
namespace {

constexpr const char* k_unreachable = "the database cannot be reached";

}  // namespace

std::optional<base::Error> Worker::serve(const Database::Task& task) {
    for (int attempt = 1;; ++attempt) {
        if (attempt > 1) ++retries_;
        const bool is_new = !connection_;
        if (auto error = connect()) return error;
        Watchdog::Watch watch(watchdog_, &connection_->line());
        auto failure = run_once(*connection_, task.access, task.work);
        const bool is_in_time = watch.end();
        if (!is_in_time) connection_.reset();
        if (!failure) return std::nullopt;
        if (!is_in_time) return base::Error{base::Errc::store_away, k_unreachable, {}, failure->error.details};
        if (failure->trouble == Trouble::conflict && attempt < k_most_attempts) continue;
        if (failure->trouble != Trouble::conflict) connection_.reset();
        // The server may have been restarted since this connection was last used.
        if (failure->trouble == Trouble::lost && !failure->is_in_doubt && !is_new) continue;
        return std::move(failure->error);
    }
}

void Worker::probe() {
    connection_.reset();  // one that it still has is of the time before
    connect();
}

std::optional<base::Error> Worker::connect() {
    if (connection_) return std::nullopt;
    try {
        const Watchdog::Watch watch(watchdog_, nullptr);
        connection_ = Connection::open(backend_, watchdog_.limit());
    } catch (const soci::soci_error& error) {
        base::Error away{base::Errc::store_away, k_unreachable, {}, what_was_said(error)};
        on_attempt_(&away);
        return away;
    }
    on_attempt_(nullptr);
    return std::nullopt;
}

}  // namespace earshot::store
