#include "net/account_sessions.hpp"

#include <gtest/gtest.h>

namespace earshot::net {
namespace {

TEST(AccountSessionsTest, as_many_enter_as_may) {
    AccountSessions sessions;

    EXPECT_TRUE(sessions.enter("ann", 2));
    EXPECT_TRUE(sessions.enter("ann", 2));
    EXPECT_FALSE(sessions.enter("ann", 2));
    EXPECT_TRUE(sessions.enter("bob", 1));
    sessions.leave("ann");
    EXPECT_TRUE(sessions.enter("ann", 2));
    EXPECT_FALSE(sessions.enter("ann", 2));
}

TEST(AccountSessionsTest, those_without_a_limit_count_for_those_with_one) {
    AccountSessions sessions;

    for (int i = 0; i < 100; ++i) EXPECT_TRUE(sessions.enter("ann", std::nullopt));

    EXPECT_FALSE(sessions.enter("ann", 100));
    EXPECT_TRUE(sessions.enter("ann", 101));
}

TEST(AccountSessionsTest, who_was_turned_away_does_not_count) {
    AccountSessions sessions;

    EXPECT_FALSE(sessions.enter("ann", 0));
    EXPECT_FALSE(sessions.has("ann"));
    EXPECT_TRUE(sessions.enter("ann", 1));
}

TEST(AccountSessionsTest, knows_who_has_any) {
    AccountSessions sessions;
    EXPECT_TRUE(sessions.enter("ann", 2));
    EXPECT_TRUE(sessions.enter("ann", 2));

    sessions.leave("ann");
    EXPECT_TRUE(sessions.has("ann"));
    EXPECT_FALSE(sessions.has("bob"));
    sessions.leave("ann");
    EXPECT_FALSE(sessions.has("ann"));
}

}  // namespace
}  // namespace earshot::net
