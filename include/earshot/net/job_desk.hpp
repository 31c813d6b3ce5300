#pragma once

#include "earshot/store/done.hpp"
#include "earshot/store/job_store.hpp"

#include <string>

namespace earshot::net {

/// The kind of jobs that hear text; their request is a proto::KeptRequest.
inline constexpr const char* k_text_job = "text";

/// Takes what clients want done after the call. Outlives the server. Any thread may call; no call waits.
class JobDesk {
public:
    virtual ~JobDesk() = default;

    /// Keeps the job, and sees to it that it is done: at once, where somebody is free for it. Gives it as it is kept.
    /// Errors: Errc::too_many (of the account), Errc::unknown_conversation, those of any store.
    virtual void submit(store::NewJob job, store::Done<store::JobRecord> done) = 0;

    /// How it is with a job. Errors: Errc::unknown_job, those of any store.
    virtual void show(std::string account, std::string id, store::Done<store::JobRecord> done) = 0;
};

}  // namespace earshot::net
