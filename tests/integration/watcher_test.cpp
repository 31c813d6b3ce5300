// Those who watch all conversations of an account, over real sockets, also where everybody is on another thread.
#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/test_server.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace earshot::testing {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view k_trackers =
    R"([{"name":"Pricing","vocabulary":["price"]},{"name":"Cancellation","vocabulary":["cancel"]}])";

/// What a watcher is told, in short: "started ID", "heard ID: Pricing by Ann in 'the price'", "ended ID".
std::string brief(const std::string& message) {
    const json::value told = json::parse(message);
    const std::string type(told.at("type").as_string());
    const std::string id(told.at("conversationId").as_string());
    if (type == "conversation_started") return "started " + id;
    if (type == "conversation_ended") return "ended " + id;
    std::string all = "heard " + id + ":";
    for (const json::value& tracker : told.at("trackers").as_array()) {
        const json::value& ref = tracker.at("matches").at(0).at("messageRefs").at(0);
        all += " " + std::string(tracker.at("name").as_string()) + " by " +
               std::string(ref.at("speaker").at("name").as_string()) + " in '" +
               std::string(ref.at("text").as_string()) + "'";
    }
    return all;
}

class WatcherTest : public EachTransportAnd<std::size_t> {
protected:
    WatcherTest() : server_(options()) {}

    static net::ServerOptions options() {
        net::ServerOptions options;
        options.io_threads = std::get<std::size_t>(GetParam());
        return options;
    }

    WsClient watch(std::string_view query = "?account=true") const {
        return WsClient(server_.port(), "/v1/subscribe" + std::string(query));
    }

    /// A publisher that has started, and its conversation's id.
    std::pair<WsClient, std::string> start(const std::string& connection, std::string_view config = {}) const {
        WsClient client(server_.port(), "/v1/streaming/" + connection);
        client.send(start_message(k_trackers, config, R"("speaker":{"name":"Ann"})"));
        const auto frames = client.receive_until("recognition_started");
        std::string id;
        for (const std::string& frame : frames) {
            if (kind(frame) != "message/conversation_created") continue;
            id = json::parse(frame).at("message").at("data").at("conversationId").as_string();
        }
        return {std::move(client), std::move(id)};
    }

    static void stop(WsClient& client) {
        client.send(R"({"type":"stop_request"})");
        client.receive_all();
    }

    static std::string next(WsClient& watcher) { return brief(watcher.receive().value()); }

    TestServer server_;
};

TEST_P(WatcherTest, is_told_the_life_of_each_conversation_and_what_is_heard_in_it) {
    WsClient watcher = watch();
    auto [ann, first] = start("a");
    EXPECT_EQ(next(watcher), "started " + first);
    auto [bob, second] = start("b", R"("store":"none")");
    EXPECT_EQ(next(watcher), "started " + second);
    ann.send(final_chunk("what is the price"));
    EXPECT_EQ(next(watcher), "heard " + first + ": Pricing by Ann in 'what is the price'");
    bob.send(final_chunk("nothing of interest"));
    bob.send(final_chunk("I cancel"));
    EXPECT_EQ(next(watcher), "heard " + second + ": Cancellation by Ann in 'I cancel'");
    stop(bob);
    EXPECT_EQ(next(watcher), "ended " + second);
    stop(ann);
    EXPECT_EQ(next(watcher), "ended " + first);
    EXPECT_TRUE(watcher.is_silent());
}

TEST_P(WatcherTest, is_told_those_that_go_on_when_it_comes) {
    std::vector<WsClient> clients;
    std::vector<std::string> expected;
    for (int i = 0; i < 7; ++i) {
        auto [client, id] = start("c" + std::to_string(i));
        clients.push_back(std::move(client));
        expected.push_back("started " + id);
    }
    auto [gone, over] = start("gone");
    stop(gone);
    WsClient watcher = watch();
    std::vector<std::string> told;
    for (int i = 0; i < 7; ++i) told.push_back(next(watcher));
    EXPECT_THAT(told, ::testing::UnorderedElementsAreArray(expected));
    EXPECT_TRUE(watcher.is_silent());
}

TEST_P(WatcherTest, is_told_of_the_trackers_that_it_wants_alone) {
    WsClient watcher = watch("?account=true&tracker=Pricing&tracker=none+such");
    auto [ann, id] = start("a");
    EXPECT_EQ(next(watcher), "started " + id);
    ann.send(final_chunk("cancel"));
    ann.send(final_chunk("the price to cancel"));
    EXPECT_EQ(next(watcher), "heard " + id + ": Pricing by Ann in 'the price to cancel'");
    stop(ann);
    EXPECT_EQ(next(watcher), "ended " + id);
}

TEST_P(WatcherTest, answers_pings_and_ignores_all_else) {
    WsClient watcher = watch();
    watcher.send("nonsense");
    watcher.send_binary("sound");
    watcher.send("__PING__");
    EXPECT_THAT(watcher.receive().value(), HasSubstr("PONG"));
    EXPECT_TRUE(watcher.is_silent());
}

TEST_P(WatcherTest, watchers_come_and_go) {
    auto [ann, id] = start("a");
    for (int i = 0; i < 20; ++i) {
        WsClient stays = watch();
        EXPECT_EQ(next(stays), "started " + id);
        if (i % 2 == 0) {
            stays.close(1000);
        } else {
            stays.drop();
        }
    }
    WsClient watcher = watch();
    EXPECT_EQ(next(watcher), "started " + id);
    ann.send(final_chunk("the price"));
    EXPECT_THAT(next(watcher), HasSubstr("heard " + id));
}

TEST_P(WatcherTest, a_path_without_a_connection_must_say_account) {
    for (const std::string_view query : {"", "?account=false", "?account"}) {
        const WsClient client = watch(query);
        EXPECT_EQ(client.response().status, 400U) << query;
        EXPECT_THAT(client.response().body, HasSubstr("account"));
    }
}

TEST_P(WatcherTest, the_server_ends_it_with_1000) {
    WsClient watcher = watch();
    EXPECT_TRUE(watcher.is_silent());
    server_.server().request_stop();
    watcher.receive_all();
    EXPECT_EQ(watcher.close_code(), 1000);
}

INSTANTIATE_TEST_SUITE_P(Over, WatcherTest, each_transport(::testing::Values<std::size_t>(1, 4)), transport_name);

}  // namespace
}  // namespace earshot::testing
