#include "net/http_routes.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Segments = std::vector<std::string>;

HttpRoute at(std::string_view method, std::string_view path) {
    HttpRoute route;
    route.info.method = method;
    route.info.path = path;
    return route;
}

/// The path that was found; empty if none was.
std::string_view path_of(const std::optional<RoutesOfPath>& found) {
    return found ? found->routes.front()->info.path : std::string_view();
}

class FindRoutesTest : public ::testing::Test {
protected:
    std::optional<RoutesOfPath> find(const Segments& segments) { return find_routes(table_, segments); }

    const std::vector<HttpRoute> table_{
        at("GET", "/things"),          at("POST", "/things"),     at("GET", "/things/{id}"),
        at("DELETE", "/things/{id}"),  at("POST", "/things/all"), at("GET", "/things/{id}/{part}"),
        at("PUT", "/things/all/{id}"), at("GET", "/oauth:go"),
    };
};

TEST_F(FindRoutesTest, gives_all_methods_of_a_path) {
    const auto found = find({"things", "7"});

    ASSERT_TRUE(found);
    EXPECT_EQ(found->routes.size(), 2);
    EXPECT_THAT(found->ids, ElementsAre("7"));
}

TEST_F(FindRoutesTest, a_name_in_the_path_goes_before_what_stands_for_any) {
    EXPECT_EQ(path_of(find({"things", "all"})), "/things/all");
    EXPECT_EQ(path_of(find({"things", "All"})), "/things/{id}");
    EXPECT_EQ(path_of(find({"things", "all", "7"})), "/things/all/{id}");
    EXPECT_THAT(find({"things", "all"})->ids, IsEmpty());
}

TEST_F(FindRoutesTest, the_order_of_the_table_is_of_no_matter) {
    std::vector<HttpRoute> reversed(table_.rbegin(), table_.rend());

    EXPECT_EQ(path_of(find_routes(reversed, Segments{"things", "all"})), "/things/all");
    EXPECT_EQ(path_of(find_routes(reversed, Segments{"things", "all", "7"})), "/things/all/{id}");
}

TEST_F(FindRoutesTest, gives_what_stands_in_each_place) {
    EXPECT_THAT(find({"things", "7", "a/b"})->ids, ElementsAre("7", "a/b"));
    EXPECT_THAT(find({"things", "all", "7"})->ids, ElementsAre("7"));
}

TEST_F(FindRoutesTest, finds_nothing_for_more_or_fewer_segments) {
    EXPECT_FALSE(find({}));
    EXPECT_FALSE(find({"thing"}));
    EXPECT_FALSE(find({"things", "7", "part", "more"}));
    EXPECT_FALSE(find(Segments(40, "things")));
    EXPECT_TRUE(find({"oauth:go"}));
}

TEST(RouteTableTest, each_method_stands_once_at_a_path) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const HttpRoute& route : http_routes()) {
        EXPECT_TRUE(seen.insert({route.info.method, route.info.path}).second) << route.info.path;
        EXPECT_EQ(route.handler == nullptr, route.kind != HttpRoute::Kind::http) << route.info.path;
    }
}

// "{id}" here and "{name}" there would be two paths for one request.
TEST(RouteTableTest, each_path_finds_itself) {
    for (const HttpRoute& route : http_routes()) {
        Segments segments;
        for (std::string_view rest = route.info.path; !rest.empty();) {
            rest.remove_prefix(1);
            const std::string_view part = rest.substr(0, rest.find('/'));
            rest.remove_prefix(part.size());
            segments.emplace_back(part.starts_with('{') ? "any" : part);
        }
        const auto found = find_routes(http_routes(), segments);
        ASSERT_TRUE(found) << route.info.path;
        for (const HttpRoute* other : found->routes) EXPECT_EQ(other->info.path, route.info.path);
    }
}

TEST(RouteTableTest, is_what_documentation_reads) {
    const boost::json::object schemas = boost::json::parse(route_schemas()).as_object();
    ASSERT_EQ(routes().size(), http_routes().size());
    for (const RouteInfo& route : routes()) {
        EXPECT_FALSE(route.name.empty()) << route.path;
        EXPECT_FALSE(route.summary.empty()) << route.path;
        EXPECT_FALSE(route.summary.ends_with('.')) << route.path;
        ASSERT_FALSE(route.responses.empty()) << route.path;
        EXPECT_LT(route.responses.front().status, 300U) << route.path;
        EXPECT_TRUE(route.request.empty() || schemas.contains(route.request)) << route.request;
        for (const RouteResponse& response : route.responses) {
            EXPECT_TRUE(response.schema.empty() || schemas.contains(response.schema)) << response.schema;
        }
    }
}

}  // namespace
}  // namespace earshot::net
