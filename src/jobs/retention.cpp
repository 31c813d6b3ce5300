#include "earshot/jobs/retention.hpp"

#include "earshot/base/thread_priority.hpp"
#include "earshot/net/wall_clock.hpp"

#include "await.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace earshot::jobs {

using net::wall_now;

namespace {

/// Of one transaction: others wait for the database meanwhile.
constexpr std::size_t k_at_once = 50;

/// Adds to `deleted` what it has deleted, also where it ends with an error.
base::Result<void> delete_conversations(store::ConversationStore& store, base::WallTime before, base::WallTime now,
                                        const std::stop_token& stop, std::size_t& deleted) {
    std::size_t at_once = k_at_once;
    while (!stop.stop_requested()) {
        const auto done = await<std::size_t>([&](auto tell) { store.expire(before, at_once, now, std::move(tell)); });
        if (!done) {
            // Long ones may take longer together than a transaction may.
            if (!base::may_pass(done.error().code) || at_once == 1) return done.error();
            at_once /= 2;
            continue;
        }
        deleted += *done;
        if (*done < at_once) break;
    }
    return {};
}

base::Result<void> delete_until(store::ConversationStore& conversations, store::JobStore& jobs,
                                const RetentionPeriods& periods, base::WallTime now, const std::stop_token& stop,
                                std::size_t& deleted) {
    if (periods.conversations) {
        auto done = delete_conversations(conversations, now - *periods.conversations, now, stop, deleted);
        if (!done) return done;
    }
    const base::WallTime before = now - periods.jobs;
    if (auto forgotten = await<bool>([&](auto done) { jobs.forget(before, std::move(done)); }); !forgotten) {
        return forgotten.error();
    }
    if (auto forgotten = await<bool>([&](auto done) { conversations.forget(before, std::move(done)); }); !forgotten) {
        return forgotten.error();
    }
    return {};
}

}  // namespace

base::Result<std::size_t> delete_expired(store::ConversationStore& conversations, store::JobStore& jobs,
                                         const RetentionPeriods& periods, base::WallTime now) {
    std::size_t deleted = 0;
    if (auto done = delete_until(conversations, jobs, periods, now, {}, deleted); !done) return done.error();
    return deleted;
}

class Retention::Impl {
public:
    Impl(store::ConversationStore& conversations, store::JobStore& jobs, const RetentionPeriods& periods,
         std::function<void(std::size_t)> on_deleted, base::Duration interval)
        : conversations_(conversations),
          jobs_(jobs),
          periods_(periods),
          on_deleted_(std::move(on_deleted)),
          interval_(interval),
          thread_([this](const std::stop_token& stop) { run(stop); }) {}

    std::uint64_t deleted() const { return deleted_; }

private:
    void run(const std::stop_token& stop) {
        base::lower_priority_of_this_thread();
        std::mutex mutex;
        std::condition_variable_any stopped;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            // What the store does not do now, it does the next time.
            std::size_t deleted = 0;
            (void)delete_until(conversations_, jobs_, periods_, wall_now(), stop, deleted);
            deleted_ += deleted;
            if (deleted > 0) on_deleted_(deleted);
            stopped.wait_for(lock, stop, interval_, [] { return false; });
        }
    }

    store::ConversationStore& conversations_;
    store::JobStore& jobs_;
    const RetentionPeriods periods_;
    const std::function<void(std::size_t)> on_deleted_;
    const base::Duration interval_;
    std::atomic<std::uint64_t> deleted_ = 0;
    std::jthread thread_;  // last: it uses all of the above
};

Retention::Retention(store::ConversationStore& conversations, store::JobStore& jobs, const RetentionPeriods& periods,
                     std::function<void(std::size_t)> on_deleted, base::Duration interval)
    : impl_(std::make_unique<Impl>(conversations, jobs, periods, std::move(on_deleted), interval)) {}

Retention::~Retention() = default;

std::uint64_t Retention::deleted() const {
    return impl_->deleted();
}

}  // namespace earshot::jobs
