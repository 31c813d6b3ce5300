#include "earshot/jobs/job_runner.hpp"

#include "support/gate.hpp"
#include "support/store/awaited_conversations.hpp"
#include "unit/store/jobs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace earshot::jobs {
namespace {

using namespace std::chrono_literals;
using base::Errc;
using base::Result;
using detect::ConversationChange;
using store::at;
using store::ClaimedJob;
using store::job_of;
using store::JobRecord;
using store::JobState;
using store::kind_name;
using support::Gate;

using Work = std::function<Result<std::vector<ConversationChange>>(const ClaimedJob&, const Surroundings&)>;

class FunctionWorker final : public Worker {
public:
    explicit FunctionWorker(Work work) : work_(std::move(work)) {}
    Result<std::vector<ConversationChange>> work(const ClaimedJob& job, const Surroundings& surroundings) override {
        return work_(job, surroundings);
    }

private:
    Work work_;
};

/// A change that adds a message, whose id tells which job added it.
std::vector<ConversationChange> one_message(const ClaimedJob& job) {
    ConversationChange change;
    change.account = job.job.account;
    change.conversation = job.job.conversation;
    change.messages = {store::message_of("message of " + job.job.id)};
    return {change};
}

class JobRunnerTest : public store::JobStoreTest {
protected:
    void SetUp() override {
        JobStoreTest::SetUp();
        options_.owner = "this server";
        options_.threads = 2;
        options_.heartbeat = 5ms;
        options_.poll = 5ms;
        options_.first_pause = 1ms;
        options_.on_change = [this] { changed(); };
        options_.on_trouble = [this](const JobRecord& job, const std::string& what) {
            const std::lock_guard lock(mutex_);
            troubles_.push_back(job.id + ": " + what);
        };
    }

    void TearDown() override {
        runner_.reset();
        worker_.reset();
        JobStoreTest::TearDown();
    }

    void start(Work work) {
        worker_ = std::make_unique<FunctionWorker>(std::move(work));
        runner_ =
            std::make_unique<JobRunner>(*job_store_, std::map<std::string, Worker*>{{"text", worker_.get()}}, options_);
    }

    Result<JobRecord> submit(const store::NewJob& job) {
        return support::await<JobRecord>([&](auto done) { runner_->submit(job, done); });
    }
    JobRecord show(const std::string& id) {
        return support::await<JobRecord>([&](auto done) { runner_->show("ann", id, done); }).value();
    }

    /// Waits until the job has ended.
    JobRecord ended(const std::string& id) {
        while (true) {
            const std::uint64_t before = changes();
            const JobRecord job = jobs_->get("ann", id).value();
            if (job.state == JobState::completed || job.state == JobState::failed) return job;
            wait_for_change(before);
        }
    }

    std::vector<std::string> messages(const std::string& conversation) {
        std::vector<std::string> ids;
        for (const auto& message : store_->messages("ann", conversation).value()) ids.push_back(message.id);
        return ids;
    }

    /// Once nothing is worked on.
    RunnerFigures figures() const {
        RunnerFigures figures = runner_->figures();
        while (figures.running > 0) {
            std::this_thread::yield();
            figures = runner_->figures();
        }
        return figures;
    }

    std::vector<std::string> troubles() {
        const std::lock_guard lock(mutex_);
        return troubles_;
    }

    RunnerOptions options_;
    std::unique_ptr<FunctionWorker> worker_;
    std::unique_ptr<JobRunner> runner_;

private:
    void changed() {
        {
            const std::lock_guard lock(mutex_);
            ++changes_;
        }
        has_changed_.notify_all();
    }
    std::uint64_t changes() {
        const std::lock_guard lock(mutex_);
        return changes_;
    }
    void wait_for_change(std::uint64_t before) {
        std::unique_lock lock(mutex_);
        has_changed_.wait(lock, [&] { return changes_ != before; });
    }

    std::mutex mutex_;
    std::condition_variable has_changed_;
    std::uint64_t changes_ = 0;
    std::vector<std::string> troubles_;
};

EARSHOT_FOR_BOTH_BACKENDS(JobRunnerTest);

TEST_P(JobRunnerTest, works_on_a_job_at_once_and_keeps_what_comes_of_it) {
    Gate gate;
    start([&](const ClaimedJob& job, const Surroundings& around) {
        EXPECT_EQ(job.request, job_of("j1").request);
        around.on_progress(0.5);
        gate.wait();
        return one_message(job);
    });
    EXPECT_EQ(submit(job_of("j1")).value().state, JobState::in_progress);
    EXPECT_TRUE(messages("c1").empty());
    while (show("j1").progress != 0.5) std::this_thread::yield();
    EXPECT_EQ(runner_->figures().running, 1U);
    gate.open();
    EXPECT_EQ(ended("j1").state, JobState::completed);
    EXPECT_THAT(messages("c1"), testing::ElementsAre("message of j1"));
    EXPECT_EQ(show("j1").progress, 1);
    for (const std::string status : {"in_progress", "completed"}) {
        const auto told = jobs_->take_deliveries(10, base::WallTime::max(), base::WallTime::max()).value();
        ASSERT_EQ(told.size(), 1U);
        EXPECT_EQ(told[0].body, R"({"jobId":"j1","status":")" + status + "\"}");
        ASSERT_TRUE(jobs_->end_delivery(told[0].id));
    }
    EXPECT_EQ(figures().completed, 1U);
}

TEST_P(JobRunnerTest, has_as_many_at_once_as_it_has_threads_and_does_all) {
    std::atomic<int> running = 0;
    std::atomic<int> most = 0;
    start([&](const ClaimedJob& job, const Surroundings&) {
        const int now = ++running;
        most = std::max(most.load(), now);
        std::this_thread::yield();
        --running;
        return one_message(job);
    });
    std::vector<std::string> ids;
    for (int i = 0; i < 30; ++i) ids.push_back("j" + std::to_string(i));
    for (const std::string& id : ids) ASSERT_TRUE(submit(job_of(id, "c" + id)));
    for (const std::string& id : ids) {
        EXPECT_EQ(ended(id).state, JobState::completed);
        EXPECT_THAT(messages("c" + id), testing::ElementsAre("message of " + id));
    }
    EXPECT_LE(most, 2);
}

TEST_P(JobRunnerTest, those_of_a_conversation_come_one_after_the_other) {
    Gate gate;
    start([&](const ClaimedJob& job, const Surroundings&) {
        gate.wait();
        return one_message(job);
    });
    EXPECT_EQ(submit(job_of("j1")).value().state, JobState::in_progress);
    for (const std::string id : {"j2", "j3", "j4"}) EXPECT_EQ(submit(job_of(id)).value().state, JobState::scheduled);
    gate.open();
    EXPECT_EQ(ended("j4").state, JobState::completed);
    EXPECT_THAT(messages("c1"),
                testing::ElementsAre("message of j1", "message of j2", "message of j3", "message of j4"));
}

TEST_P(JobRunnerTest, an_account_has_its_share_and_no_more) {
    Gate gate;
    options_.account_jobs = 3;
    start([&](const ClaimedJob& job, const Surroundings&) {
        gate.wait();
        return one_message(job);
    });
    for (const std::string id : {"j1", "j2", "j3"}) ASSERT_TRUE(submit(job_of(id, "c" + id)));
    EXPECT_EQ(submit(job_of("j4", "c4")).error().code, Errc::too_many);
    EXPECT_EQ(store_->get("ann", "c4").error().code, Errc::unknown_conversation);
    EXPECT_TRUE(submit(job_of("j4", "c4", "bob")));
    gate.open();
    ended("j3");
    EXPECT_TRUE(submit(job_of("j5", "c5")));
    ended("j5");
}

TEST_P(JobRunnerTest, takes_up_what_a_dead_server_left) {
    ASSERT_TRUE(jobs_->create(job_of("j1"), at(0), 10, store::Lease{"dead server", at(10)}));
    start([&](const ClaimedJob& job, const Surroundings&) { return one_message(job); });
    const JobRecord job = ended("j1");
    EXPECT_EQ(job.state, JobState::completed);
    EXPECT_EQ(job.attempts, 2);
    EXPECT_THAT(messages("c1"), testing::ElementsAre("message of j1"));
}

TEST_P(JobRunnerTest, what_a_worker_cannot_do_has_failed_and_says_why) {
    start([&](const ClaimedJob&, const Surroundings&) -> Result<std::vector<ConversationChange>> {
        return base::Error{Errc::invalid_value, "\"messages\" is required", {}, {}};
    });
    ASSERT_TRUE(submit(job_of("j1")));
    const JobRecord job = ended("j1");
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_EQ(job.error, "\"messages\" is required");
    EXPECT_THAT(troubles(), testing::ElementsAre("j1: \"messages\" is required"));
    EXPECT_EQ(figures().failed, 1U);
}

TEST_P(JobRunnerTest, a_kind_that_nobody_does_has_failed) {
    start([](const ClaimedJob& job, const Surroundings&) { return one_message(job); });
    store::NewJob job = job_of("j1");
    job.kind = "smell";
    ASSERT_TRUE(submit(job));
    EXPECT_EQ(ended("j1").error, "this server does no jobs of the kind \"smell\"");
}

TEST_P(JobRunnerTest, what_fails_for_the_store_is_tried_again_and_does_not_count) {
    std::atomic<int> tries = 0;
    options_.attempts = 2;
    start([&](const ClaimedJob& job, const Surroundings&) -> Result<std::vector<ConversationChange>> {
        if (++tries < 6) return base::Error{Errc::store_away, "away", {}, {}};
        return one_message(job);
    });
    ASSERT_TRUE(submit(job_of("j1")));
    EXPECT_EQ(ended("j1").state, JobState::completed);
    EXPECT_EQ(tries, 6);
    EXPECT_EQ(figures().retried, 5U);
}

TEST_P(JobRunnerTest, a_job_that_brings_its_worker_down_is_given_up_in_the_end) {
    std::atomic<int> tries = 0;
    options_.attempts = 3;
    options_.lease = 100ms;
    start([&](const ClaimedJob&, const Surroundings&) -> Result<std::vector<ConversationChange>> {
        ++tries;
        throw std::runtime_error("at line 7");
    });
    ASSERT_TRUE(submit(job_of("j1")));
    EXPECT_EQ(ended("j1").error, "the server failed at it");
    EXPECT_EQ(tries, 3);
    EXPECT_THAT(troubles(), testing::Each("j1: the server failed at it: at line 7"));
}

TEST_P(JobRunnerTest, one_that_was_begun_too_often_is_not_begun_again) {
    options_.attempts = 2;
    ASSERT_TRUE(jobs_->create(job_of("j1"), at(0), 10, store::Lease{"dead server", at(10)}));
    ASSERT_TRUE(jobs_->claim({"another dead server", at(20)}, at(15)).value());
    start([](const ClaimedJob& job, const Surroundings&) { return one_message(job); });
    EXPECT_EQ(ended("j1").error, "it was begun 2 times and never ended");
    EXPECT_TRUE(messages("c1").empty());
}

TEST_P(JobRunnerTest, a_deleted_conversation_stops_its_job) {
    Gate begun;
    Gate never;
    Gate stopped;
    start([&](const ClaimedJob& job, const Surroundings& around) {
        begun.open();
        never.wait(around.stop);
        stopped.open();
        return one_message(job);
    });
    ASSERT_TRUE(submit(job_of("j1")));
    begun.wait();
    ASSERT_TRUE(store_->remove("ann", "c1"));
    stopped.wait();
    EXPECT_EQ(show("j1").state, JobState::failed);
    runner_.reset();
    EXPECT_EQ(store_->get("ann", "c1").error().code, Errc::unknown_conversation);
}

TEST_P(JobRunnerTest, what_a_runner_did_not_end_the_next_one_does_at_once) {
    Gate begun;
    Gate never;
    options_.lease = 1h;
    start([&](const ClaimedJob& job, const Surroundings& around) {
        begun.open();
        never.wait(around.stop);
        return one_message(job);
    });
    ASSERT_TRUE(submit(job_of("j1")));
    ASSERT_TRUE(submit(job_of("j2")));  // waits for the former
    begun.wait();
    runner_.reset();
    EXPECT_TRUE(messages("c1").empty());

    options_.owner = "the next server";
    start([](const ClaimedJob& job, const Surroundings&) { return one_message(job); });
    EXPECT_EQ(ended("j2").state, JobState::completed);
    EXPECT_EQ(ended("j1").attempts, 1);
    EXPECT_THAT(messages("c1"), testing::ElementsAre("message of j1", "message of j2"));
}

TEST_P(JobRunnerTest, many_runners_on_one_store_do_each_job_once) {
    start([](const ClaimedJob& job, const Surroundings&) { return one_message(job); });
    RunnerOptions others = options_;
    others.owner = "another server";
    JobRunner second(*job_store_, {{"text", worker_.get()}}, others);
    others.owner = "one more";
    JobRunner third(*job_store_, {{"text", worker_.get()}}, others);
    for (int i = 0; i < 40; ++i) {
        ASSERT_TRUE(submit(job_of("j" + std::to_string(i), "c" + std::to_string(i % 7))));
    }
    for (int i = 0; i < 40; ++i) EXPECT_EQ(ended("j" + std::to_string(i)).state, JobState::completed);
    for (int conversation = 0; conversation < 7; ++conversation) {
        std::vector<std::string> expected;
        for (int i = conversation; i < 40; i += 7) expected.push_back("message of j" + std::to_string(i));
        EXPECT_EQ(messages("c" + std::to_string(conversation)), expected);
    }
}

}  // namespace
}  // namespace earshot::jobs
