#pragma once

#include "earshot/store/sql_conversation_store.hpp"
#include "earshot/store/sql_job_store.hpp"

#include "support/store/awaited_conversations.hpp"
#include "support/store/awaited_jobs.hpp"
#include "support/store/model_jobs.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace earshot::support {

/// Random operations on jobs and on a model of them, one after the other, by workers of which some lose their leases.
/// What the workers are told is held to the laws of jobs besides, which need no model.
class JobTrial {
public:
    explicit JobTrial(std::uint64_t seed) : random_(seed) {}

    /// From now on the jobs of this database, whose content the model knows.
    void open(store::Database& database);

    /// One operation. What is wrong, in words; none: all is as in the model.
    std::optional<std::string> step();

    /// What is not as in the model in all jobs and conversations.
    std::optional<std::string> compare();

    /// Ends all jobs and deliveries that are left. What is wrong: one that cannot be ended, or was lost.
    std::optional<std::string> drain();

    std::size_t completed() const noexcept { return completed_; }
    std::size_t expired() const noexcept { return expired_; }

private:
    struct Accepted {
        std::string account;
        std::string conversation;
        bool is_over = false;
    };
    struct Held {
        std::string owner;
        base::WallTime until;
    };

    std::optional<std::string> create();
    std::optional<std::string> claim();
    std::optional<std::string> renew();
    std::optional<std::string> finish();
    std::optional<std::string> release();
    std::optional<std::string> remove();
    std::optional<std::string> take_deliveries(std::size_t at_most);
    std::optional<std::string> end_delivery();
    std::optional<std::string> retry_delivery();

    /// What the laws say against it that `owner` holds job `id` from now on.
    std::optional<std::string> find_breach(const std::string& id, const store::Lease& lease);
    std::optional<std::string> note_end(const std::string& id);

    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
    std::string some_job();
    /// Mostly of one that holds it.
    std::string owner_of(const std::string& id);
    store::Lease lease();

    std::mt19937_64 random_;
    base::WallTime now_{std::chrono::milliseconds(1'700'000'000'000)};
    int jobs_ = 0;
    std::vector<std::string> order_;  ///< of the accepted ones
    std::map<std::string, Accepted> accepted_;
    std::map<std::string, Held> held_;                  ///< by job, as the workers were told
    std::map<std::string, base::WallTime> deliveries_;  ///< that were taken: until when nobody else is given them
    std::size_t completed_ = 0;
    std::size_t expired_ = 0;

    int ids_ = 0;
    std::unique_ptr<store::SqlConversationStore> conversation_store_;
    std::unique_ptr<store::SqlJobStore> job_store_;
    std::optional<AwaitedConversations> conversations_;
    std::optional<AwaitedJobs> awaited_;
    ModelJobs model_;
};

}  // namespace earshot::support
