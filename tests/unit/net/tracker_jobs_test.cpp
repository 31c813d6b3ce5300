#include "net/tracker_jobs.hpp"

#include "support/net/full_pool.hpp"
#include "support/net/memory_store.hpp"
#include "support/net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace earshot::net {
namespace {

using detect::TrackerDefinition;
using session::TrackerJob;
using session::TrackerStep;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TrackerDefinition tracker(const std::string& name, std::vector<std::string> phrases) {
    TrackerDefinition tracker;
    tracker.name = name;
    tracker.vocabulary = std::move(phrases);
    return tracker;
}

TrackerDefinition large_tracker(std::size_t phrases) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < phrases; ++i) all.push_back("phrase number " + std::to_string(i));
    return tracker("large", std::move(all));
}

TrackerJob start_job(std::vector<TrackerDefinition> trackers, bool all_stored = false) {
    TrackerStep step{TrackerStep::Kind::start, {}, all_stored};
    step.change.replace.emplace().pointers.resize(trackers.size(), "/trackers/0");
    step.change.replace->definitions = std::move(trackers);
    TrackerJob job;
    job.steps.push_back(std::move(step));
    job.max_trackers = 1000;
    job.max_phrases = 100'000;
    return job;
}

TrackerJob follow_job(const TrackerJobs::Answer& before) {
    TrackerJob job = start_job({});
    job.steps = {TrackerStep{TrackerStep::Kind::follow, {}, false}};
    job.base = before.list;
    job.base_stored = before.stored;
    return job;
}

class TrackerJobsTest : public ::testing::Test {
protected:
    TrackerJobsTest() {
        cache_->follow([this](const std::string& account, const StoredTrackerCache::Snapshot& snapshot) {
            jobs_.on_stored(account, snapshot);
            const std::lock_guard lock(mutex_);
            changed_.push_back(account);
            has_changed_.notify_all();
        });
    }
    ~TrackerJobsTest() override { cache_->stop_following(); }

    /// What is given at once; none if it is to come.
    std::optional<TrackerJobs::Answer> at_once(TrackerJob job) {
        return jobs_.work_out(std::move(job), "acme", tokenizer_, [](const TrackerJobs::Answer&) {});
    }

    std::future<TrackerJobs::Answer> later(TrackerJob job) {
        auto promise = std::make_shared<std::promise<TrackerJobs::Answer>>();
        auto future = promise->get_future();
        auto answer = jobs_.work_out(std::move(job), "acme", tokenizer_,
                                     [promise](TrackerJobs::Answer late) { promise->set_value(std::move(late)); });
        if (answer) promise->set_value(std::move(*answer));
        return future;
    }

    void store(std::vector<TrackerDefinition> trackers) {
        std::promise<void> done;
        store_.replace_all("acme", std::move(trackers), 500, [&](const auto& records) {
            EXPECT_TRUE(records);
            done.set_value();
        });
        done.get_future().wait();
    }

    /// The accounts of all changes that sessions were told, once there are as many as these.
    std::vector<std::string> await_changes(std::size_t count) {
        std::unique_lock lock(mutex_);
        has_changed_.wait_for(lock, std::chrono::seconds(20), [&] { return changed_.size() >= count; });
        return changed_;
    }

    /// Stores these in place of what a session has begun with.
    void change(std::vector<TrackerDefinition> trackers) {
        const std::size_t before = await_changes(1).size();
        store(std::move(trackers));
        await_changes(before + 1);
    }

    /// What was posted to the pool is done, and it has let go of it.
    void drain_pool() { hold_pool().set_value(); }

    /// The pool works on as soon as what is given is set.
    std::promise<void> hold_pool() {
        std::promise<void> hold;
        // Its one thread must be at work before the queue is filled, or it would make room afterwards.
        std::promise<void> begun;
        EXPECT_TRUE(pool_.post([held = hold.get_future().share(), &begun] {
            begun.set_value();
            held.wait();
        }));
        begun.get_future().wait();
        return hold;
    }

    static std::vector<std::string> names(const TrackerJobs::Answer& answer) {
        std::vector<std::string> names;
        if (!answer.list) return names;
        for (const TrackerDefinition& one : answer.list->definition().trackers) names.push_back(one.name);
        return names;
    }

    testing::RecordingHooks hooks_;
    testing::MemoryStore store_;
    static constexpr int k_queue = 4;
    ComputePool pool_{1, k_queue};
    CompileService compiler_{match::PatternLimits{}, hooks_};
    std::shared_ptr<StoredTrackerCache> cache_ = std::make_shared<StoredTrackerCache>(&store_);
    TrackerJobs jobs_{compiler_, pool_, *cache_};
    std::mutex mutex_;
    std::condition_variable has_changed_;
    std::vector<std::string> changed_;
    text::Tokenizer tokenizer_;
};

TEST_F(TrackerJobsTest, a_small_start_is_worked_out_in_place) {
    EXPECT_TRUE(at_once(start_job({large_tracker(match::PhraseSet::k_inline_phrases)})));
}

TEST_F(TrackerJobsTest, a_large_one_on_the_pool) {
    EXPECT_FALSE(at_once(start_job({large_tracker(match::PhraseSet::k_inline_phrases + 1)})));
}

TEST_F(TrackerJobsTest, one_with_a_pattern_on_the_pool_however_small_it_is) {
    TrackerDefinition heavy = tracker("heavy", {"how much"});
    heavy.patterns = {"x"};

    EXPECT_FALSE(at_once(start_job({tracker("light", {"how much"}), heavy})));
}

TEST_F(TrackerJobsTest, a_change_is_worked_out_on_the_pool_however_small_it_is) {
    TrackerJob job = start_job({tracker("a", {"how much"})});
    job.steps.front().kind = TrackerStep::Kind::change;

    EXPECT_FALSE(at_once(std::move(job)));
}

TEST_F(TrackerJobsTest, a_full_pool_is_an_answer) {
    const testing::FullPool full(pool_);

    const auto answer = later(start_job({large_tracker(3000)})).get();

    ASSERT_TRUE(answer.outcomes.front().error);
    EXPECT_EQ(answer.outcomes.front().error->code, base::Errc::queue_full);
}

TEST_F(TrackerJobsTest, all_stored_trackers_are_shared_by_those_who_want_no_other) {
    store({tracker("a", {"how much"}), tracker("b", {"too late"})});

    const auto first = later(start_job({}, true)).get();
    const auto second = at_once(start_job({}, true));

    EXPECT_THAT(names(first), ElementsAre("a", "b"));
    ASSERT_TRUE(second) << "it is at hand";
    EXPECT_EQ(first.list, second->list);
    EXPECT_EQ(hooks_.counts().compiled, 1);
    EXPECT_THAT(names(later(start_job({tracker("own", {"mine"})}, true)).get()), ElementsAre("own", "a", "b"));
}

TEST_F(TrackerJobsTest, who_starts_after_a_change_has_the_changed_ones) {
    store({tracker("a", {"how much"})});
    later(start_job({}, true)).get();

    for (int i = 0; i < 20; ++i) {
        const std::string name = "tracker " + std::to_string(i);
        store({tracker(name, {"how much"})});
        EXPECT_THAT(names(later(start_job({}, true)).get()), ElementsAre(name));
    }
}

TEST_F(TrackerJobsTest, the_shared_answer_is_made_anew_when_the_stored_ones_change) {
    store({tracker("a", {"how much"})});
    const auto used = later(start_job({}, true)).get();
    change({tracker("b", {"how much"})});
    drain_pool();

    const auto ready = at_once(start_job({}, true));
    ASSERT_TRUE(ready);
    EXPECT_THAT(names(*ready), ElementsAre("b"));
}

TEST_F(TrackerJobsTest, one_that_nobody_uses_is_not_made_anew) {
    store({tracker("a", {"how much"})});
    later(start_job({}, true)).get();
    drain_pool();
    change({tracker("b", {"how much"})});
    drain_pool();

    EXPECT_EQ(hooks_.counts().compiled, 1);
    EXPECT_FALSE(at_once(start_job({}, true)));
}

TEST_F(TrackerJobsTest, who_asks_while_it_is_worked_out_waits_for_that) {
    store({tracker("a", {"how much"})});
    std::promise<void> hold = hold_pool();
    std::vector<std::future<TrackerJobs::Answer>> answers;
    for (int i = 0; i < 100; ++i) answers.push_back(later(start_job({}, true)));
    hold.set_value();

    const auto first = answers.front().get();
    EXPECT_THAT(names(first), ElementsAre("a"));
    for (std::size_t i = 1; i < answers.size(); ++i) EXPECT_EQ(answers[i].get().list, first.list);
}

// The pool has room for four tasks, so a hundred are one.
TEST_F(TrackerJobsTest, sessions_with_equal_lists_follow_a_change_by_one_task) {
    store({tracker("a", {"how much"})});
    const auto before = later(start_job({}, true)).get();
    change({tracker("b", {"too late"})});
    std::promise<void> hold = hold_pool();
    std::vector<std::future<TrackerJobs::Answer>> answers;
    for (int i = 0; i < 100; ++i) {
        TrackerJob job = follow_job(before);
        if (i % 2 == 0)
            job.base_stored = std::make_shared<session::StoredShare>(*before.stored);  // equal, not the same
        answers.push_back(later(std::move(job)));
    }
    hold.set_value();

    for (auto& answer : answers) EXPECT_THAT(names(answer.get()), ElementsAre("b"));
    EXPECT_THAT(names(at_once(follow_job(before)).value()), ElementsAre("b"));
    EXPECT_EQ(hooks_.counts().compiled, 2);
}

TEST_F(TrackerJobsTest, who_differs_follows_by_itself) {
    store({tracker("a", {"how much"}), tracker("b", {"too late"})});
    const auto all = later(start_job({}, true)).get();
    const auto with_own = later(start_job({tracker("own", {"mine"})}, true)).get();
    session::StoredShare without_b = *all.stored;
    for (const TrackerDefinition& one : all.list->definition().trackers) {
        if (one.name == "b") without_b.dismissed.insert(one.id);
    }
    TrackerJob dismisses = follow_job(all);
    dismisses.base_stored = std::make_shared<session::StoredShare>(without_b);
    TrackerJob is_german = follow_job(all);
    is_german.settings.language = "de-DE";
    TrackerJob is_limited = follow_job(all);
    is_limited.max_trackers = 2;
    change({tracker("c", {"how much"}), tracker("d", {"how much"}), tracker("e", {"how much"})});

    EXPECT_THAT(names(later(follow_job(all)).get()), ElementsAre("c", "d", "e"));
    EXPECT_THAT(names(later(follow_job(with_own)).get()), ElementsAre("own", "c", "d", "e"));
    EXPECT_THAT(names(later(follow_job({})).get()), IsEmpty());
    EXPECT_EQ(later(is_german).get().list->definition().settings.language, "de-DE");
    EXPECT_EQ(later(dismisses).get().stored->dismissed, without_b.dismissed);
    const auto refused = later(is_limited).get();
    ASSERT_TRUE(refused.outcomes.front().error);
    EXPECT_EQ(refused.outcomes.front().error->code, base::Errc::too_many);
    EXPECT_EQ(refused.list, all.list);
}

// A pool that is full fails all that wait for a task it does not take; each keeps what it has.
TEST_F(TrackerJobsTest, who_cannot_be_worked_out_keeps_its_own) {
    store({tracker("a", {"how much"})});
    const auto first = later(start_job({}, true)).get();
    const auto second = later(start_job({tracker("own", {"mine"})}, true)).get();
    change({tracker("b", {"how much"})});
    std::promise<void> hold = hold_pool();
    std::latch drained(k_queue);
    for (int i = 0; i < k_queue; ++i) EXPECT_TRUE(pool_.post([&] { drained.count_down(); }));

    for (const auto* before : {&first, &second}) {
        const auto answer = later(follow_job(*before)).get();
        ASSERT_TRUE(answer.outcomes.front().error);
        EXPECT_EQ(answer.outcomes.front().error->code, base::Errc::queue_full);
        EXPECT_EQ(answer.list, before->list);
    }
    hold.set_value();
    drained.wait();
    EXPECT_THAT(names(later(follow_job(first)).get()), ElementsAre("b"));
}

// Settings are the clients' choice, and each answer holds a compiled list.
TEST_F(TrackerJobsTest, of_an_account_the_answers_used_last_are_kept) {
    store({tracker("a", {"how much"})});
    const auto with_gap = [](double seconds) {
        TrackerJob job = start_job({}, true);
        job.settings.phrase_gap_seconds = seconds;
        return job;
    };
    for (int gap = 1; gap <= 4; ++gap) later(with_gap(gap)).get();
    EXPECT_TRUE(at_once(with_gap(1)));
    later(with_gap(5)).get();

    EXPECT_TRUE(at_once(with_gap(1)));
    EXPECT_TRUE(at_once(with_gap(3)));
    EXPECT_TRUE(at_once(with_gap(4)));
    EXPECT_TRUE(at_once(with_gap(5)));
    EXPECT_FALSE(at_once(with_gap(2)));
}

TEST_F(TrackerJobsTest, while_the_store_is_away_those_read_last_are_given) {
    store_.fail_with(base::Errc::store_away);
    const auto nothing = later(start_job({}, true)).get();
    store_.fail_with(std::nullopt);
    store({tracker("a", {"how much"})});
    later(start_job({}, true)).get();
    store_.fail_with(base::Errc::store_away);

    EXPECT_THAT(names(nothing), IsEmpty());
    ASSERT_EQ(nothing.outcomes.front().ignored.size(), 1U);
    EXPECT_EQ(nothing.outcomes.front().ignored.front().reason, "unavailable");
    EXPECT_THAT(names(later(start_job({}, true)).get()), ElementsAre("a"));
    store_.fail_with(std::nullopt);
}

TEST_F(TrackerJobsTest, what_other_accounts_store_is_not_theirs) {
    store({tracker("a", {"how much"})});
    std::promise<TrackerJobs::Answer> promise;
    const auto ready = jobs_.work_out(start_job({}, true), "other", tokenizer_,
                                      [&](TrackerJobs::Answer answer) { promise.set_value(std::move(answer)); });

    ASSERT_FALSE(ready);
    EXPECT_THAT(names(promise.get_future().get()), IsEmpty());
}

TEST_F(TrackerJobsTest, a_change_is_told_once_and_only_if_it_is_one) {
    store({tracker("a", {"how much"})});
    later(start_job({}, true)).get();
    store({tracker("a", {"how much"})});
    store({tracker("b", {"how much"})});
    later(start_job({}, true)).get();

    EXPECT_THAT(await_changes(2), ElementsAre("acme", "acme"));
}

}  // namespace
}  // namespace earshot::net
