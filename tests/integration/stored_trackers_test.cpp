// Trackers that are created by REST and heard in sessions, over real sockets and a real database.
#include "earshot/store/sql_tracker_store.hpp"

#include "support/net/each_transport.hpp"
#include "support/net/tracker_clients.hpp"
#include "support/store/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::testing {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view k_follow = R"("trackers":{"enableAllTrackers":true,"follow":true})";

std::string reference(const std::string& id) {
    return R"({"id":")" + id + R"("})";
}
std::string references(const std::string& id) {
    return "[" + reference(id) + "]";
}

class StoredTrackersTest : public EachTransport {
protected:
    explicit StoredTrackersTest(std::size_t io_threads = 1) : io_threads_(io_threads) { open(); }

    void open() {
        database_ = store::Database::open({file_->url()}).value();
        store_.emplace(*database_);
        net::ServerOptions options;
        options.io_threads = io_threads_;
        server_.emplace(options, "", &*store_);
    }

    void restart() {
        server_.reset();
        store_.reset();
        database_.reset();
        open();
    }

    Port port() const { return server_->port(); }
    TrackerApi api() const { return TrackerApi(port()); }

    /// A session of its own conversation, started.
    TrackerSession start(std::string_view trackers, std::string_view config = {}, std::string_view more = {}) {
        TrackerSession session(port(), "/v1/streaming/" + std::to_string(++sessions_));
        report_ = session.start(start_message(trackers, config, more));
        return session;
    }

    const std::size_t io_threads_;
    const std::unique_ptr<support::TestDatabase> file_ = support::TestDatabase::make(support::BackendKind::sqlite);
    std::unique_ptr<store::Database> database_;
    std::optional<store::SqlTrackerStore> store_;
    std::optional<TestServer> server_;
    int sessions_ = 0;
    json::object report_;  // of the last start
};

// ---- Which are heard: checklist item 57

TEST_P(StoredTrackersTest, one_is_heard_where_it_is_named_by_its_id) {
    const std::string id = api().create("Price", R"(["how much"])");
    api().create("Refund", R"(["money back"])");

    EXPECT_THAT(start(references(id)).heard("how much, money back"), ElementsAre("Price"));
    EXPECT_EQ(report_.at("active"), json::parse(R"([{"id":")" + id + R"(","name":"Price"}])"));
    EXPECT_THAT(ignored(report_), IsEmpty());
    EXPECT_THAT(start({}, R"("trackers":)" + references(id)).heard("how much, money back"), ElementsAre("Price"));
}

TEST_P(StoredTrackersTest, all_are_heard_wherever_the_switch_stands) {
    api().create("Price", R"(["how much"])");
    api().create("Refund", R"(["money back"])");

    for (const std::string name : {"enableAllTrackers", "enableAllTracker"}) {
        const std::string on = "\"" + name + "\":true";
        for (const auto& [trackers, config, more] : {std::array<std::string, 3>{"", "", on},
                                                     {"", on, ""},
                                                     {"", R"("trackers":{)" + on + "}", ""},
                                                     {"{" + on + "}", "", ""},
                                                     {"", "", "\"" + name + R"(":"True")"},
                                                     {"[]", "", on},
                                                     {"null", on, ""}}) {
            TrackerSession session = start(trackers, config, more);
            EXPECT_THAT(active_names(report_), ElementsAre("Price", "Refund")) << trackers << config << more;
            EXPECT_THAT(session.heard("how much, money back"), ElementsAre("Price", "Refund"));
        }
    }
}

TEST_P(StoredTrackersTest, they_are_silent_where_nobody_asks_for_them) {
    api().create("Price", R"(["how much"])");
    const std::string own = "[" + tracker_body("Own", R"(["hello"])") + "]";

    EXPECT_THAT(start(own).heard("hello, how much"), ElementsAre("Own"));
    EXPECT_THAT(start(own, R"("trackers":{"enableAllTrackers":false})").heard("hello, how much"), ElementsAre("Own"));
    EXPECT_THAT(start({}).heard("hello, how much"), IsEmpty());
    EXPECT_THAT(start(own, {}, R"("enableAllTrackers":true)").heard("hello, how much"), ElementsAre("Own", "Price"));
}

TEST_P(StoredTrackersTest, an_id_twice_and_among_all_is_one_tracker) {
    const std::string id = api().create("Price", R"(["how much"])");

    TrackerSession session = start("[" + reference(id) + "," + reference(id) + "]", {}, R"("enableAllTrackers":true)");

    EXPECT_THAT(active_names(report_), ElementsAre("Price"));
    EXPECT_THAT(session.heard("how much"), ElementsAre("Price"));
}

TEST_P(StoredTrackersTest, an_id_with_a_definition_is_the_stored_one_if_there_is_one) {
    const std::string id = api().create("Price", R"(["how much"])");
    const std::string mine = R"(","name":"Mine","vocabulary":["hello"]})";

    EXPECT_THAT(start(R"([{"id":")" + id + mine + "]").heard("hello, how much"), ElementsAre("Price"));
    EXPECT_THAT(start(R"([{"id":"1234567890123456)" + mine + "]").heard("hello, how much"), ElementsAre("Mine"));
    EXPECT_EQ(report_.at("active").at(0).at("id"), "1234567890123456");
    TrackerSession changing = start({});
    changing.modify(R"({"add":[{"id":")" + id + mine + "]}");
    EXPECT_THAT(changing.heard("hello, how much"), ElementsAre("Price"));
}

TEST_P(StoredTrackersTest, one_is_for_the_languages_that_it_names) {
    const std::string spanish = api().create("Precio", R"(["cuánto cuesta"])", R"(,"languages":["es-ES"])");
    api().create("English", R"(["how much"])");
    api().create("Any", R"(["okay"])", R"(,"languages":[])");
    const std::string_view said = "cuánto cuesta, how much, okay";
    const std::string_view all = R"("enableAllTrackers":true)";

    EXPECT_THAT(start({}, {}, all).heard(said), ElementsAre("English", "Any"));
    EXPECT_THAT(start({}, R"("languageCode":"es-ES")", all).heard(said), ElementsAre("Precio", "Any"));
    EXPECT_THAT(start(references(spanish)).heard(said), IsEmpty());
    EXPECT_THAT(ignored(report_), ElementsAre(spanish + ": language"));
    EXPECT_THAT(start(references(spanish), R"("languageCode":"es-ES")").heard(said), ElementsAre("Precio"));
    EXPECT_THAT(ignored(report_), IsEmpty());
}

TEST_P(StoredTrackersTest, an_id_that_names_nothing_is_told_and_lets_the_start_succeed) {
    const std::string id = api().create("Price", R"(["how much"])");
    const std::string gone = api().create("Gone", R"(["hello"])");
    api().remove(gone);

    TrackerSession session =
        start("[" + reference(gone) + R"(,{"id":"no id"},)" + reference(id) + "]", {}, R"("enableAllTrackers":true)");

    EXPECT_THAT(ignored(report_), ElementsAre(gone + ": unknown", "no id: unknown"));
    EXPECT_THAT(session.heard("hello, how much"), ElementsAre("Price"));
}

TEST_P(StoredTrackersTest, its_settings_hold_in_sessions) {
    api().create("Price", R"(["how much"])", R"(,"excludeVocabulary":["how much longer"],"speakers":["customer"])");
    api().create("Number", "[]", R"(,"patterns":["\\bno\\. \\d+"])");

    TrackerSession agent = start({}, {}, R"("enableAllTrackers":true,"speaker":{"userId":"a","role":"agent"})");
    TrackerSession customer = start({}, {}, R"("enableAllTrackers":true,"speaker":{"userId":"c","role":"customer"})");

    EXPECT_THAT(agent.heard("how much is no. 5"), ElementsAre("Number"));
    EXPECT_THAT(customer.heard("how much"), ElementsAre("Price"));
    EXPECT_THAT(customer.heard("how much longer"), IsEmpty());
}

// ---- Changes: checklist item 59

TEST_P(StoredTrackersTest, a_running_session_keeps_what_it_began_with) {
    const std::string id = api().create("Price", R"(["how much"])");
    TrackerSession by_id = start(references(id));
    TrackerSession by_switch = start({}, {}, R"("enableAllTrackers":true)");
    TrackerSession follower = start({}, k_follow);

    api().put(id, "New Price", R"(["what does it cost"])");
    follower.wait_for(R"("cause":"follow")");  // the server knows
    api().create("Other", R"(["hello"])");
    follower.wait_for(R"("cause":"follow")");
    for (TrackerSession* session : {&by_id, &by_switch}) {
        EXPECT_THAT(session->heard("how much, hello"), ElementsAre("Price"));
        EXPECT_THAT(session->heard("what does it cost"), IsEmpty());
    }
    api().remove(id);
    follower.wait_for(R"("cause":"follow")");
    for (TrackerSession* session : {&by_id, &by_switch}) {
        EXPECT_THAT(session->heard("how much"), ElementsAre("Price"));
        EXPECT_THAT(session->take_told(), Each(Not(HasSubstr("session_modified"))));
    }
    EXPECT_THAT(start(references(id), {}, R"("enableAllTrackers":true)").heard("how much, hello"),
                ElementsAre("Other"));
    EXPECT_THAT(ignored(report_), ElementsAre(id + ": unknown"));
}

TEST_P(StoredTrackersTest, a_session_that_follows_has_them_as_they_are) {
    const std::string id = api().create("Price", R"(["how much"])");
    TrackerSession follower = start("[" + tracker_body("Own", R"(["okay"])") + "]", k_follow);
    EXPECT_THAT(follower.heard("how much, okay"), ElementsAre("Own", "Price"));
    const json::value version = report_.at("version");

    api().put(id, "New Price", R"(["what does it cost"])");
    const json::value modified = json::parse(follower.wait_for("session_modified")).at("message");
    EXPECT_EQ(modified.at("cause"), "follow");
    EXPECT_FALSE(modified.as_object().contains("requestId"));
    EXPECT_GT(modified.at("trackers").at("version").to_number<int>(), version.to_number<int>());
    EXPECT_THAT(follower.heard("how much, what does it cost, okay"), ElementsAre("Own", "New Price"));

    api().create("Refund", R"(["money back"])");
    follower.wait_for(R"("cause":"follow")");
    EXPECT_THAT(follower.heard("money back"), ElementsAre("Refund"));

    api().remove(id);
    follower.wait_for(R"("cause":"follow")");
    EXPECT_THAT(follower.heard("what does it cost, money back"), ElementsAre("Refund"));
}

TEST_P(StoredTrackersTest, one_that_follows_some_gets_no_others) {
    const std::string id = api().create("Price", R"(["how much"])");
    TrackerSession follower = start(references(id), R"("trackers":{"follow":true})");

    api().create("Other", R"(["hello"])");
    api().put(id, "Price", R"(["what does it cost"])");
    follower.wait_for(R"("cause":"follow")");

    EXPECT_THAT(follower.heard("how much, what does it cost, hello"), ElementsAre("Price"));
}

TEST_P(StoredTrackersTest, one_that_goes_takes_its_open_hits_with_it) {
    const std::string id = api().create("Price", R"(["how much"])");
    api().create("Refund", R"(["money back"])");
    TrackerSession follower = start({}, R"("trackers":{"enableAllTrackers":true,"follow":true,"revisions":true})");
    follower.client().send(R"({"type":"transcript","text":"how much money back","isFinal":false})");
    const json::value created = json::parse(follower.wait_for("tracker_response")).at("trackers");
    ASSERT_EQ(created.as_array().size(), 2);
    const auto hit_in = [](const json::value& tracker) {
        return tracker.at("matches").at(0).at("messageRefs").at(0).at("hitId");
    };

    api().remove(id);
    const json::value retracted = json::parse(follower.wait_for(R"("state":"retracted")"));

    EXPECT_EQ(retracted.at("isFinal"), false);
    ASSERT_EQ(retracted.at("trackers").as_array().size(), 1);
    EXPECT_EQ(retracted.at("trackers").at(0).at("id"), json::value(id));
    EXPECT_EQ(hit_in(retracted.at("trackers").at(0)), hit_in(created.at(0)));
    EXPECT_THAT(follower.heard("how much money back"), ElementsAre("Refund"));
    EXPECT_THAT(follower.take_told(), Contains(HasSubstr(R"("cause":"follow")")));
}

TEST_P(StoredTrackersTest, what_it_took_away_stays_away) {
    const std::string id = api().create("Price", R"(["how much"])");
    TrackerSession follower = start({}, k_follow);
    follower.modify(R"({"remove":[")" + id + R"("]})");

    api().put(id, "Price", R"(["how much","what does it cost"])");
    api().create("Refund", R"(["money back"])");
    follower.wait_for(R"("cause":"follow")");

    EXPECT_THAT(follower.heard("how much, what does it cost, money back"), ElementsAre("Refund"));
}

// ---- modify_request

TEST_P(StoredTrackersTest, a_change_brings_stored_ones_by_their_ids) {
    const std::string price = api().create("Price", R"(["how much"])");
    const std::string refund = api().create("Refund", R"(["money back"])");
    const std::string spanish = api().create("Precio", R"(["cuánto cuesta"])", R"(,"languages":["es-ES"])");
    TrackerSession session = start({});

    EXPECT_THAT(session.modify(R"({"add":)" + references(price) + "}"), HasSubstr(R"("cause":"request")"));
    EXPECT_THAT(session.heard("how much, money back"), ElementsAre("Price"));
    EXPECT_THAT(session.modify(R"({"add":)" + references(spanish) + "}"),
                HasSubstr(R"({"id":")" + spanish + R"(","reason":"language"})"));
    EXPECT_THAT(session.modify(R"({"add":[)" + reference(refund) + R"(,{"id":"12345"}]})"),
                AllOf(HasSubstr(R"("code":"unknown_tracker")"), HasSubstr(R"("path":"/trackers/add/1/id")")));
    EXPECT_THAT(session.heard("how much, money back"), ElementsAre("Price"));
    session.modify(R"({"replace":)" + references(refund) + "}");
    EXPECT_THAT(session.heard("how much, money back"), ElementsAre("Refund"));
    session.modify(R"({"remove":["Refund"],"add":)" + references(price) + "}");
    EXPECT_THAT(session.heard("how much, money back"), ElementsAre("Price"));
}

// ---- What was just written is read

class StoredTrackersThreadsTest : public StoredTrackersTest {
protected:
    StoredTrackersThreadsTest() : StoredTrackersTest(3) {}
};

TEST_P(StoredTrackersThreadsTest, a_start_after_the_answer_of_a_change_has_it) {
    TrackerSession follower = start({}, k_follow);  // has the server read on its own account
    for (int i = 0; i < 50; ++i) {
        const std::string name = "Tracker " + std::to_string(i);
        const std::string id = api().create(name, R"(["how much"])");
        start(references(id));
        ASSERT_THAT(active_names(report_), ElementsAre(name));
        api().put(id, name + "!", R"(["how much"])");
        start({}, {}, R"("enableAllTrackers":true)");
        ASSERT_THAT(active_names(report_), ElementsAre(name + "!"));
        api().remove(id);
        start(references(id), {}, R"("enableAllTrackers":true)");
        ASSERT_THAT(active_names(report_), IsEmpty());
        ASSERT_THAT(ignored(report_), ElementsAre(id + ": unknown"));
    }
}

TEST_P(StoredTrackersThreadsTest, a_session_that_follows_ends_up_with_the_last_of_many_changes) {
    const std::string id = api().create("Price", R"(["how much"])");
    std::vector<TrackerSession> followers;
    for (int i = 0; i < 6; ++i) followers.push_back(start({}, k_follow));
    for (int i = 0; i < 20; ++i) {
        api().put(id, "Price " + std::to_string(i), R"(["how much"])");
        followers.push_back(start({}, k_follow));  // in the middle of it
    }
    api().create("Last", R"(["at last"])");

    for (TrackerSession& follower : followers) {
        const auto end = std::chrono::steady_clock::now() + k_patience;
        std::vector<std::string> heard = follower.heard("how much at last");
        while (heard.size() < 2 && std::chrono::steady_clock::now() < end) heard = follower.heard("how much at last");
        EXPECT_THAT(heard, ElementsAre("Price 19", "Last"));
    }
}

// ---- Other servers, other days: checklist item 33

TEST_P(StoredTrackersTest, trackers_and_their_ids_survive_a_restart) {
    const std::string id = api().create("Price", R"(["how much","¿Cuánto? – l’été"])", R"(,"cooldownSeconds":3)");
    const std::string before = api().everything();

    restart();

    EXPECT_EQ(api().everything(), before);
    EXPECT_THAT(start(references(id)).heard("how much"), ElementsAre("Price"));
    EXPECT_EQ(api().ask("POST", "/v1/manage/tracker", tracker_body("Price")).status, 409U);
    EXPECT_NE(api().create("Next"), id);
}

TEST_P(StoredTrackersTest, a_deleted_one_frees_its_name_and_not_its_id) {
    for (const char* path : {"/v1/manage/tracker/", "/v1/manage/trackers/"}) {
        const std::string id = api().create("Price", R"(["how much"])");
        EXPECT_EQ(api().ask("DELETE", path + id).body, R"({"id":")" + id + R"(","type":"tracker","deleted":true})");
        EXPECT_EQ(api().ask("DELETE", path + id).status, 404U);
        restart();
        EXPECT_EQ(api().ask("GET", path + id).status, 404U);
        const std::string next = api().create("Price", R"(["how much"])");
        EXPECT_NE(next, id);
        api().remove(next);
    }
}

// ---- Management with a real database: checklist items 12, 14, 22, 24, 30, 32

TEST_P(StoredTrackersTest, names_are_told_apart_to_the_letter) {
    const std::string id = api().create("abc");

    EXPECT_EQ(api().ask("POST", "/v1/manage/tracker", tracker_body("abc")).status, 409U);
    api().create("Abc");
    const std::string list = "[" + tracker_body("new") + "," + tracker_body("Abc") + "]";
    EXPECT_EQ(api().ask("POST", "/v1/manage/trackers", list).status, 409U);
    EXPECT_EQ(api().ask("PUT", "/v1/manage/tracker/" + id, tracker_body("Abc")).status, 409U);
    EXPECT_EQ(api().ask("PUT", "/v1/manage/tracker/" + id, tracker_body("abc")).status, 200U);
    EXPECT_EQ(api()
                  .ask("PATCH", "/v1/manage/trackers/" + id,
                       R"([{"op":"add","path":"/vocabulary","value":"y"},{"op":"add","path":"/id","value":"1"}])")
                  .status,
              400U);
    EXPECT_THAT(api().names(), ElementsAre("abc", "Abc"));
    EXPECT_THAT(api().ask("GET", "/v1/manage/tracker/" + id).body, HasSubstr(R"("vocabulary":["x"])"));
    EXPECT_THAT(api().ask("GET", "/v1/manage/trackers?&name=ABC").body, R"({"trackers":[]})");
}

TEST_P(StoredTrackersTest, phrases_come_back_byte_by_byte_and_are_heard) {
    const std::string id = api().create("Price", R"(["What’s the price?","a, b & c - 'd'","été"])");

    EXPECT_THAT(api().ask("GET", "/v1/manage/tracker/" + id).body,
                HasSubstr(R"("vocabulary":["What’s the price?","a, b & c - 'd'","été"])"));
    TrackerSession session = start(references(id));
    EXPECT_THAT(session.heard("so what's the price"), ElementsAre("Price"));
    EXPECT_THAT(session.take_told(), Contains(HasSubstr(R"("value":"What’s the price?")")));
}

TEST_P(StoredTrackersTest, there_is_room_for_five_hundred) {
    std::string list = "[" + tracker_body("0");
    for (int i = 1; i < 500; ++i) list += "," + tracker_body(std::to_string(i));
    ASSERT_EQ(api().ask("POST", "/v1/manage/trackers/bulk", list + "]").status, 200U);

    EXPECT_EQ(api().ask("POST", "/v1/manage/tracker", tracker_body("more")).status, 400U);
    EXPECT_EQ(start({}, {}, R"("enableAllTrackers":true)").heard("x").size(), 500U);
    const std::string found = api().ask("GET", "/v1/manage/trackers?name=7").body;
    api().remove(std::string(json::parse(found).at("trackers").at(0).at("id").as_string()));
    api().create("more");
}

INSTANTIATE_TEST_SUITE_P(Over, StoredTrackersTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, StoredTrackersThreadsTest, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
