#include "earshot/store/change_json.hpp"

#include "support/store/random_conversations.hpp"
#include "support/store/record_texts.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace earshot::store {
namespace {

TEST(ChangeJsonTest, gives_back_what_was_written) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const detect::ConversationChange change = support::RandomConversations(seed).change();
        const auto read = read_change(write_change(change));
        ASSERT_TRUE(read) << read.error().message << read.error().details;
        ASSERT_EQ(write_change(*read), write_change(change)) << "seed " << seed;
        ASSERT_EQ(read->account, change.account);
        ASSERT_EQ(read->conversation, change.conversation);
        ASSERT_EQ(read->begin.has_value(), change.begin.has_value());
        if (change.begin) {
            ASSERT_EQ(read->begin->name, change.begin->name);
            ASSERT_EQ(read->begin->source, change.begin->source);
            ASSERT_EQ(read->begin->keeping, change.begin->keeping);
            ASSERT_EQ(read->begin->started, change.begin->started);
            ASSERT_EQ(read->begin->kept_since, change.begin->kept_since);
            ASSERT_EQ(read->begin->metadata, change.begin->metadata);
        }
        ASSERT_EQ(read->members, change.members);
        ASSERT_EQ(support::text_of(read->messages), support::text_of(change.messages)) << "seed " << seed;
        ASSERT_EQ(read->hits, change.hits);
        ASSERT_EQ(read->ended, change.ended);
    }
}

TEST(ChangeJsonTest, what_is_no_change_is_an_error) {
    for (const char* json : {"{", "3", "{}", R"({"account":"a"})", R"({"account":1,"conversation":"c"})",
                             R"({"account":"a","conversation":"c","members":[],"messages":[{}],"hits":[]})",
                             R"({"account":"a","conversation":"c","members":[[]],"messages":[],"hits":[]})",
                             R"({"account":"a","conversation":"c","started":1,"name":"","source":"x","keeping":"full",)"
                             R"("members":[],"messages":[],"hits":[]})"}) {
        const auto read = read_change(json);
        ASSERT_FALSE(read) << json;
        EXPECT_EQ(read.error().code, base::Errc::io_failed) << json;
    }
}

}  // namespace
}  // namespace earshot::store
