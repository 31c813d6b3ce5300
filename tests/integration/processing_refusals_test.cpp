// What is refused of what is sent after the call, and where it is said to be wrong, over real sockets and real
// databases.
#include "integration/processing.hpp"

namespace earshot::testing {
namespace {

// ---- What is refused

TEST_P(ProcessingTest, what_is_wrong_is_told_with_its_place) {
    struct Wrong {
        std::string query;
        std::string body;
        std::vector<std::string> paths;
    };
    const std::string ok = request({said("x")});
    const auto with = [](std::string_view more) { return request({said("x")}, more); };
    for (const auto& [query, body, expected] : std::vector<Wrong>{
             {"", "{", {""}},
             {"", "", {"/messages"}},
             {"", "{}", {"/messages"}},
             {"", R"({"messages":null})", {"/messages"}},
             {"", R"({"messages":[]})", {"/messages"}},
             {"", R"({"messages":"x"})", {"/messages"}},
             {"", R"({"messages":["x"]})", {"/messages/0"}},
             {"", R"({"messages":[{}]})", {"/messages/0/payload"}},
             {"", R"({"messages":[{"payload":{}}]})", {"/messages/0/payload/content"}},
             {"", request({said("x"), R"({"payload":{"content":3}})"}), {"/messages/1/payload/content"}},
             {"",
              request({R"({"payload":{"content":3}})", said("x"), R"({"payload":3})"}),
              {"/messages/0/payload/content", "/messages/2/payload"}},
             {"", request({said("x", R"(,"from":3)")}), {"/messages/0/from"}},
             {"", request({said("x", R"(,"from":{"name":3})")}), {"/messages/0/from/name"}},
             {"", request({said("x", R"(,"duration":{"startTime":"noon"})")}), {"/messages/0/duration/startTime"}},
             {"", request({said("x", R"(,"duration":{"startTime":-1})")}), {"/messages/0/duration/startTime"}},
             {"", request({said("x", R"(,"duration":{"startTime":2,"endTime":1})")}), {"/messages/0/duration/endTime"}},
             {"", with(R"("trackers":[{"vocabulary":["x"]}])"), {"/trackers/0/name"}},
             {"", with(R"("trackers":[{"id":"1"},{"name":"A","vocabulary":["x",3]}])"), {"/trackers/1/vocabulary/1"}},
             {"", with(R"("trackers":3)"), {"/trackers"}},
             {"", with(R"("enableAllTrackers":"perhaps")"), {"/enableAllTrackers"}},
             {"", with(R"("name":3)"), {"/name"}},
             {"", with(R"("metadata":3)"), {"/metadata"}},
             {"", with(R"("config":3)"), {"/config"}},
             {"", with(R"("config":{"store":"none"})"), {"/config/store"}},
             {"", with(R"("config":{"store":"all"})"), {"/config/store"}},
             {"", with(R"("config":{"trackers":{"tiers":["loud"]}})"), {"/config/trackers/tiers/0"}},
             {"", with(R"("webhookUrl":"nowhere")"), {"/webhookUrl"}},
             {"", with(R"("webhookUrl":3)"), {"/webhookUrl"}},
             {"", with(R"("name":")" + std::string(2000, 'n') + "\""), {"/name"}},
             {"", with(R"("metadata":{"a":")" + std::string(70'000, 'm') + R"("})"), {"/metadata"}},
             {"", with(R"("webhookUrl":"https://example.com/)" + std::string(9000, 'u') + "\""), {"/webhookUrl"}},
             {"", with(R"("config":{"trackers":[{"vocabulary":["x"]}]})"), {"/config/trackers/0/name"}},
             {"", "{\"name\":\"\xFF\"}", {""}},
             {"?name=%FF", ok, {"/name"}},
             {"?enableAllTrackers=perhaps", ok, {"/enableAllTrackers"}},
             {"?trackers=x", ok, {"/trackers"}},
             {"?messages=x", "", {"/messages"}},
             {"?metadata=3", ok, {"/metadata"}},
             {"?webhookUrl=nowhere", ok, {"/webhookUrl"}},
         }) {
        const HttpResponse response = ask("POST", "/process/text" + query, body);
        EXPECT_EQ(response.status, 400U) << query << body;
        EXPECT_EQ(paths(response), expected) << query << body << response.body;
        EXPECT_THAT(message_of(response), Not(IsEmpty())) << query << body;
    }
    for (const char* body : {"[]", "3", R"("messages")"}) {
        const HttpResponse response = ask("POST", "/process/text", body);
        EXPECT_EQ(response.status, 400U) << body;
        EXPECT_THAT(paths(response), Contains("")) << body;
    }
    EXPECT_THAT(get("/conversations").at("conversations").as_array(), IsEmpty());
}

TEST_P(ProcessingTest, a_request_has_so_many_messages_and_no_more) {
    const HttpResponse response = ask("POST", "/process/text", request(std::vector<std::string>(100'001, said("x"))));
    EXPECT_EQ(response.status, 400U);
    EXPECT_EQ(paths(response).size(), 1U);
}

// "Members and parameters that are not known are ignored."
TEST_P(ProcessingTest, what_is_not_known_does_no_harm) {
    const std::string body = request({said("hello", R"(,"sentiment":[1],"from":{"name":"Ann","age":3})")},
                                     R"("detectPhrases":"true","confidenceThreshold":0.5,"config":{"mode":[]})");
    for (const std::string query : {"", "?detectEntities=True", "?x", "?&&=&x=1&x=2", "?x=%FF", "?x=[1,", "?x=%00"}) {
        process(body, query);
        EXPECT_THAT(texts(), ElementsAre("hello")) << query;
    }
    EXPECT_THAT(ask("POST", "/process/text?x=\xFF", body).status, ::testing::AnyOf(201U, 400U));
}

// "A path leads into the body": it is where the member stands.
TEST_P(ProcessingTest, a_place_is_where_the_member_stands) {
    server_options_.allow_private_webhooks = false;
    restart();
    for (const auto& [query, more, path] :
         {std::tuple{"", R"("store":"none")", "/store"},
          {"?store=none", R"("name":"x")", "/store"},
          {"", R"("config":{"webhookUrl":"nowhere"})", "/config/webhookUrl"},
          {"", R"("config":{"webhookUrl":"http://127.0.0.1/"})", "/config/webhookUrl"}}) {
        const HttpResponse response = ask("POST", std::string("/process/text") + query, request({said("x")}, more));
        EXPECT_EQ(response.status, 400U) << query << more;
        EXPECT_THAT(paths(response), ElementsAre(path)) << query << more;
    }
}

TEST_P(ProcessingTest, what_is_wrong_in_what_is_put_is_told_and_changes_nothing) {
    process(request({said("hello")}, R"("name":"First")"));
    const HttpResponse response =
        ask("PUT", "/process/text/" + id_, request({R"({"payload":3})"}, R"("name":"Second")"));
    EXPECT_EQ(response.status, 400U);
    EXPECT_THAT(paths(response), ElementsAre("/messages/0/payload"));
    EXPECT_EQ(conversation().at("name").as_string(), "First");
    EXPECT_EQ(texts().size(), 1U);
}

TEST_P(ProcessingTest, a_body_may_be_as_large_as_its_bound_and_no_larger) {
    server_options_.http.process_bytes = 2 * 1024 * 1024;
    restart();
    const std::string frame = request({said("hello")}, R"("padding":"")");
    const auto padded = [&](std::size_t bytes) {
        return request({said("hello")}, R"("padding":")" + std::string(bytes - frame.size(), 'x') + "\"");
    };
    const std::string largest = padded(server_options_.http.process_bytes);
    process(largest);
    append(largest);
    for (const auto& target : {std::string("/process/text"), "/process/text/" + id_}) {
        const HttpResponse response =
            ask(target == "/process/text" ? "POST" : "PUT", target, padded(server_options_.http.process_bytes + 1));
        EXPECT_EQ(response.status, 413U) << target;
        EXPECT_THAT(message_of(response), Not(IsEmpty())) << target;
    }
}

TEST_P(ProcessingTest, an_account_has_so_many_jobs_at_once_and_no_more) {
    runner_options_.account_jobs = 2;
    restart();
    const std::string first = post(request({said("One.")}, k_held));
    const std::string second = put(request({said("Two.")}));
    for (const auto& [method, target] :
         {std::pair{std::string("POST"), std::string("/process/text")}, {"PUT", "/process/text/" + id_}}) {
        const HttpResponse response = ask(method, target, request({said("Three.")}, R"("name":"Refused")"));
        EXPECT_EQ(response.status, 429U) << method;
        EXPECT_EQ(json::parse(response.body).at("statusCode").to_number<int>(), 429) << method;
        EXPECT_THAT(message_of(response), Not(IsEmpty())) << method;
        ASSERT_TRUE(response.headers.contains("retry-after")) << method;
        EXPECT_THAT(response.headers.at("retry-after"), MatchesRegex("[0-9]+")) << method;
    }
    EXPECT_EQ(get("/conversations").at("conversations").as_array().size(), 1U);
    EXPECT_EQ(conversation().at("name").as_string(), id_);
    gate_.open();
    complete(first);
    complete(second);
    append(request({said("Three.")}));
    EXPECT_THAT(texts(), ElementsAre("One.", "Two.", "Three."));
}

TEST_P(ProcessingTest, nobody_is_served_without_a_token) {
    process(request({said("hello")}));
    valid_token_ = "the-right-one";
    restart();
    for (const auto& [method, target] : {std::pair{std::string("POST"), std::string("/process/text")},
                                         {"PUT", "/process/text/" + id_},
                                         {"GET", "/job/9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"}}) {
        EXPECT_EQ(ask(method, target, request({said("hello")})).status, 401U) << method << target;
    }
    const auto with_token = [&](const std::string& query, const Headers& headers) {
        return http(server_->port(), "POST", "/v1/process/text" + query, headers, request({said("hello")})).status;
    };
    EXPECT_EQ(with_token("", {{"authorization", "Bearer the-right-one"}}), 201U);
    EXPECT_EQ(with_token("", {{"x-api-key", "the-right-one"}}), 201U);
    EXPECT_EQ(with_token("?access_token=the-right-one", {}), 201U);
    EXPECT_EQ(with_token("", {{"x-api-key", "a-wrong-one"}}), 401U);
}

TEST_P(ProcessingTest, other_methods_are_not_allowed) {
    for (const auto& [method, target] : {std::pair{"GET", "/process/text"},
                                         {"PUT", "/process/text"},
                                         {"POST", "/process/text/1234567890123456"},
                                         {"DELETE", "/job/9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"}}) {
        const HttpResponse response = ask(method, target);
        EXPECT_EQ(response.status, 405U) << method << target;
        EXPECT_TRUE(response.headers.contains("allow")) << method << target;
    }
}

}  // namespace
}  // namespace earshot::testing
