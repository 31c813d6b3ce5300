// Several servers at the jobs of one database, and one whose power is cut.
#include "jobs.hpp"
#include "support/store/power_cut_disk.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace earshot::store {
namespace {

using support::AwaitedConversations;
using support::AwaitedJobs;
using support::PowerCutDisk;
using support::SyncHonesty;

class JobServersTest : public JobStoreTest {};

EARSHOT_FOR_BOTH_BACKENDS(JobServersTest);

/// What servers that work on the same jobs see of each other.
class Servers {
public:
    explicit Servers(int jobs) : left_(jobs) {}

    /// A server that works until all jobs are done.
    void serve(const DatabaseOptions& options, const std::string& owner) {
        const auto database = Database::open(options).value();
        SqlJobStore store(*database);
        AwaitedJobs jobs(store);
        while (left_ > 0) {
            const int seen = changes_;
            const auto claimed = again([&] { return jobs.claim(lease_of(owner), at(0)); });
            if (!claimed) return;
            if (*claimed) {
                work(jobs, (*claimed)->job, owner);
            } else if (left_ > 0) {
                changes_.wait(seen);
            }
        }
    }

    /// There may be something to do.
    void tell() {
        ++changes_;
        changes_.notify_all();
    }

    void fail(const std::string& what) {
        {
            const std::lock_guard lock(mutex_);
            wrong_.push_back(what);
        }
        left_ = 0;  // nobody waits for it
        tell();
    }

    const std::vector<std::string>& wrong() const noexcept { return wrong_; }
    /// The jobs that were worked on, in their order, by conversation.
    const std::map<std::string, std::vector<std::string>>& done() const noexcept { return done_; }

private:
    /// Others may hold the database for longer than a transaction waits for it.
    template <typename Call>
    std::invoke_result_t<Call> again(Call call) {
        auto result = call();
        while (!result && result.error().code == base::Errc::store_away) result = call();
        if (!result) fail(result.error().message + ": " + result.error().details);
        return result;
    }

    void work(AwaitedJobs& jobs, const JobRecord& job, const std::string& owner) {
        {
            const std::lock_guard lock(mutex_);
            if (!under_way_.insert(job.conversation).second) wrong_.push_back("two jobs of " + job.conversation);
            done_[job.conversation].push_back(job.id);
        }
        const auto renewed = again([&] { return jobs.renew(job.id, lease_of(owner), 0.5); });
        {
            const std::lock_guard lock(mutex_);
            under_way_.erase(job.conversation);  // once its end is in force another may begin
        }
        const auto finished =
            again([&] { return jobs.finish(job.id, owner, outcome_of({job.id}, job.conversation), at(1)); });
        if (!renewed || !*renewed || !finished || !*finished) return fail(job.id + " was another's");
        --left_;
        tell();
    }

    std::atomic<int> left_;
    std::atomic<int> changes_ = 0;
    std::mutex mutex_;
    std::map<std::string, std::vector<std::string>> done_;
    std::set<std::string> under_way_;  // conversations
    std::vector<std::string> wrong_;
};

TEST_P(JobServersTest, each_job_is_given_to_one_of_them_and_those_of_a_conversation_in_their_order) {
    constexpr int k_jobs = 60;
    Servers all(k_jobs);
    std::map<std::string, std::vector<std::string>> created;
    {
        std::vector<std::jthread> servers;
        for (int number = 0; number < 4; ++number) {
            servers.emplace_back([&, number] { all.serve(options_, "server-" + std::to_string(number)); });
        }
        // While they are at work.
        for (int number = 0; number < k_jobs; ++number) {
            const NewJob job = job_of("j" + std::to_string(number), "c" + std::to_string(number % 7));
            created[job.conversation].push_back(job.id);
            if (const auto result = jobs_->create(job); !result) all.fail(result.error().details);
            all.tell();
        }
    }

    EXPECT_THAT(all.wrong(), testing::IsEmpty());
    EXPECT_EQ(all.done(), created);
    for (const auto& [conversation, ids] : created) EXPECT_EQ(ids_of(store_->messages("ann", conversation)), ids);
}

// Whoever removes many conversations, and whoever ends their jobs, take the same locks.
TEST_P(JobServersTest, removals_beside_ends_leave_each_job_with_one_end) {
    constexpr int k_jobs = 40;
    for (int number = 0; number < k_jobs; ++number) {
        const std::string n = std::to_string(number);
        ASSERT_TRUE(jobs_->create(job_of("j" + n, "c" + n)));
    }
    std::latch ready(2);
    std::set<std::string> finished;
    std::jthread worker([&] {
        ready.arrive_and_wait();
        for (std::string id = claim(); !id.empty(); id = claim()) {
            const auto result = jobs_->finish(id, "server", outcome_of({"a"}, "c" + id.substr(1)), at(1));
            if (result && *result) finished.insert(id);
        }
    });
    const auto other = open();
    SqlConversationStore other_store(*other);
    AwaitedConversations conversations(other_store);
    ready.arrive_and_wait();
    for (int number = k_jobs - 1; number >= 0; --number) {
        EXPECT_TRUE(conversations.remove("ann", "c" + std::to_string(number), at(1)));
    }
    worker.join();

    std::size_t to_be_told = 0;
    for (int number = 0; number < k_jobs; ++number) {
        const std::string id = "j" + std::to_string(number);
        const JobRecord job = jobs_->get("ann", id).value();
        EXPECT_EQ(job.state, finished.contains(id) ? JobState::completed : JobState::failed);
        to_be_told += job.attempts > 0 ? 2 : 1;  // that it is in progress, and its end
    }
    EXPECT_EQ(told().size(), to_be_told);
}

/// Takes all that is to be told; notes the jobs that are told to be completed.
std::optional<std::string> tell_all(AwaitedJobs& jobs, std::set<std::string>& completed) {
    while (true) {
        const auto taken = jobs.take_deliveries(1000, at(1000), at(1001));
        if (!taken) return "deliveries: " + taken.error().details;
        if (taken->empty()) return std::nullopt;
        for (const Delivery& each : *taken) {
            if (each.body.find("completed") != std::string::npos) completed.insert(each.topic);
            if (!jobs.end_delivery(each.id)) return "a delivery cannot be ended";
        }
    }
}

/// Jobs that are created and ended on a database whose power is cut again and again. After each cut a job's end is in
/// force with its results and with what is to be told of it, or none of that is; none that was answered is lost. What
/// is wrong, in words.
std::optional<std::string> end_jobs(std::uint64_t seed, SyncHonesty honesty, int most_lives, int& cut_ends) {
    support::TemporaryFolder folder;
    PowerCutDisk disk(seed, honesty);
    std::mt19937_64 random(seed);
    const DatabaseOptions options{.url = "sqlite:" + (folder.path() / "store.db").string(), .threads = 1};
    std::vector<std::string> answered;  // whose end was
    std::set<std::string> told;         // to be completed
    int number = 0;
    for (int life = 0; life < most_lives; ++life) {
        std::string under_way;
        disk.cut_after(life == 0 ? SIZE_MAX : random() % 120);
        if (auto database = Database::open(options)) {
            SqlJobStore store(**database);
            AwaitedJobs jobs(store);
            while (!disk.is_off() && number < 1000) {
                const std::string id = "j" + std::to_string(++number);
                if (!jobs.create(job_of(id, "of-" + id), at(0), 1000, lease_of("server"))) break;
                JobOutcome outcome = outcome_of({}, "of-" + id);
                // Enough for several pages.
                for (int i = 0; i < 150; ++i) {
                    outcome.changes[0].messages.push_back(message_of("m" + std::to_string(i), std::string(100, 'x')));
                    outcome.changes[0].hits.push_back(hit_of("h" + std::to_string(i), {"m" + std::to_string(i)}));
                }
                under_way = id;
                if (!jobs.finish(id, "server", outcome, at(1))) break;
                answered.push_back(std::exchange(under_way, {}));
                if (life == 0) break;
            }
        }
        cut_ends += !under_way.empty();
        disk.restore();
        auto database = Database::open(options);
        if (!database) return "cannot be opened: " + database.error().details;
        SqlJobStore job_store(**database);
        AwaitedJobs jobs(job_store);
        SqlConversationStore conversation_store(**database);
        AwaitedConversations conversations(conversation_store);
        if (auto wrong = tell_all(jobs, told)) return wrong;
        std::vector<std::string> to_look_at = answered;
        if (!under_way.empty()) to_look_at.push_back(under_way);
        for (const std::string& id : to_look_at) {
            const auto job = jobs.get("ann", id);
            if (!job) return id + " is lost";
            const bool is_completed = job->state == JobState::completed;
            const auto messages = conversations.messages("ann", "of-" + id);
            const auto hits = conversations.hits("ann", "of-" + id);
            if (!messages || !hits) return id + " lost its conversation";
            if (told.contains(id) != is_completed) return id + " is told to be what it is not";
            if (messages->size() != (is_completed ? 150 : 0)) return id + " has its messages in part";
            if (hits->size() != (is_completed ? 150 : 0)) return id + " has its hits in part";
            if (id != under_way && !is_completed) return id + " was completed, and is not";
        }
    }
    return std::nullopt;
}

TEST(JobPowerCutTest, an_end_is_in_force_as_a_whole_or_not_at_all) {
    int cut_ends = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        ASSERT_EQ(end_jobs(seed, SyncHonesty::honest, 20, cut_ends), std::nullopt) << "seed " << seed;
    }
    EXPECT_GE(cut_ends, 20);
}

TEST(JobPowerCutTest, would_tell_of_a_database_that_is_not_synced) {
    int cut_ends = 0;
    EXPECT_NE(end_jobs(1, SyncHonesty::lies, 20, cut_ends), std::nullopt);
}

}  // namespace
}  // namespace earshot::store
