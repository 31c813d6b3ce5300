#pragma once

#include "earshot/base/error.hpp"
#include "earshot/store/job_store.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace earshot::support {

/// What a JobStore holds, as plainly as it can be said, and which results are in force. Its deliveries have the ids
/// that next_id() gives, as the store's have where both begin with the same number.
class ModelJobs {
public:
    std::string next_id() { return "delivery-" + std::to_string(++ids_); }

    base::Result<store::JobRecord> create(const store::NewJob& job, std::size_t at_most,
                                          const std::optional<store::Lease>& claim, base::WallTime now);
    base::Result<store::JobRecord> get(const std::string& account, const std::string& id) const;
    std::optional<store::ClaimedJob> claim(const store::Lease& lease, base::WallTime now);
    bool renew(const std::string& id, const store::Lease& lease, double progress);
    bool finish(const std::string& id, const std::string& owner, const store::JobOutcome& outcome, base::WallTime now);
    bool release(const std::string& id, const std::string& owner);
    void forget(base::WallTime before);
    base::Result<bool> remove_conversation(const std::string& account, const std::string& id, base::WallTime now);

    std::vector<store::Delivery> take_deliveries(std::size_t at_most, base::WallTime now, base::WallTime until);
    bool end_delivery(const std::string& id);
    bool retry_delivery(const std::string& id, base::WallTime when);

    /// Ids of the messages of a conversation that are in force; none: there is no such conversation.
    std::optional<std::vector<std::string>> messages(const std::string& account, const std::string& conversation) const;

private:
    struct Job {
        store::JobRecord record;
        std::string request;
        std::string webhook_url;
        std::string owner;
        base::WallTime until;
        bool was_claimed = false;
    };
    struct Waiting {
        store::Delivery delivery;
        base::WallTime due;
    };
    struct Conversation {
        std::string account;
        bool is_removed = false;
        std::vector<std::string> messages;
    };

    static bool is_done(const Job& job);
    Job* find(const std::string& id);
    /// The owner's job; null: it is not.
    Job* find_own(const std::string& id, const std::string& owner);
    bool is_first(const Job& job) const;
    void take(Job& job, const store::Lease& lease, base::WallTime now);
    void end(Job& job, store::JobState state, const std::string& error, base::WallTime now);
    void tell(const Job& job, base::WallTime now);
    const Conversation* find_conversation(const std::string& account, const std::string& id) const;

    std::vector<Job> jobs_;            ///< in the order in which they were created
    std::vector<std::string> turns_;   ///< accounts in the order of their last claims
    std::vector<Waiting> deliveries_;  ///< in the order in which they became known
    std::map<std::string, Conversation> conversations_;
    int ids_ = 0;
};

}  // namespace earshot::support
