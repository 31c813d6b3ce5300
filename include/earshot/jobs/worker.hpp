#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/conversation_record.hpp"
#include "earshot/store/job_store.hpp"

#include <functional>
#include <stop_token>
#include <vector>

namespace earshot::jobs {

/// What a worker is told and tells while it works.
struct Surroundings {
    std::stop_token stop;  ///< the job is to be let go: what comes of it is not wanted any more
    std::function<void(double share)> on_progress;  ///< 0..1, of the work that is done; cheap
};

/// Does jobs of one kind. Several threads at once.
class Worker {
public:
    virtual ~Worker() = default;

    /// Does a job, on the calling thread, which may wait. Gives what is to be kept of it. Errors: Errc::store_away and
    /// Errc::queue_full (it is tried again later), Errc::internal and Errc::io_failed (likewise, but not for ever), any
    /// other (the job has failed, and the message tells its owner why).
    /// What it gives after a stop goes nowhere. May throw: then the job is tried again.
    virtual base::Result<std::vector<detect::ConversationChange>> work(const store::ClaimedJob& job,
                                                                       const Surroundings& surroundings) = 0;
};

}  // namespace earshot::jobs
