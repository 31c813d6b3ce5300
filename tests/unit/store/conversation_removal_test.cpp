#include "conversations.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

namespace earshot::store {
namespace {

using base::Errc;
using detect::ConversationChange;
using testing::ElementsAre;
using testing::IsEmpty;

class ConversationRemovalTest : public ConversationStoreTest {};

EARSHOT_FOR_BOTH_BACKENDS(ConversationRemovalTest);

TEST_P(ConversationRemovalTest, what_is_removed_is_gone_and_what_comes_late_is_left_out_until_it_is_forgotten) {
    ConversationChange change = begin_of("c1");
    change.messages = {message_of("a")};
    change.hits = {hit_of("h", {"a"})};
    ASSERT_TRUE(store_->apply({change}));

    EXPECT_TRUE(store_->remove("ann", "c1", at(1000)).value());

    expect_error(store_->remove("ann", "c1", at(1001)), Errc::unknown_conversation);
    expect_error(store_->get("ann", "c1"), Errc::unknown_conversation);
    expect_error(store_->edit("ann", "c1", {}), Errc::unknown_conversation);
    expect_error(store_->messages("ann", "c1"), Errc::unknown_conversation);
    expect_error(store_->hits("ann", "c1"), Errc::unknown_conversation);
    expect_error(store_->figures("ann", "c1"), Errc::unknown_conversation);
    expect_error(store_->rename("ann", "c1", {"m1", "x", {}, {}}), Errc::unknown_conversation);
    expect_error(store_->assign_speakers("ann", "c1", {}), Errc::unknown_conversation);
    EXPECT_THAT(store_->list("ann").value(), IsEmpty());
    EXPECT_EQ(store_->apply({change}).value(), 1U);
    EXPECT_TRUE(store_->forget(at(1000)));
    EXPECT_EQ(store_->apply({change}).value(), 1U) << "it was not removed before that";

    EXPECT_TRUE(store_->forget(at(1001)));
    EXPECT_EQ(store_->apply({change_of("c1")}).value(), 1U);
    EXPECT_EQ(store_->apply({change}).value(), 0U) << "it is another conversation now";
    EXPECT_THAT(ids_of(store_->messages("ann", "c1")), ElementsAre("a"));
}

// Who is asked to delete what somebody said cannot leave it in the file.
TEST_P(ConversationRemovalTest, what_is_removed_is_not_left_in_the_file) {
    if (GetParam() != support::BackendKind::sqlite) GTEST_SKIP() << "PostgreSQL's files are its own affair";
    const std::filesystem::path file = options_.url.substr(std::string_view("sqlite:").size());
    options_.threads = 1;  // of two that close at once neither may be the last one
    restart();
    const auto holds = [&](const std::string& text) {
        std::ifstream stream(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(stream), {}).find(text) != std::string::npos;
    };
    ConversationChange change = begin_of("c1");
    change.begin->name = "confidential title";
    change.members = {{"m1", "Confidentia Miller", {}, {}}};
    for (int number = 0; number < 500; ++number) {
        change.messages.push_back(message_of(std::to_string(number), "confidential words"));
    }
    ASSERT_TRUE(store_->apply({change}));
    database_.reset();  // the write-ahead log goes into the file
    ASSERT_TRUE(holds("confidential words"));
    restart();

    ASSERT_TRUE(store_->remove("ann", "c1"));
    database_.reset();

    EXPECT_FALSE(holds("confidential"));
    EXPECT_FALSE(holds("Confidentia"));
    EXPECT_FALSE(std::filesystem::exists(file.string() + "-wal"));
}

TEST_P(ConversationRemovalTest, retention_takes_what_is_over_or_silent_for_long_oldest_first) {
    ConversationChange over = begin_of("over", 0);
    over.ended = at(300);
    ConversationChange silent = begin_of("silent", 100);
    ConversationChange spoken = begin_of("spoken", 0);
    spoken.messages = {message_of("a", "a", 0, 500)};
    ConversationChange over_before_its_last_word = spoken;
    over_before_its_last_word.conversation = "odd";
    over_before_its_last_word.ended = at(200);
    ASSERT_TRUE(store_->apply({over, silent, spoken, over_before_its_last_word}));

    EXPECT_EQ(store_->expire(at(100), 10, at(1000)).value(), 0U);
    EXPECT_EQ(store_->expire(at(500), 2, at(1000)).value(), 2U);
    EXPECT_THAT(ids_of(store_->list("ann")), testing::UnorderedElementsAre("over", "spoken"));
    EXPECT_EQ(store_->expire(at(500), 2, at(1000)).value(), 1U);
    EXPECT_THAT(ids_of(store_->list("ann")), ElementsAre("spoken"));
    EXPECT_EQ(store_->apply({silent}).value(), 1U) << "as after a removal";
}

TEST_P(ConversationRemovalTest, an_old_call_is_kept_as_long_as_one_of_today) {
    ConversationChange old = begin_of("old", 0);
    old.begin->kept_since = at(600);
    old.ended = at(10);
    ASSERT_TRUE(store_->apply({old}));
    EXPECT_EQ(store_->expire(at(600), 10, at(1000)).value(), 0U);
    EXPECT_EQ(store_->expire(at(601), 10, at(1000)).value(), 1U);
}

}  // namespace
}  // namespace earshot::store
