#include "worker.hpp"

namespace earshot::store {

std::optional<base::Error> Worker::serve(const Database::Task& task) {
    for (int attempt = 1;; ++attempt) {
        if (attempt > 1) ++retries_;
        const bool is_new = !connection_;
        if (auto error = connect()) return error;
        auto failure = run_once(*connection_, task.access, task.work);
        if (!failure) return std::nullopt;
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
        connection_ = Connection::open(backend_);
    } catch (const soci::soci_error& error) {
        base::Error away{base::Errc::store_away, "the database cannot be reached", {}, what_was_said(error)};
        on_attempt_(&away);
        return away;
    }
    on_attempt_(nullptr);
    return std::nullopt;
}

}  // namespace earshot::store
