#include "change_json.hpp"

#include "support/conversation_changes.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace earshot::archive {
namespace {

TEST(ChangeJsonTest, gives_back_what_was_written) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        std::mt19937 random(seed);
        const detect::ConversationChange change = test::random_change(random);
        const auto read = read_change(write_change(change));
        ASSERT_TRUE(read) << read.error().message << read.error().details;
        EXPECT_EQ(write_change(*read), write_change(change)) << "seed " << seed;
        EXPECT_TRUE(test::is_same(*read, change)) << "seed " << seed;
    }
}

TEST(ChangeJsonTest, what_is_no_change_is_an_error) {
    EXPECT_EQ(read_change("{").error().code, base::Errc::invalid_json);
    for (const char* json : {"3", "{}", R"({"account":"a"})", R"({"account":1,"conversation":"c"})",
                             R"({"account":"a","conversation":"c","members":[],"messages":[{}],"hits":[]})",
                             R"({"account":"a","conversation":"c","members":[[]],"messages":[],"hits":[]})"}) {
        const auto read = read_change(json);
        ASSERT_FALSE(read) << json;
        EXPECT_EQ(read.error().code, base::Errc::invalid_value) << json;
    }
}

}  // namespace
}  // namespace earshot::archive
