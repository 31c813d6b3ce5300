#pragma once

#include "earshot/store/job_store.hpp"

#include "row_values.hpp"

#include <optional>
#include <string>
#include <vector>

namespace earshot::store {

base::Error unknown_job();

/// The statements on the tables `jobs` and `job_turns`. One of each connection; what they are bound to are its members.
/// Throws soci::soci_error.
class JobRows {
public:
    explicit JobRows(soci::session& sql);
    JobRows(const JobRows&) = delete;
    JobRows& operator=(const JobRows&) = delete;

    /// A job as its row holds it.
    struct Kept {
        JobRecord job;
        std::string webhook_url;
        bool was_claimed = false;  ///< ever
    };

    /// Errors: Errc::unknown_job, Errc::io_failed.
    base::Result<Kept> of_id(const std::string& id);
    /// The next job that may be claimed at `now`; none: Errc::unknown_job.
    base::Result<Kept> next(base::WallTime now);
    /// Those of a conversation that are not done, in their order.
    base::Result<std::vector<Kept>> to_do(const std::string& conversation);

    std::string request(const std::string& id);

    /// How many of an account are not done.
    std::size_t count_to_do(const std::string& account);

    /// One that is scheduled. False: the id is taken.
    bool insert(const NewJob& job, base::WallTime now);

    /// Gives the job to the owner of `lease`, and its account's turn is over. False: meanwhile it may not be claimed
    /// any more.
    bool claim(const JobRecord& job, const Lease& lease, base::WallTime now);

    // The owner's. False: it is not the owner's any more.
    bool renew(const std::string& id, const Lease& lease, double progress);
    bool release(const std::string& id, const std::string& owner);
    bool end(const std::string& id, const std::string& owner, JobState state, const std::string& error,
             base::WallTime now);

    /// Fails a job, whoever's it is. False: it is done.
    bool fail(const std::string& id, const std::string& error, base::WallTime now);

    /// Forgets jobs that were done before `before`, and the turns of accounts that have none left.
    void forget(base::WallTime before);

private:
    template <typename... Used>
    soci::statement select(soci::session& sql, const std::string& rest, const Used&... used);
    base::Result<std::vector<Kept>> read(soci::statement& query);
    base::Result<Kept> read_one(soci::statement& query);

    struct Row {
        std::string id;
        std::string account;
        std::string conversation;
        std::string kind;
        std::string state;
        std::string request;
        std::string webhook_url;
        double progress = 0;
        std::string error;
        int attempts = 0;
        std::string owner;
        NullableTime claimed_on;
        long long created_on = 0;
        long long updated_on = 0;
    };
    Row in_;  ///< what statements use
    long long now_ = 0;
    long long until_ = 0;
    long long before_ = 0;
    long long is_completed_ = 0;
    Row out_;  ///< what queries give
    long long count_ = 0;

    soci::statement of_id_;
    soci::statement next_;
    soci::statement to_do_;
    soci::statement request_;
    soci::statement count_to_do_;
    soci::statement insert_;
    soci::statement claim_;
    soci::statement take_turn_;
    soci::statement renew_;
    soci::statement release_;
    soci::statement end_;
    soci::statement fail_;
    soci::statement forget_;
    soci::statement forget_turns_;
};

}  // namespace earshot::store
