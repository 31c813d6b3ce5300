#include "net/compile_service.hpp"

#include "support/net/test_server.hpp"

#include <gtest/gtest.h>

#include <new>
#include <thread>

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

class CompileServiceTest : public ::testing::Test {
protected:
    base::Result<CompileService::List> compile(TrackerListDefinition definition) {
        return service_.compile(std::move(definition), tokenizer_);
    }

    testing::RecordingHooks hooks_;
    CompileService service_{match::PatternLimits{}, hooks_};
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

// Otherwise the next one that wants this list would wait for an answer that never comes.
TEST(CompileServiceFailureTest, what_is_thrown_is_an_error_and_leaves_nothing_behind) {
    struct OutOfMemory : testing::RecordingHooks {
        bool has_memory = false;
        void on_compiled(std::size_t, base::Duration) override {
            if (!has_memory) throw std::bad_alloc();
        }
    } hooks;
    CompileService service(match::PatternLimits{}, hooks);
    text::Tokenizer tokenizer;

    const auto failed = service.compile(list_of({"how much"}), tokenizer);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, base::Errc::internal);
    hooks.has_memory = true;
    EXPECT_TRUE(service.compile(list_of({"how much"}), tokenizer));
}

TEST(CompileServiceThreadsTest, equal_lists_asked_for_at_once_are_compiled_once) {
    testing::RecordingHooks hooks;
    CompileService service(match::PatternLimits{}, hooks);
    std::vector<CompileService::List> lists(4);
    {
        std::vector<std::jthread> threads;
        for (auto& list : lists) {
            threads.emplace_back([&] {
                text::Tokenizer tokenizer;
                list = service.compile(large_list(20'000), tokenizer).value();
            });
        }
    }

    for (const auto& list : lists) EXPECT_EQ(list, lists.front());
    EXPECT_EQ(hooks.counts().compiled, 1);
}

}  // namespace
}  // namespace earshot::net
