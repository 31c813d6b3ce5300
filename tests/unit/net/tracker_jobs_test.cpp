#include "net/tracker_jobs.hpp"

#include "support/net/memory_store.hpp"
#include "support/net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
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

class TrackerJobsTest : public ::testing::Test {
protected:
    TrackerJobsTest() {
        cache_->follow([this](const std::string& account, const StoredTrackerCache::Snapshot& snapshot) {
            jobs_.on_stored(account, snapshot);
            changed_.push_back(account);
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

    static std::vector<std::string> names(const TrackerJobs::Answer& answer) {
        std::vector<std::string> names;
        if (!answer.list) return names;
        for (const TrackerDefinition& one : answer.list->definition().trackers) names.push_back(one.name);
        return names;
    }

    testing::RecordingHooks hooks_;
    testing::MemoryStore store_;
    ComputePool pool_{1, 4};
    CompileService compiler_{match::PatternLimits{}, hooks_};
    std::shared_ptr<StoredTrackerCache> cache_ = std::make_shared<StoredTrackerCache>(&store_);
    TrackerJobs jobs_{compiler_, pool_, *cache_};
    std::vector<std::string> changed_;  // on the store's thread
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
    std::promise<void> hold;
    std::shared_future<void> held = hold.get_future().share();
    // The one thread must be at work before the queue is filled, or it would make room afterwards.
    std::promise<void> begun;
    ASSERT_TRUE(pool_.post([held, &begun] {
        begun.set_value();
        held.wait();
    }));
    begun.get_future().wait();
    while (pool_.post([] {})) {
    }

    const auto answer = later(start_job({large_tracker(3000)})).get();
    hold.set_value();

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
    later(start_job({}, true)).get();
    store({tracker("b", {"how much"})});
    later(start_job({tracker("own", {"mine"})}, true)).get();  // behind what the change has made

    const auto ready = at_once(start_job({}, true));
    ASSERT_TRUE(ready);
    EXPECT_THAT(names(*ready), ElementsAre("b"));
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
    later(start_job({tracker("own", {"mine"})}, true)).get();

    EXPECT_THAT(changed_, ElementsAre("acme", "acme"));
}

}  // namespace
}  // namespace earshot::net
