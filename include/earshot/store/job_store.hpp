#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/detect/conversation_record.hpp"
#include "earshot/store/conversation_store.hpp"
#include "earshot/store/done.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::store {

enum class JobState : std::uint8_t { scheduled, in_progress, completed, failed };

/// The word that clients know it by.
std::string_view job_state_name(JobState state) noexcept;

/// A job as it is asked for.
struct NewJob {
    std::string id;  ///< a UUID
    std::string account;
    std::string conversation;                        ///< id
    std::optional<detect::ConversationBegin> begin;  ///< of a conversation that begins with it; none: there must be one
    ConversationEdit edit = {};                      ///< of the conversation, in force with the job
    std::string kind;                                ///< which worker takes it: "text", …
    std::string request;      ///< all that the worker needs to know, in a form of its own; any UTF-8
    std::string webhook_url;  ///< empty: nobody wants to be told
};

/// Who works on a job, until when.
struct Lease {
    std::string owner;  ///< unique to a running server
    base::WallTime until;
};

struct JobRecord {
    std::string id;
    std::string account;
    std::string conversation;
    std::string kind;
    JobState state = JobState::scheduled;
    double progress = 0;  ///< 0..1
    std::string error;    ///< why it failed, for a person; else empty
    int attempts = 0;     ///< how often somebody began to work on it
    base::WallTime created_on;
    base::WallTime updated_on;
};

struct ClaimedJob {
    JobRecord job;
    std::string request;
};

/// How a job ends.
struct JobOutcome {
    JobState state = JobState::completed;             ///< or failed
    std::string error;                                ///< of a failed one
    std::vector<detect::ConversationChange> changes;  ///< to be in force with a completed one, all or none
};

/// Something to be told to somebody's server: one HTTP POST.
struct Delivery {
    std::string id;  ///< a UUID, the same at each attempt
    std::string account;
    std::string topic;  ///< those of one topic are told one after the other, in their order; of a job: its id
    std::string url;
    std::string body;
    int attempts = 0;  ///< made so far
    base::WallTime created_on;
};

/// Jobs that accounts have asked for, and what is to be told of them. A job that was accepted is done, or failed for a
/// reason that is told, whatever crashes meanwhile; its results come into force once, together with its end. Each
/// change of its state that its `webhook_url` is to hear of becomes a Delivery in the same transaction, with the body
/// `{"jobId": …, "status": …}`: in_progress when it is claimed for the first time, completed, failed.
///
/// Several servers may share it. Threads and errors as of ConversationStore.
class JobStore {
public:
    virtual ~JobStore() = default;

    /// Keeps the job. With `claim` it is in progress from the beginning, under this lease, unless the conversation has
    /// jobs before it that are not done. Errors: Errc::too_many (the account has `at_most` jobs that are not done),
    /// Errc::unknown_conversation.
    virtual void create(NewJob job, std::size_t at_most, std::optional<Lease> claim, base::WallTime now,
                        Done<JobRecord> done) = 0;

    /// Errors: Errc::unknown_job.
    virtual void get(std::string account, std::string id, Done<JobRecord> done) = 0;

    /// The next job that is scheduled, or whose lease is over, under `lease` from now on; none: there is nothing to do.
    /// Jobs of one conversation come one after the other, in the order in which they were created. Accounts take turns:
    /// that one comes first whose last claim is longest ago.
    virtual void claim(Lease lease, base::WallTime now, Done<std::optional<ClaimedJob>> done) = 0;

    /// Goes on with a job. False: it is not the owner's any more (its lease was over and another has it, or its
    /// conversation is gone), so it is to be let go.
    virtual void renew(std::string id, Lease lease, double progress, Done<bool> done) = 0;

    /// Ends a job. False, and nothing happened: it is not the owner's any more. The request is forgotten.
    virtual void finish(std::string id, std::string owner, JobOutcome outcome, base::WallTime now, Done<bool> done) = 0;

    /// Gives a job back, to be claimed by anybody at once; the attempt does not count.
    virtual void release(std::string id, std::string owner, Done<bool> done) = 0;

    /// Forgets jobs that were done before `before`.
    virtual void forget(base::WallTime before, Done<bool> done) = 0;

    // ---- What is to be told

    /// Up to `at_most` deliveries that are due at `now`, at most one of a topic and only the first that it has left.
    /// Nobody else is given them before `until`.
    virtual void take_deliveries(std::size_t at_most, base::WallTime now, base::WallTime until,
                                 Done<std::vector<Delivery>> done) = 0;

    /// It was told, or is given up.
    virtual void end_delivery(std::string id, Done<bool> done) = 0;

    /// It failed, and is to be tried again at `when`; its attempts grow by one.
    virtual void retry_delivery(std::string id, base::WallTime when, Done<bool> done) = 0;
};

}  // namespace earshot::store
