// Two accounts on one server, with tokens that it has given them: neither ever sees what is the other's.
#include "earshot/app/application.hpp"
#include "earshot/app/random_ids.hpp"
#include "earshot/app/secrets.hpp"
#include "earshot/archive/recorder.hpp"
#include "earshot/jobs/job_runner.hpp"
#include "earshot/jobs/text_worker.hpp"
#include "earshot/net/routes.hpp"
#include "earshot/store/sql_conversation_store.hpp"
#include "earshot/store/sql_job_store.hpp"
#include "earshot/store/sql_tracker_store.hpp"

#include "support/net/each_transport.hpp"
#include "support/net/memory_store.hpp"
#include "support/net/test_server.hpp"
#include "support/net/tracker_clients.hpp"
#include "support/store/test_database.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace earshot::testing {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view k_bad_token = R"({"message":"Token validation failed for provided token."})";
constexpr std::string_view k_all = R"("enableAllTrackers":true)";

/// A server as `earshot serve` makes it, with three apps: two of ann's, one of bob's.
class AccountsServer {
public:
    AccountsServer(const net::Stores& stores, Transport transport) {
        settings_.data.directory = folder_.path().string();
        settings_.auth.apps_file = settings_.data.directory + "/apps.yaml";
        settings_.log.level = app::LogLevel::error;
        settings_.transport.refusal_delay = {};
        const std::string hash = app::hash_secret("secret");
        std::ofstream file(settings_.auth.apps_file);
        for (const auto& [id, account] : {std::pair{"ann", "ann"}, {"ann-2", "ann"}, {"bob", "bob"}}) {
            file << app::app_entry({id, hash, account, {}, {}, {}});
        }
        file.close();
        application_.emplace(settings_, app::load_apps(settings_.auth.apps_file).apps,
                             app::load_token_keys(settings_.data.directory).value(), app::Logger(settings_.log));
        server_.emplace(on_loopback(app::server_options(settings_, 3), transport), *application_, pool_, nullptr,
                        stores);
        port_ = Port(server_->start().value(), transport);
    }

    Port port() const { return port_; }

    std::string token(const std::string& app) const {
        const HttpResponse response = http(port_, "POST", "/oauth2/token:generate", {},
                                           R"({"type":"application","appSecret":"secret","appId":")" + app + R"("})");
        return std::string(json::parse(response.body).at("accessToken").as_string());
    }

private:
    support::TemporaryFolder folder_;
    app::Settings settings_;
    net::ComputePool pool_{1, 64};
    std::optional<app::Application> application_;
    std::optional<net::Server> server_;
    Port port_;
};

/// One account with a token of its own.
struct Client {
    Client(const AccountsServer& server, const std::string& app)
        : port(server.port()), token(server.token(app)), headers{{"x-api-key", token}}, api(port, headers) {}

    TrackerSession connect(std::string_view target = "/v1/streaming/x") const {
        return TrackerSession(port, target, headers);
    }
    WsClient subscribe(std::string_view target = "/v1/subscribe/x") const { return WsClient(port, target, headers); }

    Port port;
    std::string token;
    Headers headers;
    TrackerApi api;
};

class TwoAccountsTest : public EachTransport {
protected:
    const std::unique_ptr<support::TestDatabase> file_ = support::TestDatabase::make(support::BackendKind::sqlite);
    const std::unique_ptr<store::Database> database_ = store::Database::open({file_->url()}).value();
    store::SqlTrackerStore store_{*database_};
    store::SqlConversationStore conversations_{*database_};
    support::TemporaryFolder folder_;
    const std::unique_ptr<archive::Recorder> recorder_ =
        archive::Recorder::open(conversations_, {.spool = folder_.path() / "spool"}).value();
    store::SqlJobStore job_store_{*database_};
    jobs::TextWorker worker_{{conversations_, store_}, {}, {}, [] { return std::make_unique<app::RandomIdSource>(); }};
    jobs::JobRunner runner_{job_store_, {{net::k_text_job, &worker_}}, {.owner = "this server"}};
    AccountsServer server_{net::Stores{&store_, &conversations_, recorder_.get(), &runner_}, transport()};
    const Client ann_{server_, "ann"};
    const Client bob_{server_, "bob"};
};

// ---- Routes

bool is_socket(const net::RouteInfo& route) {
    return route.path.find("{connectionId}") != std::string_view::npos || route.path == "/v1/subscribe";
}

bool is_of_trackers(const net::RouteInfo& route) {
    return route.path.starts_with("/v1/manage/tracker") || route.path == "/v1/conversations/tracker/{id}";
}

bool is_of_conversations(const net::RouteInfo& route) {
    return route.path.starts_with("/v1/conversations") && !is_of_trackers(route);
}

bool is_of_processing(const net::RouteInfo& route) {
    return route.path.starts_with("/v1/process/") || route.path.starts_with("/v1/job/");
}

std::string with_id(std::string_view path, const std::string& id) {
    std::string target(path);
    for (const std::string_view hole : {"{id}", "{conversationId}", "{jobId}"}) {
        if (const auto place = target.find(hole); place != std::string::npos) target.replace(place, hole.size(), id);
    }
    if (const auto place = target.find("{memberId}"); place != std::string::npos) target.replace(place, 10, "m");
    return target;
}

/// A body with which the route succeeds, with `name` for a tracker's.
std::string body_for(const net::RouteInfo& route, const std::string& name) {
    static const std::map<std::string_view, std::string_view> k_bodies{
        {"", ""},
        {"TrackerBody", R"({"name":"?","vocabulary":["changed"]})"},
        {"TrackerOrList", R"([{"name":"?","vocabulary":["changed"]}])"},
        {"TrackerList", R"([{"name":"?","vocabulary":["changed"]}])"},
        {"TrackerDocument", R"({"trackers":[{"name":"?","vocabulary":["changed"]}]})"},
        {"TrackerPatch", R"([{"op":"replace","path":"/name","value":"?"}])"},
        {"ConversationBody", R"({"name":"?"})"},
        {"TextRequest", R"({"name":"?","messages":[{"payload":{"content":"hello"}}]})"},
        {"MemberBody", R"({"name":"?"})"},
        {"SpeakersBody",
         R"({"speakerEvents":[{"type":"started_speaking","user":{"name":"?"},"offset":{"seconds":0,"nanos":0}}]})"},
    };
    const auto place = k_bodies.find(route.request);
    if (place == k_bodies.end()) throw std::runtime_error("this test has no body for " + std::string(route.request));
    std::string body(place->second);
    if (const auto hole = body.find('?'); hole != std::string::npos) body.replace(hole, 1, name);
    return body;
}

std::string described(const net::RouteInfo& route) {
    return std::string(route.method) + " " + std::string(route.path);
}

/// A route that this test does not know must be thought about: what does it show of other accounts?
TEST(TwoAccountsRoutesTest, all_routes_with_a_token_are_those_tested_here) {
    for (const net::RouteInfo& route : net::routes()) {
        if (route.access == net::Access::open) {
            EXPECT_EQ(route.path.find('{'), std::string_view::npos)
                << described(route) << " shows something of anybody";
        } else {
            EXPECT_TRUE(is_socket(route) || is_of_trackers(route) || is_of_conversations(route) ||
                        is_of_processing(route))
                << described(route) << " is not tested";
        }
    }
}

TEST_P(TwoAccountsTest, an_id_of_the_other_is_no_id) {
    for (const net::RouteInfo& route : net::routes()) {
        if (!is_of_trackers(route) || route.path.find('{') == std::string_view::npos) continue;
        SCOPED_TRACE(described(route));
        const std::string name = "of " + described(route);
        const std::string id = ann_.api.create(name);
        const std::string before = ann_.api.everything();

        const HttpResponse others = bob_.api.ask(route.method, with_id(route.path, id), body_for(route, "taken over"));
        const HttpResponse nobodys =
            bob_.api.ask(route.method, with_id(route.path, "1234567890123456"), body_for(route, "taken over"));

        EXPECT_EQ(others.status, 404U);
        EXPECT_EQ(others.body, nobodys.body) << "it must not even be told that there is one";
        EXPECT_EQ(ann_.api.everything(), before);
        EXPECT_EQ(ann_.api.ask(route.method, with_id(route.path, id), body_for(route, "changed " + name)).status, 200U);
    }
}

TEST_P(TwoAccountsTest, a_conversation_of_the_other_is_none) {
    TrackerSession session = ann_.connect();
    session.start(start_message());
    session.heard("a secret");
    session.stop();
    const std::string id = session.conversation_id();
    const auto everything = [&] {
        std::string all;
        for (const char* rest : {"", "/messages", "/members", "/trackers"}) {
            all += ann_.api.ask("GET", "/v1/conversations/" + id + rest).body;
        }
        return all;
    };
    const std::string before = everything();
    EXPECT_THAT(before, HasSubstr("a secret"));
    for (const net::RouteInfo& route : net::routes()) {
        if (!is_of_conversations(route)) continue;
        SCOPED_TRACE(described(route));
        const HttpResponse others = bob_.api.ask(route.method, with_id(route.path, id), body_for(route, "taken over"));
        const HttpResponse nobodys =
            bob_.api.ask(route.method, with_id(route.path, "1234567890123456"), body_for(route, "taken over"));

        EXPECT_EQ(others.status, route.path.find('{') == std::string_view::npos ? 200U : 404U);
        EXPECT_EQ(others.body, nobodys.body);
        EXPECT_THAT(others.body, AllOf(Not(HasSubstr(id)), Not(HasSubstr("a secret"))));
        EXPECT_EQ(everything(), before);
    }
}

TEST_P(TwoAccountsTest, whoever_watches_sees_the_own_conversations_alone) {
    WsClient watcher = bob_.subscribe("/v1/subscribe?account=true");
    TrackerSession session = ann_.connect();
    session.start(start_message(R"([{"name":"Pricing","vocabulary":["a secret"]}])"));
    session.heard("a secret");
    WsClient later = bob_.subscribe("/v1/subscribe?account=true");
    session.stop();
    EXPECT_TRUE(watcher.is_silent());
    EXPECT_TRUE(later.is_silent());
}

TEST_P(TwoAccountsTest, what_the_other_sent_after_a_call_is_nothing) {
    const HttpResponse accepted =
        ann_.api.ask("POST", "/v1/process/text", R"({"messages":[{"payload":{"content":"a secret"}}]})");
    ASSERT_EQ(accepted.status, 201U) << accepted.body;
    const std::string conversation(json::parse(accepted.body).at("conversationId").as_string());
    const std::string job(json::parse(accepted.body).at("jobId").as_string());
    const std::string messages = "/v1/conversations/" + conversation + "/messages";
    while (ann_.api.ask("GET", messages).body.find("a secret") == std::string::npos) std::this_thread::yield();
    const std::string before = ann_.api.ask("GET", messages).body;
    for (const net::RouteInfo& route : net::routes()) {
        if (!is_of_processing(route)) continue;
        SCOPED_TRACE(described(route));
        const bool is_new = route.path.find('{') == std::string_view::npos;
        const bool is_job = route.path.find("{jobId}") != std::string_view::npos;
        const std::string id = is_job ? job : conversation;
        const std::string nobody = is_job ? "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d" : "1234567890123456";
        const HttpResponse others = bob_.api.ask(route.method, with_id(route.path, id), body_for(route, "mine"));
        EXPECT_EQ(others.status, is_new ? 201U : 404U);
        EXPECT_THAT(others.body, AllOf(Not(HasSubstr(conversation)), Not(HasSubstr(job))));
        if (!is_new) {
            EXPECT_EQ(others.body, bob_.api.ask(route.method, with_id(route.path, nobody), body_for(route, "")).body);
        }
        EXPECT_EQ(ann_.api.ask("GET", messages).body, before);
    }
}

TEST_P(TwoAccountsTest, what_concerns_many_concerns_the_own_alone) {
    ann_.api.create("Of Ann", R"(["a secret"])");
    const std::string before = ann_.api.everything();
    for (const net::RouteInfo& route : net::routes()) {
        if (!is_of_trackers(route) || route.path.find('{') != std::string_view::npos) continue;
        SCOPED_TRACE(described(route));
        const HttpResponse response =
            bob_.api.ask(route.method, route.path, body_for(route, "Bob's " + described(route)));

        EXPECT_EQ(response.status, 200U);
        EXPECT_THAT(response.body, AllOf(Not(HasSubstr("Of Ann")), Not(HasSubstr("a secret"))));
        EXPECT_EQ(ann_.api.everything(), before);
    }
    EXPECT_EQ(bob_.api.ask("GET", "/v1/manage/trackers?name=Of%20Ann").body, R"({"trackers":[]})");
}

TEST_P(TwoAccountsTest, both_may_have_trackers_of_one_name) {
    const std::string anns = ann_.api.create("Price", R"(["how much"])");
    const std::string bobs = bob_.api.create("Price", R"(["what does it cost"])");

    EXPECT_NE(anns, bobs);
    EXPECT_EQ(bob_.api.ask("POST", "/v1/manage/tracker", tracker_body("Price")).status, 409U);
    ann_.api.remove(anns);
    EXPECT_THAT(bob_.api.names(), ElementsAre("Price"));
    EXPECT_THAT(ann_.api.names(), IsEmpty());
}

TEST_P(TwoAccountsTest, two_apps_of_one_account_have_the_same_trackers) {
    const Client other(server_, "ann-2");
    const std::string id = ann_.api.create("Price", R"(["how much"])");

    EXPECT_THAT(other.api.names(), ElementsAre("Price"));
    TrackerSession session = other.connect();
    EXPECT_THAT(active_names(session.start(start_message(R"([{"id":")" + id + R"("}])"))), ElementsAre("Price"));
}

// ---- Tokens: checklist items 8 to 10

TEST_P(TwoAccountsTest, every_route_takes_a_token_in_each_of_the_ways) {
    for (const net::RouteInfo& route : net::routes()) {
        if (route.access != net::Access::token || is_socket(route)) continue;
        SCOPED_TRACE(described(route));
        const std::string target = with_id(route.path, "1234567890123456");
        const auto ask = [&](const Headers& headers, const std::string& query = {}) {
            return http(server_.port(), route.method, target + query, headers, body_for(route, described(route)));
        };
        for (const HttpResponse& good :
             {ask({{"Authorization", "Bearer " + ann_.token}}), ask({{"X-Api-Key", ann_.token}}),
              ask({}, "?access_token=" + ann_.token),
              ask({{"Authorization", "Bearer bad"}, {"x-api-key", ann_.token}}, "?access_token=bad")}) {
            EXPECT_NE(good.status, 401U) << good.body;
            EXPECT_LT(good.status, 500U) << good.body;
        }
        for (const HttpResponse& refused :
             {ask({}), ask({{"Authorization", "Bearer " + ann_.token + "A"}}), ask({{"Authorization", ann_.token}}),
              ask({{"x-api-key", "bad"}}), ask({}, "?access_token=")}) {
            EXPECT_EQ(refused.status, 401U);
            EXPECT_EQ(refused.body, k_bad_token);
            EXPECT_EQ(refused.headers.at("access-control-allow-origin"), "*");
        }
    }
}

TEST_P(TwoAccountsTest, browsers_may_ask_every_route) {
    std::map<std::string, std::set<std::string>> methods;
    for (const net::RouteInfo& route : net::routes()) methods[std::string(route.path)].emplace(route.method);
    for (const auto& [path, of_path] : methods) {
        SCOPED_TRACE(path);
        const HttpResponse response =
            http(server_.port(), "OPTIONS", with_id(path, "1"),
                 {{"Origin", "https://example.com"},
                  {"Access-Control-Request-Method", *of_path.begin()},
                  {"Access-Control-Request-Headers", "authorization, content-type, x-api-key"}});

        EXPECT_EQ(response.status / 100, 2U);
        EXPECT_EQ(response.headers.at("access-control-allow-origin"), "*");
        for (const std::string& method : of_path) {
            EXPECT_THAT(response.headers.at("access-control-allow-methods"), HasSubstr(method));
        }
        EXPECT_THAT(response.headers.at("access-control-allow-headers"),
                    AllOf(HasSubstr("authorization"), HasSubstr("content-type"), HasSubstr("x-api-key")));
    }
}

// ---- Sockets

TEST_P(TwoAccountsTest, the_same_connection_id_is_another_conversation) {
    WsClient anns = ann_.subscribe();
    WsClient bobs = bob_.subscribe("/session/subscribe/x");
    ASSERT_TRUE(anns.is_silent() && bobs.is_silent());
    // One user id: within an account, the second socket would take the first one's place.
    const std::string message = start_message("[" + tracker_body("Price", R"(["how much"])") + "]", {},
                                              R"("speaker":{"userId":"me"},"noConnectionTimeout":60)");
    TrackerSession ann = ann_.connect();
    ann.start(message);
    anns.receive_until("conversation_created");
    EXPECT_TRUE(bobs.is_silent()) << "nobody of its account has come";
    TrackerSession bob = bob_.connect("/v1/realtime/insights/x");
    bob.start(message);
    EXPECT_NE(ann.conversation_id(), bob.conversation_id());
    EXPECT_THAT(bobs.receive_until("conversation_created").back(), HasSubstr(bob.conversation_id()));

    EXPECT_THAT(ann.heard("how much is it for ann"), ElementsAre("Price"));
    EXPECT_THAT(bob.heard("how much is it for bob"), ElementsAre("Price"));
    ann.stop();
    bob.stop();

    const auto told = [](TrackerSession& session) { return ::testing::PrintToString(session.take_told()); };
    const auto received = [](WsClient& client) { return ::testing::PrintToString(client.receive_all()); };
    for (const std::string& frames : {told(ann), received(anns)}) {
        EXPECT_THAT(frames, AllOf(HasSubstr("for ann"), HasSubstr("conversation_completed"), Not(HasSubstr("for bob")),
                                  Not(HasSubstr(bob.conversation_id()))));
    }
    for (const std::string& frames : {told(bob), received(bobs)}) {
        EXPECT_THAT(frames, AllOf(HasSubstr("for bob"), HasSubstr("conversation_completed"), Not(HasSubstr("for ann")),
                                  Not(HasSubstr(ann.conversation_id()))));
    }
}

TEST_P(TwoAccountsTest, what_one_missed_is_not_told_to_the_other) {
    TrackerSession ann = ann_.connect();
    ann.start(start_message());
    ann.heard("for ann");
    WsClient late = bob_.subscribe("/v1/subscribe/x?resumeFrom=0&revisions=true");
    EXPECT_TRUE(late.is_silent());
    TrackerSession bob = bob_.connect();
    bob.start(start_message({}, {}, R"("resumeFrom":0)"));

    EXPECT_TRUE(bob.client().is_silent());
    bob.stop();
    EXPECT_THAT(::testing::PrintToString(late.receive_all()), Not(HasSubstr("for ann")));
}

TEST_P(TwoAccountsTest, a_stored_tracker_of_the_other_is_unknown_and_never_heard) {
    const std::string anns = ann_.api.create("Price", R"(["how much"])");
    bob_.api.create("Price", R"(["what does it cost"])");
    TrackerSession bob = bob_.connect();

    const json::object report = bob.start(start_message(R"([{"id":")" + anns + R"("}])", {}, k_all));

    EXPECT_THAT(ignored(report), ElementsAre(anns + ": unknown"));
    EXPECT_THAT(active_names(report), ElementsAre("Price"));
    EXPECT_THAT(bob.heard("how much"), IsEmpty());
    EXPECT_THAT(bob.heard("what does it cost"), ElementsAre("Price"));
    EXPECT_THAT(bob.modify(R"({"add":[{"id":")" + anns + R"("}]})"), HasSubstr(R"("code":"unknown_tracker")"));
    EXPECT_THAT(bob.modify(R"({"remove":[")" + anns + R"("]})"), HasSubstr(R"("code":"unknown_tracker")"));
    TrackerSession ann = ann_.connect();
    ann.start(start_message({}, {}, k_all));
    EXPECT_THAT(ann.heard("how much"), ElementsAre("Price"));
    EXPECT_THAT(ann.heard("what does it cost"), IsEmpty());
}

TEST_P(TwoAccountsTest, who_follows_follows_the_own_account) {
    const std::string message = start_message({}, R"("trackers":{"enableAllTrackers":true,"follow":true})");
    TrackerSession ann = ann_.connect();
    TrackerSession bob = bob_.connect();
    ann.start(message);
    bob.start(message);
    bob.take_told();

    ann_.api.create("Price", R"(["how much"])");
    ann.wait_for(R"("cause":"follow")");
    bob_.api.create("Own", R"(["hello"])");
    bob.wait_for(R"("cause":"follow")");

    EXPECT_EQ(bob.take_told().size(), 1U);
    EXPECT_THAT(bob.heard("hello, how much"), ElementsAre("Own"));
    EXPECT_THAT(ann.heard("hello, how much"), ElementsAre("Price"));
}

// ---- Limits

class TwoAccountsTurnsTest : public EachTransport {};

TEST_P(TwoAccountsTurnsTest, the_turn_of_one_does_not_touch_the_other) {
    MemoryStore store;
    AccountsServer server(net::Stores{.trackers = &store}, transport());
    const Client ann(server, "ann");
    const Client second(server, "ann-2");
    const Client bob(server, "bob");
    store.hold();
    const auto begin = [&](const Client& client) {
        TcpClient connection(server.port());
        const std::string body = tracker_body("a");
        connection.send("POST /v1/manage/tracker HTTP/1.1\r\nHost: x\r\nx-api-key: " + client.token +
                        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        return connection;
    };
    TcpClient anns = begin(ann);
    ASSERT_TRUE(store.wait_for_waiting(1));

    TcpClient bobs = begin(bob);
    ASSERT_TRUE(store.wait_for_waiting(2));
    EXPECT_EQ(second.api.ask("POST", "/v1/manage/tracker", tracker_body("b")).status, 429U);
    EXPECT_EQ(bob.api.ask("POST", "/v1/manage/tracker", tracker_body("b")).status, 429U);

    store.release();
    EXPECT_EQ(anns.read_response().status, 200U);
    EXPECT_EQ(bobs.read_response().status, 200U);
}

TEST_P(TwoAccountsTest, one_that_is_full_leaves_the_other_its_room) {
    std::string list = "[" + tracker_body("0");
    for (int i = 1; i < 500; ++i) list += "," + tracker_body(std::to_string(i));
    ASSERT_EQ(ann_.api.ask("POST", "/v1/manage/trackers/bulk", list + "]").status, 200U);

    EXPECT_EQ(ann_.api.ask("POST", "/v1/manage/tracker", tracker_body("more")).status, 400U);
    bob_.api.create("more");
}

INSTANTIATE_TEST_SUITE_P(Over, TwoAccountsTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, TwoAccountsTurnsTest, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
