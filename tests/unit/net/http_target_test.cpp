#include "net/http_target.hpp"

#include <gtest/gtest.h>

namespace earshot::net {
namespace {

using Segments = std::vector<std::string>;

TEST(HttpTargetTest, is_cut_at_its_slashes) {
    EXPECT_EQ(parse_target("/v1/streaming/x"), (HttpTarget{{"v1", "streaming", "x"}, ""}));
    EXPECT_EQ(parse_target("/"), (HttpTarget{{}, ""}));
}

TEST(HttpTargetTest, collapses_slashes) {
    EXPECT_EQ(parse_target("//v1///streaming/x/")->segments, (Segments{"v1", "streaming", "x"}));
}

TEST(HttpTargetTest, decodes_each_segment_by_itself) {
    EXPECT_EQ(parse_target("/oauth2/token%3Agenerate")->segments, (Segments{"oauth2", "token:generate"}));
    EXPECT_EQ(parse_target("/s/a%2Fb%3d+=%C3%A9")->segments, (Segments{"s", "a/b=+=\xC3\xA9"}));
}

TEST(HttpTargetTest, keeps_the_query_as_it_came) {
    EXPECT_EQ(parse_target("/a?b=c%20d&e"), (HttpTarget{{"a"}, "b=c%20d&e"}));
    EXPECT_EQ(parse_target("/a?b?c#d"), (HttpTarget{{"a"}, "b?c"}));
}

TEST(HttpTargetTest, takes_the_absolute_form) {
    EXPECT_EQ(parse_target("http://host:1/a/b?c"), (HttpTarget{{"a", "b"}, "c"}));
    EXPECT_EQ(parse_target("http://host"), (HttpTarget{{}, ""}));
}

TEST(HttpTargetTest, refuses_what_is_no_target) {
    for (const char* target : {"", "*", "a/b", "/%", "/%2", "/%2x", "/%g0", "/a/%zz"}) {
        EXPECT_FALSE(parse_target(target)) << target;
    }
}

TEST(QueryValueTest, finds_the_first_of_a_name) {
    EXPECT_EQ(query_value("a=1&access_token=t%2Ex&access_token=2", "access_token"), "t.x");
    EXPECT_EQ(query_value("&&a=1", "a"), "1");
    EXPECT_EQ(query_value("a", "a"), "");
    EXPECT_EQ(query_value("a=b=c", "a"), "b=c");
}

TEST(QueryValueTest, is_none_where_the_name_is_absent_or_broken) {
    EXPECT_FALSE(query_value("", "a"));
    EXPECT_FALSE(query_value("ab=1&b=a", "a"));
    EXPECT_FALSE(query_value("a=%4", "a"));
}

}  // namespace
}  // namespace earshot::net
