// The management API over real sockets, in the order of the contract's parts: what is created, read, changed, deleted,
// refused; then what is ours.
#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/memory_store.hpp"
#include "support/net/test_server.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace earshot::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

namespace json = boost::json;

std::string text(const json::value& value) {
    return std::string(value.as_string());
}

std::string tracker_json(std::string_view name, std::string_view phrases = R"(["x"])") {
    return R"({"name":")" + std::string(name) + R"(","vocabulary":)" + std::string(phrases) + "}";
}

class ManagementTest : public EachTransport {
protected:
    explicit ManagementTest(net::ServerOptions options = {}) : server_(std::move(options), {}, &store_) {}

    HttpResponse ask(std::string_view method, std::string_view target, std::string_view body = {}) {
        Headers headers;
        if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
        return http(server_.port(), method, target, headers, body);
    }

    /// The body of a response that must have succeeded.
    json::object done(const HttpResponse& response) {
        EXPECT_EQ(response.status, 200) << response.body;
        EXPECT_EQ(response.headers.at("content-type"), "application/json");
        return json::parse(response.body).as_object();
    }

    json::object create(std::string_view name, std::string_view phrases = R"(["x"])") {
        return done(ask("POST", "/v1/manage/tracker", tracker_json(name, phrases))).at("tracker").as_object();
    }

    std::string created_id(std::string_view name) { return text(create(name).at("id")); }

    std::vector<std::string> names(std::string_view target = "/v1/manage/trackers") {
        std::vector<std::string> list;
        const json::object body = done(ask("GET", target));
        for (const json::value& tracker : body.at("trackers").as_array()) list.push_back(text(tracker.at("name")));
        return list;
    }

    /// "status: message" of a refusal, whose body must be JSON with a message.
    std::string refused(const HttpResponse& response) {
        EXPECT_EQ(response.headers.at("content-type"), "application/json");
        return std::to_string(response.status) + ": " + text(json::parse(response.body).at("message"));
    }

    MemoryStore store_;
    TestServer server_;
};

// ---- Creating

TEST_P(ManagementTest, a_created_tracker_comes_back_as_it_was_sent_with_an_id_of_digits) {
    const json::object tracker = create("Pricing", R"(["b?","What\u2019s, the price & \u00e9t\u00e9 - 'x'","a"])");

    EXPECT_THAT(text(tracker.at("id")), MatchesRegex("[0-9]+"));
    EXPECT_EQ(tracker.at("name"), "Pricing");
    EXPECT_EQ(tracker.at("vocabulary"), json::array({"b?", "What\u2019s, the price & \u00e9t\u00e9 - 'x'", "a"}));
    EXPECT_EQ(tracker.at("languages"), json::array({"en-US"}));
    EXPECT_EQ(tracker.at("categories"), json::array());
    EXPECT_THAT(text(tracker.at("createdOn")), MatchesRegex("[0-9-]+T[0-9:]+\\.[0-9][0-9][0-9]Z"));
    EXPECT_EQ(tracker.at("createdOn"), tracker.at("updatedOn"));
}

TEST_P(ManagementTest, a_name_is_there_once_in_each_letter_case) {
    create("abc");

    EXPECT_EQ(refused(ask("POST", "/v1/manage/tracker", tracker_json("abc"))),
              R"(409: "name" is taken by another tracker)");
    create("Abc");
    EXPECT_THAT(names(), ElementsAre("abc", "Abc"));
}

TEST_P(ManagementTest, a_list_is_created_in_its_order_on_either_path) {
    for (const char* path : {"/v1/manage/trackers", "/v1/manage/trackers/bulk"}) {
        const std::string p = path;
        const json::object body =
            done(ask("POST", path,
                     "[" + tracker_json(p + "3") + "," + tracker_json(p + "1") + "," + tracker_json(p + "2") + "]"));
        const json::array& trackers = body.at("trackers").as_array();
        ASSERT_EQ(trackers.size(), 3) << path;
        EXPECT_EQ(text(trackers[0].at("name")), p + "3");
        EXPECT_EQ(text(trackers[1].at("name")), p + "1");
        EXPECT_EQ(text(trackers[2].at("name")), p + "2");
    }
}

TEST_P(ManagementTest, a_list_is_created_as_a_whole_or_not_at_all) {
    create("b");
    const std::string list = "[" + tracker_json("a") + "," + tracker_json("b") + "]";

    const HttpResponse clash = ask("POST", "/v1/manage/trackers", list);

    EXPECT_EQ(refused(clash), R"(409: "[1].name" is taken by another tracker)");
    EXPECT_EQ(json::parse(clash.body).at("errors").at(0).at("path"), "/1/name");
    EXPECT_EQ(ask("POST", "/v1/manage/trackers/bulk", "[" + tracker_json("c") + "," + tracker_json("c") + "]").status,
              409);
    EXPECT_EQ(ask("POST", "/v1/manage/trackers/bulk", "[" + tracker_json("c") + ",{}]").status, 400);
    EXPECT_THAT(names(), ElementsAre("b"));
}

TEST_P(ManagementTest, an_object_to_the_plural_path_is_one_tracker) {
    const json::object body = done(ask("POST", "/v1/manage/trackers",
                                       R"({"name":"a","description":"d","categories":["c"],"languages":["de-DE"],)"
                                       R"("vocabulary":["x"],"excludeVocabulary":["y"]})"));

    const json::object& tracker = body.at("tracker").as_object();
    EXPECT_EQ(tracker.at("description"), "d");
    EXPECT_EQ(tracker.at("categories"), json::array({"c"}));
    EXPECT_EQ(tracker.at("languages"), json::array({"de-DE"}));
    EXPECT_EQ(tracker.at("excludeVocabulary"), json::array({"y"}));
    EXPECT_EQ(refused(ask("POST", "/v1/manage/trackers", "[]")), "400: the body must hold at least one tracker");
    EXPECT_EQ(refused(ask("POST", "/v1/manage/trackers/bulk", "[]")), "400: the body must hold at least one tracker");
    EXPECT_EQ(refused(ask("POST", "/v1/manage/tracker", "[" + tracker_json("b") + "]")),
              "400: the body must be an object");
}

// ---- Reading

TEST_P(ManagementTest, a_name_filters_to_the_letter) {
    create("Sales & Co");
    create("sales & co");
    create("a+b");

    for (const char* target :
         {"/v1/manage/trackers?name=Sales%20%26%20Co", "/v1/manage/trackers?&name=Sales+%26+Co",
          "/v1/manage/tracker?name=Sales+%26%20Co", "//v1/manage/tracker?x=1&&name=Sales%20%26+Co"}) {
        EXPECT_THAT(names(target), ElementsAre("Sales & Co")) << target;
    }
    EXPECT_THAT(names("/v1/manage/trackers?name=a%2Bb"), ElementsAre("a+b"));
    EXPECT_THAT(names("/v1/manage/trackers?name=a+b"), IsEmpty());
    EXPECT_THAT(names("/v1/manage/trackers?name=SALES"), IsEmpty());
    EXPECT_THAT(names("/v1/manage/tracker"), ElementsAre("Sales & Co", "sales & co", "a+b"));
    EXPECT_EQ(refused(ask("GET", "/v1/manage/trackers?name=%f")), "400: \"name\" cannot be read");
    EXPECT_EQ(refused(ask("GET", "/v1/manage/trackers?name=%ff")), "400: \"name\" cannot be read");
    EXPECT_EQ(refused(ask("GET", "/v1/manage/trackers?name=%00")), "400: \"name\" cannot be read");
}

TEST_P(ManagementTest, a_list_may_be_read_in_parts) {
    for (const char* name : {"a", "b", "c", "d"}) create(name);

    EXPECT_THAT(names("/v1/manage/trackers?offset=1&limit=2"), ElementsAre("b", "c"));
    EXPECT_THAT(names("/v1/manage/trackers?offset=3&limit=9"), ElementsAre("d"));
    EXPECT_THAT(names("/v1/manage/trackers?offset=9"), IsEmpty());
    EXPECT_THAT(names("/v1/manage/trackers?limit=0"), IsEmpty());
    EXPECT_EQ(refused(ask("GET", "/v1/manage/trackers?limit=-1")), "400: \"limit\" must be a whole number");
    EXPECT_EQ(refused(ask("GET", "/v1/manage/trackers?offset=a")), "400: \"offset\" must be a whole number");
}

TEST_P(ManagementTest, a_tracker_is_read_by_its_id_on_either_path) {
    const json::object tracker = create("a");

    for (const char* path : {"/v1/manage/tracker/", "/v1/manage/trackers/"}) {
        EXPECT_EQ(done(ask("GET", path + text(tracker.at("id")))).at("tracker"), tracker);
        for (const char* id : {"1234567890123456", "x", "%00", "99999999999999999999999999999999999999"}) {
            EXPECT_EQ(refused(ask("GET", std::string(path) + id)), "404: There is no tracker with this id.") << id;
        }
    }
}

// ---- Changing

TEST_P(ManagementTest, put_replaces_a_tracker_on_every_path) {
    const std::string id = created_id("a");
    for (const char* path : {"/v1/manage/tracker/", "/v1/manage/trackers/", "/v1/conversations/tracker/"}) {
        const std::string name = std::string("new at ") + path;
        const json::object body = done(ask("PUT", path + id, tracker_json(name, R"(["y","z"])")));

        const json::object& tracker = body.at("tracker").as_object();
        EXPECT_EQ(text(tracker.at("id")), id);
        EXPECT_EQ(text(tracker.at("name")), name);
        EXPECT_EQ(tracker.at("vocabulary"), json::array({"y", "z"}));
        EXPECT_NE(tracker.at("createdOn"), tracker.at("updatedOn"));
        EXPECT_EQ(done(ask("GET", "/v1/manage/tracker/" + id)), body);
    }
}

TEST_P(ManagementTest, put_may_repeat_the_id_and_the_name_and_no_others) {
    const std::string id = created_id("a");
    create("b");
    const auto put = [&](const std::string& body) { return ask("PUT", "/v1/manage/tracker/" + id, body); };

    EXPECT_EQ(put(R"({"id":")" + id + R"(","name":"a","vocabulary":["x"]})").status, 200);
    EXPECT_EQ(refused(put(R"({"id":"12","name":"a","vocabulary":["x"]})")),
              "400: \"id\" is another one than that of the path");
    EXPECT_EQ(refused(put(tracker_json("b"))), "409: \"name\" is taken by another tracker");
    EXPECT_EQ(refused(put(R"({"name":"a"})")), "400: \"vocabulary\" is required");
    for (const char* unknown : {"1234567890123456", "x"}) {
        EXPECT_EQ(ask("PUT", std::string("/v1/manage/tracker/") + unknown, tracker_json("c")).status, 404);
    }
}

TEST_P(ManagementTest, patch_applies_all_operations_or_none) {
    const json::object before = create("a", R"(["one","two"])");
    create("b");
    const std::string target = "/v1/manage/trackers/" + text(before.at("id"));
    const auto patch = [&](std::string_view body) { return ask("PATCH", target, body); };

    json::object after =
        done(patch(R"([{"op":"add","path":"/vocabulary","value":"three"}])")).at("tracker").as_object();
    EXPECT_EQ(after.at("vocabulary"), json::array({"one", "two", "three"}));
    after = done(patch(R"([{"op":"remove","path":"/vocabulary","value":["one"]},)"
                       R"({"op":"replace","path":"/name","value":"c"}])"))
                .at("tracker")
                .as_object();
    EXPECT_EQ(after.at("vocabulary"), json::array({"two", "three"}));
    EXPECT_EQ(after.at("name"), "c");

    const std::string good = R"({"op":"add","path":"/vocabulary","value":"four"})";
    EXPECT_EQ(refused(patch("[" + good + R"(,{"op":"add","path":"/words","value":"x"}])")),
              "400: \"[1].path\" names nothing that can be changed");
    EXPECT_EQ(refused(patch("[" + good + "," + good + "]")), "400: \"[1].value\" contains a duplicate value");
    EXPECT_EQ(refused(patch("[" + good + R"(,{"op":"replace","path":"/name","value":"b"}])")),
              "409: the name is taken by another tracker");
    EXPECT_EQ(done(ask("GET", target)).at("tracker"), after);
    EXPECT_EQ(ask("PATCH", "/v1/manage/trackers/12", "[" + good + "]").status, 404);
    EXPECT_EQ(ask("PATCH", "/v1/manage/trackers/x", "[" + good + "]").status, 404);
}

TEST_P(ManagementTest, a_deleted_tracker_is_gone_and_its_name_free) {
    for (const char* path : {"/v1/manage/tracker/", "/v1/manage/trackers/"}) {
        const std::string id = created_id("a");
        EXPECT_EQ(ask("DELETE", path + id).body, R"({"id":")" + id + R"(","type":"tracker","deleted":true})");
        EXPECT_EQ(ask("DELETE", path + id).status, 404);
        EXPECT_EQ(ask("DELETE", std::string(path) + "x").status, 404);
    }
    create("a");
}

// ---- Refusing

TEST_P(ManagementTest, tells_all_that_is_wrong_with_a_body) {
    const HttpResponse response =
        ask("POST", "/v1/manage/trackers", R"([{"name":"a","vocabulary":["x"]},{"vocabulary":["y",3]}])");

    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body, R"({"message":"\"[1].vocabulary[1]\" must be a string","errors":[)"
                             R"({"path":"/1/vocabulary/1","message":"\"[1].vocabulary[1]\" must be a string"},)"
                             R"({"path":"/1/name","message":"\"[1].name\" is required"}]})");
    EXPECT_THAT(names(), IsEmpty());
}

TEST_P(ManagementTest, refuses_what_is_no_vocabulary) {
    const auto post = [&](std::string_view body) { return refused(ask("POST", "/v1/manage/tracker", body)); };

    EXPECT_EQ(post(R"({"name":"a"})"), "400: \"vocabulary\" is required");
    EXPECT_EQ(post(R"({"name":"a","vocabulary":"x"})"), "400: \"vocabulary\" must be an array");
    EXPECT_EQ(post(R"({"name":"a","vocabulary":[7]})"), "400: \"vocabulary[0]\" must be a string");
    EXPECT_EQ(post(R"({"name":"a","vocabulary":[]})"), "400: \"vocabulary\" must hold at least one phrase");
    EXPECT_EQ(post(R"({"name":"a","vocabulary":["x","x"]})"), "400: \"vocabulary[1]\" contains a duplicate value");
    EXPECT_EQ(post(""), "400: the body is not valid JSON");
    EXPECT_EQ(post("{"), "400: the body is not valid JSON");
}

TEST_P(ManagementTest, takes_any_number_of_phrases) {
    std::string phrases = R"(["x0")";
    for (int i = 1; i < 60; ++i) phrases += ",\"x" + std::to_string(i) + "\"";

    EXPECT_EQ(create("one").at("vocabulary").as_array().size(), 1);
    EXPECT_EQ(create("sixty", phrases + "]").at("vocabulary").as_array().size(), 60);
}

/// `json` with blanks behind it up to so many bytes.
std::string padded(const std::string& json, std::size_t bytes) {
    return json + std::string(bytes - json.size(), ' ');
}

TEST_P(ManagementTest, bodies_end_at_a_mebibyte) {
    constexpr std::size_t k_most = 1024 * 1024;
    const std::string of_one = "/v1/manage/trackers/" + created_id("a");
    const std::string operation = R"([{"op":"add","path":"/vocabulary","value":"y"}])";
    for (const auto& [method, target, json] :
         {std::tuple<const char*, std::string, std::string>{"POST", "/v1/manage/tracker", tracker_json("b")},
          {"POST", "/v1/manage/trackers", tracker_json("c")},
          {"POST", "/v1/manage/trackers/bulk", "[" + tracker_json("d") + "]"},
          {"PUT", of_one, tracker_json("a")},
          {"PATCH", of_one, operation}}) {
        EXPECT_EQ(ask(method, target, padded(json, k_most)).status, 200) << method << " " << target;
        EXPECT_EQ(refused(ask(method, target, padded(json, k_most + 1))).substr(0, 3), "413") << method << target;

        TcpClient client(server_.port());
        client.send(std::string(method) + " " + target +
                    " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n");
        client.send_as_far_as_taken(padded(json, k_most + 1));
        EXPECT_EQ(client.read_response().status, 413) << method << " " << target;
    }
    EXPECT_THAT(names(), ElementsAre("a", "b", "c", "d"));
}

TEST_P(ManagementTest, paths_tell_their_methods) {
    EXPECT_EQ(ask("PUT", "/v1/manage/tracker").headers.at("allow"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(ask("POST", "/v1/manage/trackers/12").headers.at("allow"), "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
    EXPECT_EQ(ask("DELETE", "/v1/conversations/tracker/12").status, 405);
    EXPECT_EQ(ask("OPTIONS", "/v1/manage/trackers").status, 204);
}

TEST_P(ManagementTest, a_store_that_is_away_is_told_with_when_to_come_back) {
    const std::string target = "/v1/manage/trackers/" + created_id("a");
    for (const base::Errc code : {base::Errc::store_away, base::Errc::queue_full}) {
        store_.fail_with(code);
        for (const HttpResponse& response :
             {ask("GET", "/v1/manage/trackers"), ask("GET", target), ask("DELETE", target),
              ask("PUT", target, tracker_json("a")), ask("POST", "/v1/manage/tracker", tracker_json("b")),
              ask("PATCH", target, "[]"), ask("POST", "/v1/manage/trackers:import", "[]")}) {
            EXPECT_EQ(refused(response).substr(0, 3), "503");
            EXPECT_EQ(response.headers.at("retry-after"), "1");
        }
    }
    store_.fail_with(base::Errc::io_failed);
    EXPECT_EQ(refused(ask("GET", target)), "500: The database failed.");
    store_.fail_with(std::nullopt);
    EXPECT_THAT(names(), ElementsAre("a"));
}

class ManagementWithoutStoreTest : public EachTransport {};

TEST_P(ManagementWithoutStoreTest, every_route_is_404) {
    TestServer server;

    for (const auto& [method, target] :
         {std::pair{"GET", "/v1/manage/trackers"}, std::pair{"POST", "/v1/manage/tracker"},
          std::pair{"PUT", "/v1/manage/tracker/1"}, std::pair{"PATCH", "/v1/manage/trackers/1"},
          std::pair{"DELETE", "/v1/manage/tracker/1"}, std::pair{"GET", "/v1/manage/tracker/1"},
          std::pair{"POST", "/v1/manage/trackers:import"}, std::pair{"GET", "/v1/manage/trackers:export"}}) {
        const HttpResponse response = http(server.port(), method, target, {}, "{}");
        EXPECT_EQ(response.status, 404) << target;
        EXPECT_EQ(response.body, R"({"message":"This server stores no trackers."})");
    }
}

class ManagementTokenTest : public EachTransport {};

TEST_P(ManagementTokenTest, every_route_asks_for_a_token) {
    MemoryStore store;
    TestServer server({}, "secret", &store);

    for (const char* target : {"/v1/manage/trackers", "/v1/manage/tracker", "/v1/manage/tracker/1",
                               "/v1/manage/trackers/1", "/v1/manage/trackers:export"}) {
        EXPECT_EQ(http(server.port(), "GET", target).status, 401) << target;
        EXPECT_NE(http(server.port(), "GET", target, {{"Authorization", "Bearer secret"}}).status, 401) << target;
        EXPECT_NE(http(server.port(), "GET", target, {{"X-API-KEY", "secret"}}).status, 401) << target;
        EXPECT_NE(http(server.port(), "GET", std::string(target) + "?access_token=secret").status, 401) << target;
    }
    EXPECT_EQ(http(server.port(), "POST", "/v1/manage/trackers:import", {}, "[]").status, 401);
}

// ---- One writer at a time

/// A request that is sent and not waited for.
TcpClient begin(Port port, std::string_view method, std::string_view target, const std::string& body = {}) {
    TcpClient client(port);
    client.send(std::string(method) + " " + std::string(target) +
                " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client;
}

TEST_P(ManagementTest, a_second_write_at_the_same_time_is_told_to_wait) {
    const std::string id = created_id("a");
    const std::string target = "/v1/manage/trackers/" + id;
    store_.hold();
    TcpClient first = begin(server_.port(), "POST", "/v1/manage/tracker", tracker_json("b"));
    ASSERT_TRUE(store_.wait_for_waiting(1));

    for (const HttpResponse& second :
         {ask("POST", "/v1/manage/tracker", tracker_json("c")), ask("POST", "/v1/manage/trackers", tracker_json("c")),
          ask("PUT", target, tracker_json("c")), ask("PATCH", target, "[]"),
          ask("POST", "/v1/manage/trackers:import", "[]")}) {
        EXPECT_EQ(second.status, 429);
        EXPECT_EQ(second.headers.at("retry-after"), "1");
        EXPECT_EQ(second.body, R"({"message":"Another request is creating or changing trackers.","statusCode":429})");
    }
    TcpClient read = begin(server_.port(), "GET", target);
    TcpClient deletion = begin(server_.port(), "DELETE", target);
    ASSERT_TRUE(store_.wait_for_waiting(3));

    store_.release();
    EXPECT_EQ(first.read_response().status, 200);
    EXPECT_EQ(read.read_response().status, 200);
    EXPECT_EQ(deletion.read_response().status, 200);
    create("c");
    EXPECT_THAT(names(), ElementsAre("b", "c"));
}

TEST_P(ManagementTest, one_write_after_the_other_is_never_told_to_wait) {
    TcpClient client(server_.port());
    for (int i = 0; i < 200; ++i) {
        const std::string body = tracker_json("t" + std::to_string(i));
        client.send("POST /v1/manage/tracker HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\n\r\n" + body);
        ASSERT_EQ(client.read_response().status, 200) << i;
    }
}

TEST_P(ManagementTest, a_refused_write_ends_its_turn) {
    ask("POST", "/v1/manage/tracker", "{");
    store_.fail_with(base::Errc::store_away);
    ask("POST", "/v1/manage/tracker", tracker_json("a"));
    store_.fail_with(std::nullopt);

    create("a");
}

class ParallelManagementTest : public ManagementTest {
protected:
    ParallelManagementTest() : ManagementTest(options()) {}
    static net::ServerOptions options() {
        net::ServerOptions options;
        options.management.serial_writes = false;
        return options;
    }
};

TEST_P(ParallelManagementTest, writes_may_overlap_where_that_is_set) {
    store_.hold();
    TcpClient first = begin(server_.port(), "POST", "/v1/manage/tracker", tracker_json("a"));
    TcpClient second = begin(server_.port(), "POST", "/v1/manage/tracker", tracker_json("b"));
    ASSERT_TRUE(store_.wait_for_waiting(2));

    store_.release();
    EXPECT_EQ(first.read_response().status, 200);
    EXPECT_EQ(second.read_response().status, 200);
}

// ---- Settings

class SmallManagementTest : public ManagementTest {
protected:
    SmallManagementTest() : ManagementTest(options()) { server_.hooks().account_trackers = 2; }
    static net::ServerOptions options() {
        net::ServerOptions options;
        options.management.punctuation = proto::Punctuation::strict;
        return options;
    }
};

TEST_P(SmallManagementTest, an_account_has_room_for_so_many_trackers) {
    const std::string id = created_id("a");
    create("b");

    EXPECT_EQ(refused(ask("POST", "/v1/manage/tracker", tracker_json("c"))),
              "400: the account would hold over 2 trackers");
    ask("DELETE", "/v1/manage/tracker/" + id);
    create("c");
    EXPECT_EQ(ask("POST", "/v1/manage/trackers:import",
                  "[" + tracker_json("d") + "," + tracker_json("e") + "," + tracker_json("f") + "]")
                  .status,
              400);
    EXPECT_THAT(names(), ElementsAre("b", "c"));
}

TEST_P(SmallManagementTest, punctuation_may_be_strict) {
    EXPECT_EQ(refused(ask("POST", "/v1/manage/tracker", tracker_json("a", R"(["how much?"])"))),
              "400: \"vocabulary[0]\" must not hold other punctuation than . ' -");
    create("a?", R"(["what's e-mail v1.5"])");
}

// ---- What is ours

TEST_P(ManagementTest, our_settings_are_kept_and_shown_where_they_are_set) {
    const std::string body =
        R"({"name":"a","patterns":["\\d+"],"speakers":["agent"],"threshold":0.5,"tiers":["exact"],"cooldownSeconds":3})";
    const json::object tracker = done(ask("POST", "/v1/manage/trackers", body)).at("tracker").as_object();

    const json::object sent = json::parse(body).as_object();
    for (const auto& member : sent) EXPECT_EQ(tracker.at(member.key()), member.value()) << member.key();
    EXPECT_FALSE(create("b").contains("patterns"));
}

TEST_P(ManagementTest, what_is_exported_is_imported_again) {
    const std::string id = created_id("a");
    create("b", R"(["y"])");
    const std::string document = ask("GET", "/v1/manage/trackers:export?name=a").body;
    ask("DELETE", "/v1/manage/tracker/" + id);
    create("c");
    const std::string kept = text(done(ask("GET", "/v1/manage/trackers?name=b")).at("trackers").at(0).at("id"));

    const json::object imported = done(ask("POST", "/v1/manage/trackers:import", document));

    EXPECT_THAT(names(), ElementsAre("a", "b"));
    EXPECT_EQ(text(imported.at("trackers").at(1).at("id")), kept);
    EXPECT_EQ(imported.at("trackers").at(1).at("vocabulary"), json::array({"y"}));
    EXPECT_EQ(ask("POST", "/v1/manage/trackers%3Aimport",
                  R"({"trackers":[{"name":"a","vocabulary":["x"]},)"
                  R"({"name":"a","vocabulary":["x"]}]})")
                  .body,
              R"({"message":"\"trackers[1].name\" is taken by another tracker","errors":[)"
              R"({"path":"/trackers/1/name","message":"\"trackers[1].name\" is taken by another tracker"}]})");
    EXPECT_THAT(names(), ElementsAre("a", "b"));
    done(ask("POST", "/v1/manage/trackers:import", R"({"trackers":[]})"));
    EXPECT_THAT(names(), IsEmpty());
}

// Several bodies fill it, and one must bring it back: over a mebibyte, with more entries and patterns than one body of
// another kind may have.
TEST_P(ManagementTest, a_full_account_is_exported_and_imported_again) {
    for (int body = 0; body < 4; ++body) {
        std::string trackers;
        for (int i = body * 125; i < (body + 1) * 125; ++i) {
            const std::string number = std::to_string(i);
            std::string phrases;
            for (int k = 0; k < 110; ++k)
                phrases += (k > 0 ? ",\"what they say " : "\"what they say ") + std::to_string(k) + "\"";
            trackers.append(trackers.empty() ? "[" : ",").append(R"({"name":"tracker )").append(number);
            trackers.append(R"(","vocabulary":[)").append(phrases).append(R"(],"patterns":["a\\d+ )").append(number);
            trackers.append(R"(","b\\d+","c\\d+"]})");
        }
        ASSERT_EQ(ask("POST", "/v1/manage/trackers/bulk", trackers + "]").status, 200);
    }
    EXPECT_EQ(refused(ask("POST", "/v1/manage/tracker", tracker_json("one more"))),
              "400: the account would hold over 500 trackers");
    const std::string document = ask("GET", "/v1/manage/trackers:export").body;
    ASSERT_GT(document.size(), 1024U * 1024U);
    done(ask("POST", "/v1/manage/trackers:import", R"({"trackers":[]})"));

    const json::object imported = done(ask("POST", "/v1/manage/trackers:import", document));

    const json::value exported = json::parse(document);
    const json::array& before = exported.at("trackers").as_array();
    const json::array& after = imported.at("trackers").as_array();
    ASSERT_EQ(after.size(), 500U);
    for (std::size_t i = 0; i < after.size(); ++i) {
        for (const char* member : {"name", "vocabulary", "patterns", "languages"}) {
            EXPECT_EQ(after[i].at(member), before[i].at(member)) << i;
        }
    }
}

class SmallImportTest : public ManagementTest {
protected:
    SmallImportTest() : ManagementTest(options()) {}
    static net::ServerOptions options() {
        net::ServerOptions options;
        options.http.body_bytes = 1000;
        options.http.import_bytes = 2000;
        return options;
    }
};

TEST_P(SmallImportTest, the_body_of_an_import_has_a_limit_of_its_own) {
    const std::string document = "[" + tracker_json("a") + "]";

    EXPECT_EQ(ask("POST", "/v1/manage/trackers:import", padded(document, 2000)).status, 200);
    EXPECT_EQ(ask("POST", "/v1/manage/trackers:import", padded(document, 2001)).status, 413);
    EXPECT_EQ(ask("POST", "/v1/manage/trackers", padded(tracker_json("b"), 1001)).status, 413);
    EXPECT_EQ(refused(ask("POST", "/v1/manage/trackers:import",
                          "[" + tracker_json("b", R"([")" + std::string(1000, 'x') + R"("])") + "]")),
              "400: \"[0]\" holds over 1000 bytes");
}

INSTANTIATE_TEST_SUITE_P(Over, ManagementTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, ManagementWithoutStoreTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, ManagementTokenTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, ParallelManagementTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, SmallManagementTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, SmallImportTest, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
