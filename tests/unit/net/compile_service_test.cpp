#include "net/compile_service.hpp"

#include "support/net/test_server.hpp"

#include <gtest/gtest.h>

#include <future>

namespace earshot::net {
namespace {

using detect::TrackerDefinition;
using detect::TrackerListDefinition;

TrackerListDefinition list_of(std::vector<std::string> phrases, std::string id = "1") {
    TrackerListDefinition list;
    TrackerDefinition tracker;
    tracker.id = std::move(id);
    tracker.name = "name";
    tracker.vocabulary = std::move(phrases);
    list.trackers.push_back(std::move(tracker));
    return list;
}

TrackerListDefinition large_list(std::size_t phrases) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < phrases; ++i) all.push_back("phrase number " + std::to_string(i));
    return list_of(std::move(all));
}

session::TrackerJob start_job(TrackerListDefinition definition) {
    session::TrackerStep step{session::TrackerStep::Kind::start, {}, false};
    step.change.replace.emplace().pointers.resize(definition.trackers.size(), "/trackers/0");
    step.change.replace->definitions = std::move(definition.trackers);
    session::TrackerJob job;
    job.steps.push_back(std::move(step));
    job.settings = definition.settings;
    job.max_trackers = 1000;
    job.max_phrases = 100'000;
    return job;
}

class CompileServiceTest : public ::testing::Test {
protected:
    base::Result<CompileService::List> compile(TrackerListDefinition definition) {
        return service_.compile(std::move(definition), tokenizer_);
    }

    /// What work_out gives at once; none if it is to come.
    std::optional<CompileService::Answer> work_out(session::TrackerJob job) {
        return service_.work_out(std::move(job), tokenizer_, [](const CompileService::Answer&) {});
    }

    std::future<CompileService::Answer> work_out_later(TrackerListDefinition definition) {
        auto promise = std::make_shared<std::promise<CompileService::Answer>>();
        auto future = promise->get_future();
        auto answer =
            service_.work_out(start_job(std::move(definition)), tokenizer_,
                              [promise](CompileService::Answer late) { promise->set_value(std::move(late)); });
        if (answer) promise->set_value(std::move(*answer));
        return future;
    }

    testing::RecordingHooks hooks_;
    ComputePool pool_{1, 4};
    CompileService service_{match::PatternLimits{}, pool_, hooks_};
    text::Tokenizer tokenizer_;
};

TEST_F(CompileServiceTest, equal_lists_are_shared) {
    const auto first = compile(list_of({"how much", "too late"}));
    const auto second = compile(list_of({"how much", "too late"}));

    ASSERT_TRUE(first && second);
    EXPECT_EQ(*first, *second);
    EXPECT_EQ(hooks_.counts().compiled, 1);
    EXPECT_EQ(service_.lists(), 1);
}

TEST_F(CompileServiceTest, lists_that_differ_share_equal_phrases) {
    const auto first = compile(list_of({"how much", "too late"}, "1"));
    const auto second = compile(list_of({"Too late", "how much"}, "2"));

    ASSERT_TRUE(first && second);
    EXPECT_NE(*first, *second);
    EXPECT_EQ(&(*first)->phrases(), &(*second)->phrases());
    EXPECT_EQ(service_.phrase_sets(), 1);
}

TEST_F(CompileServiceTest, every_member_of_a_definition_counts) {
    std::vector<TrackerListDefinition> lists(8, list_of({"how much"}));
    lists[1].trackers[0].name = "other";
    lists[2].trackers[0].cooldown_seconds = 3;
    lists[3].trackers[0].threshold = 0.5;
    lists[4].trackers[0].speakers = {"agent"};
    lists[5].settings.phrase_gap_seconds = 4;
    lists[6].settings.language = "de-DE";
    lists[7].trackers[0].exclude_vocabulary = {"too much"};

    std::vector<CompileService::List> compiled;
    for (const auto& list : lists) compiled.push_back(compile(list).value());

    for (std::size_t i = 0; i < lists.size(); ++i) EXPECT_EQ(compiled[i]->definition(), lists[i]) << i;
    EXPECT_EQ(service_.lists(), lists.size());
}

TEST_F(CompileServiceTest, keeps_nothing_that_nobody_uses) {
    compile(list_of({"how much"}));

    EXPECT_EQ(service_.lists(), 0);
    EXPECT_EQ(service_.phrase_sets(), 0);
    compile(list_of({"how much"}));
    EXPECT_EQ(hooks_.counts().compiled, 2);
}

TEST_F(CompileServiceTest, an_error_is_told_and_not_kept) {
    const auto first = compile(list_of({"how much", "?!"}));
    const auto second = compile(list_of({"how much", "?!"}));

    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().code, base::Errc::phrase_without_word);
    EXPECT_EQ(second.error(), first.error());
    EXPECT_EQ(hooks_.counts().compiled, 2);
}

TEST_F(CompileServiceTest, up_to_the_limit_a_list_is_compiled_in_place) {
    EXPECT_TRUE(work_out(start_job(large_list(match::PhraseSet::k_inline_phrases))));
}

TEST_F(CompileServiceTest, beyond_the_limit_it_is_compiled_on_the_pool) {
    EXPECT_FALSE(work_out(start_job(large_list(match::PhraseSet::k_inline_phrases + 1))));
}

TEST_F(CompileServiceTest, patterns_weigh_more_than_phrases) {
    TrackerListDefinition list = list_of({"how much"});
    for (int i = 0; i < 101; ++i) list.trackers[0].patterns.push_back("\\d{4}" + std::to_string(i));

    EXPECT_FALSE(work_out(start_job(list)));
    list.trackers[0].patterns.resize(50);
    EXPECT_TRUE(work_out(start_job(list)));
}

TEST_F(CompileServiceTest, a_change_is_worked_out_on_the_pool_however_small_it_is) {
    session::TrackerJob job = start_job(list_of({"how much"}));
    job.steps.front().kind = session::TrackerStep::Kind::change;

    EXPECT_FALSE(work_out(std::move(job)));
}

TEST_F(CompileServiceTest, equal_large_lists_are_shared_too) {
    auto first = work_out_later(large_list(3000));
    auto second = work_out_later(large_list(3000));

    const auto one = first.get();
    const auto other = second.get();

    ASSERT_TRUE(one.list);
    EXPECT_EQ(one.list, other.list);
    EXPECT_EQ(hooks_.counts().compiled, 1);
}

TEST_F(CompileServiceTest, a_full_pool_is_an_answer) {
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

    const auto answer = work_out_later(large_list(3000)).get();
    hold.set_value();

    ASSERT_TRUE(answer.outcomes.front().error);
    EXPECT_EQ(answer.outcomes.front().error->code, base::Errc::queue_full);
}

TEST(CompileServiceThreadsTest, equal_lists_asked_for_at_once_are_compiled_once) {
    testing::RecordingHooks hooks;
    ComputePool pool(4, 64);
    CompileService service(match::PatternLimits{}, pool, hooks);
    text::Tokenizer tokenizer;
    std::vector<std::future<CompileService::Answer>> futures;
    for (int i = 0; i < 16; ++i) {
        auto promise = std::make_shared<std::promise<CompileService::Answer>>();
        futures.push_back(promise->get_future());
        const auto at_once =
            service.work_out(start_job(large_list(20'000)), tokenizer,
                             [promise](CompileService::Answer answer) { promise->set_value(std::move(answer)); });
        EXPECT_FALSE(at_once);
    }

    std::vector<CompileService::List> lists;
    for (auto& future : futures) lists.push_back(future.get().list);

    ASSERT_TRUE(lists.front());
    for (const auto& list : lists) EXPECT_EQ(list, lists.front());
    EXPECT_EQ(hooks.counts().compiled, 1);
}

}  // namespace
}  // namespace earshot::net
