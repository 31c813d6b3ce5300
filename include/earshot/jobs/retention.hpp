#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/store/conversation_store.hpp"
#include "earshot/store/job_store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace earshot::jobs {

/// For how long something is kept.
struct RetentionPeriods {
    std::optional<std::chrono::days> conversations;  ///< none: for ever
    std::chrono::days jobs = std::chrono::days(30);  ///< that are done, and ids of conversations that were deleted
};

/// Deletes what was kept for long enough at `now`. Waits for the stores; not on their threads. Gives the number of
/// conversations. Errors: those of the stores; what was deleted before stays deleted.
base::Result<std::size_t> delete_expired(store::ConversationStore& conversations, store::JobStore& jobs,
                                         const RetentionPeriods& periods, base::WallTime now);

/// Does that from time to time, on a thread of its own.
class Retention {
public:
    /// The stores outlive it. `on_deleted`: how many conversations went, if any did; called on the thread.
    Retention(store::ConversationStore& conversations, store::JobStore& jobs, const RetentionPeriods& periods,
              std::function<void(std::size_t)> on_deleted, base::Duration interval = std::chrono::minutes(1));

    /// Joins, after a step that is under way.
    ~Retention();
    Retention(const Retention&) = delete;
    Retention& operator=(const Retention&) = delete;

    /// Conversations that were deleted. Any thread.
    std::uint64_t deleted() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::jobs
