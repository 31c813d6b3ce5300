// What is kept of live conversations, over real sockets and real databases: checklist items 66, 78 and 80.
#include "earshot/archive/recorder.hpp"
#include "earshot/store/sql_conversation_store.hpp"

#include "support/net/test_server.hpp"
#include "support/store/test_database.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::testing {
namespace {

namespace json = boost::json;
using support::BackendKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view k_trackers =
    R"([{"name":"Pricing","vocabulary":["what does it cost","price"]},{"name":"Cancellation","vocabulary":["cancel"]}])";
constexpr std::string_view k_unknown = "The conversationId is either invalid or does not exist.";

class ConversationsTest : public ::testing::TestWithParam<BackendKind> {
protected:
    void SetUp() override {
        if (GetParam() == BackendKind::postgresql && !support::postgres_url()) GTEST_SKIP() << "no PostgreSQL is given";
        file_ = support::TestDatabase::make(GetParam());
        open();
    }

    void open() {
        database_ = store::Database::open({file_->url()}).value();
        store_.emplace(*database_);
        archive::RecorderOptions options;
        options.spool = folder_.path() / "spool";
        recorder_ = archive::Recorder::open(*store_, options).value();
        net::Stores stores;
        stores.conversations = &*store_;
        stores.keeper = recorder_.get();
        server_.emplace(net::ServerOptions{}, std::string(), Transport::plain, stores);
    }

    void restart() {
        server_.reset();
        recorder_.reset();
        store_.reset();
        database_.reset();
        open();
    }

    HttpResponse ask(std::string_view method, const std::string& rest, std::string_view body = {}) const {
        return http(server_->port(), method, "/v1/conversations" + rest, {{"content-type", "application/json"}}, body);
    }
    json::value get(const std::string& rest) const {
        const HttpResponse response = ask("GET", rest);
        if (response.status != 200) throw std::runtime_error(std::to_string(response.status) + response.body);
        return json::parse(response.body);
    }

    /// A publisher that has started; its conversation's id is id_.
    WsClient start(std::string_view config = {}, std::string_view more = {}) {
        WsClient client(server_->port(), "/v1/streaming/x" + std::to_string(++sessions_));
        client.send(start_message(k_trackers, config, more));
        const auto frames = client.receive_until("recognition_started");
        for (const std::string& frame : frames) {
            if (kind(frame) != "message/conversation_created") continue;
            const json::object data = json::parse(frame).at("message").at("data").as_object();
            id_ = std::string(data.at("conversationId").as_string());
            keeping_ = std::string(data.at("store").as_string());
        }
        return client;
    }

    static void stop(WsClient& client) {
        client.send(R"({"type":"stop_request"})");
        client.receive_all();
    }

    std::vector<std::string> texts() const {
        std::vector<std::string> texts;
        const json::value answer = get("/" + id_ + "/messages");
        for (const json::value& message : answer.at("messages").as_array()) {
            texts.emplace_back(message.at("text").as_string());
        }
        return texts;
    }

    /// "tracker: phrase" for each match.
    std::vector<std::string> heard() const {
        std::vector<std::string> heard;
        const json::value answer = get("/" + id_ + "/trackers");
        for (const json::value& tracker : answer.as_array()) {
            for (const json::value& match : tracker.at("matches").as_array()) {
                heard.push_back(std::string(tracker.at("name").as_string()) + ": " +
                                std::string(match.at("value").as_string()));
            }
        }
        return heard;
    }

    support::TemporaryFolder folder_;
    std::unique_ptr<support::TestDatabase> file_;
    std::unique_ptr<store::Database> database_;
    std::optional<store::SqlConversationStore> store_;
    std::unique_ptr<archive::Recorder> recorder_;
    std::optional<TestServer> server_;
    int sessions_ = 0;
    std::string id_;
    std::string keeping_;
};

INSTANTIATE_TEST_SUITE_P(Stores, ConversationsTest, ::testing::Values(BackendKind::sqlite, BackendKind::postgresql),
                         [](const auto& test) { return ::testing::PrintToString(test.param); });

TEST_P(ConversationsTest, what_was_said_and_heard_can_be_read_during_the_call_and_after_it) {
    WsClient client = start();
    client.send(final_chunk("What does it cost? I may cancel."));
    client.receive_until("tracker_response");
    EXPECT_THAT(texts(), ElementsAre("What does it cost?", "I may cancel."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Cancellation: cancel"));
    EXPECT_FALSE(get("/" + id_).at("isOver").as_bool());

    client.send(final_chunk("The price is high."));
    stop(client);
    EXPECT_THAT(texts(), ElementsAre("What does it cost?", "I may cancel.", "The price is high."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Pricing: price", "Cancellation: cancel"));
    EXPECT_TRUE(get("/" + id_).at("isOver").as_bool());

    restart();
    EXPECT_EQ(texts().size(), 3U);
    EXPECT_EQ(heard().size(), 3U);
}

// Checklist item 78.
TEST_P(ConversationsTest, both_lists_of_trackers_are_equal_and_refer_to_messages) {
    WsClient client = start();
    client.send(final_chunk("what does it cost"));
    const std::vector<std::string> live = client.receive_until("tracker_response");
    stop(client);
    const json::value trackers = get("/" + id_ + "/trackers");
    EXPECT_EQ(trackers, get("/" + id_ + "/trackers-detected"));
    const json::value& reference = trackers.at(0).at("matches").at(0).at("messageRefs").at(0);
    const json::value message = get("/" + id_ + "/messages").at("messages").at(0);
    EXPECT_EQ(reference.at("id"), message.at("id"));
    EXPECT_EQ(reference.at("text"), message.at("text"));
    const json::value told = json::parse(live.back()).at("trackers").at(0).at("matches").at(0).at("messageRefs").at(0);
    for (const char* member : {"id", "hitId", "text", "offset", "tier", "score", "span", "startTime", "endTime"}) {
        EXPECT_EQ(reference.at(member), told.at(member)) << member;
    }
}

TEST_P(ConversationsTest, a_conversation_without_trackers_has_none) {
    WsClient client(server_->port(), "/v1/streaming/none");
    client.send(R"({"type":"start_request"})");
    const auto frames = client.receive_until("recognition_started");
    id_ = std::string(json::parse(frames.at(1)).at("message").at("data").at("conversationId").as_string());
    client.send(final_chunk("what does it cost"));
    stop(client);
    EXPECT_EQ(ask("GET", "/" + id_ + "/trackers").body, "[]");
}

// Checklist item 66.
TEST_P(ConversationsTest, one_that_was_left_without_a_stop_is_completed) {
    {
        WsClient client = start();
        client.send(R"({"type":"transcript","text":"what does it cost","isFinal":true,"endOfUtterance":false})");
        client.ping("taken");
        client.is_silent();
        client.drop();
    }
    while (!get("/" + id_).at("isOver").as_bool()) std::this_thread::yield();
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
}

TEST_P(ConversationsTest, who_took_part_is_known_by_name_and_can_be_named_anew) {
    WsClient client = start({}, R"("speaker":{"userId":"ann@example.com","name":"Ann"})");
    client.send(final_chunk("hello"));
    stop(client);
    const json::value member = get("/" + id_ + "/members").at("members").at(0);
    EXPECT_EQ(member.at("name").as_string(), "Ann");
    EXPECT_EQ(member.at("email").as_string(), "ann@example.com");
    const std::string path = "/" + id_ + "/members/" + std::string(member.at("id").as_string());

    EXPECT_EQ(ask("PUT", path, R"({"name":"Ann Lee","email":"lee@example.com"})").status, 200U);
    const json::value from = get("/" + id_ + "/messages").at("messages").at(0).at("from");
    EXPECT_EQ(from.at("name").as_string(), "Ann Lee");
    EXPECT_EQ(from.at("email").as_string(), "lee@example.com");
    EXPECT_EQ(ask("PUT", path, R"({"name":3})").status, 400U);
    EXPECT_EQ(ask("PUT", "/" + id_ + "/members/nobody", R"({"name":"x"})").status, 404U);
}

TEST_P(ConversationsTest, its_name_and_metadata_can_be_changed) {
    WsClient client = start(R"("meetingTitle":"First call")");
    stop(client);
    EXPECT_EQ(get("/" + id_).at("name").as_string(), "First call");
    const HttpResponse changed = ask("PUT", "/" + id_, R"({"name":"Renamed","metadata":{"agentId":"7"}})");
    EXPECT_EQ(changed.status, 200U);
    EXPECT_EQ(get("/" + id_), json::parse(changed.body));
    EXPECT_EQ(get("/" + id_).at("metadata").at("agentId").as_string(), "7");
    EXPECT_EQ(ask("PUT", "/" + id_, R"({"metadata":3})").status, 400U);
}

// Checklist item 80.
TEST_P(ConversationsTest, deleting_it_deletes_all_and_what_is_said_later_is_not_kept) {
    WsClient client = start();
    client.send(final_chunk("what does it cost"));
    client.receive_until("tracker_response");
    const HttpResponse deleted = ask("DELETE", "/" + id_);
    EXPECT_EQ(deleted.status, 200U);
    EXPECT_EQ(json::parse(deleted.body).at("message").as_string(), "successfully deleted the conversation");
    client.send(final_chunk("the price"));
    stop(client);
    for (const char* rest : {"", "/messages", "/trackers", "/members", "/analytics", "/topics"}) {
        const HttpResponse gone = ask("GET", "/" + id_ + rest);
        EXPECT_EQ(gone.status, 404U) << rest;
        EXPECT_EQ(json::parse(gone.body).at("message").as_string(), k_unknown) << rest;
    }
    EXPECT_EQ(ask("DELETE", "/" + id_).status, 404U);
    EXPECT_THAT(get("").at("conversations").as_array(), IsEmpty());
}

TEST_P(ConversationsTest, are_listed_newest_first_page_by_page) {
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i) {
        WsClient client = start();
        stop(client);
        ids.push_back(id_);
    }
    const auto listed = [&](const std::string& query) {
        std::vector<std::string> found;
        const json::value answer = get(query);
        for (const json::value& one : answer.at("conversations").as_array())
            found.emplace_back(one.at("id").as_string());
        return found;
    };
    auto ascending = listed("?order=asc");
    auto descending = listed("");
    EXPECT_THAT(ascending, ::testing::UnorderedElementsAreArray(ids));
    std::reverse(descending.begin(), descending.end());
    EXPECT_EQ(ascending, descending);
    EXPECT_EQ(listed("?order=asc&limit=1&offset=1"), std::vector<std::string>{ascending[1]});
    EXPECT_THAT(listed("?endTime=2001-01-01T00:00:00Z"), IsEmpty());
    EXPECT_EQ(ask("GET", "?limit=many").status, 400U);
}

TEST_P(ConversationsTest, hits_alone_are_kept_without_a_word_of_what_was_said) {
    WsClient client = start(R"("store":"hits")");
    EXPECT_EQ(keeping_, "hits");
    client.send(final_chunk("what does it cost, my secret is blue"));
    stop(client);
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
    EXPECT_THAT(ask("GET", "/" + id_ + "/trackers").body, Not(HasSubstr("secret")));
    EXPECT_THAT(texts(), IsEmpty());
}

TEST_P(ConversationsTest, nothing_is_kept_where_nothing_is_to_be) {
    WsClient client = start(R"("store":"none")");
    EXPECT_EQ(keeping_, "none");
    client.send(final_chunk("what does it cost"));
    stop(client);
    EXPECT_EQ(ask("GET", "/" + id_).status, 404U);
}

TEST_P(ConversationsTest, analytics_tell_how_much_of_it_a_tracker_was) {
    WsClient client = start();
    client.send(R"({"type":"transcript","text":"what does it cost","startTime":0,"endTime":2})");
    client.send(R"({"type":"transcript","text":"nothing of that kind","startTime":3,"endTime":5})");
    stop(client);
    const json::value analytics = get("/" + id_ + "/analytics");
    const json::value& tracker = analytics.at("trackers").at(0);
    EXPECT_EQ(tracker.at("name").as_string(), "Pricing");
    EXPECT_EQ(tracker.at("hits").to_number<int>(), 1);
    EXPECT_EQ(tracker.at("share").to_number<double>(), 0.5);
    EXPECT_EQ(analytics.at("members").at(0).at("words").to_number<int>(), 8);
    EXPECT_EQ(get("/" + id_ + "/topics"), json::parse(R"({"topics":[]})"));
}

TEST_P(ConversationsTest, who_spoke_can_be_said_afterwards) {
    WsClient client = start();
    client.send(R"({"type":"transcript","text":"what does it cost","startTime":0,"endTime":2})");
    client.send(R"({"type":"transcript","text":"nothing","startTime":3,"endTime":5})");
    stop(client);
    const HttpResponse done = ask("PUT", "/" + id_ + "/speakers", R"({"speakerEvents":[
        {"type":"started_speaking","user":{"userId":"bob@example.com","name":"Bob"},"offset":{"seconds":0,"nanos":0}},
        {"type":"stopped_speaking","user":{"userId":"bob@example.com","name":"Bob"},"offset":{"seconds":2,"nanos":0}}]})");
    EXPECT_EQ(done.status, 200U) << done.body;
    const json::value messages = get("/" + id_ + "/messages").at("messages");
    EXPECT_EQ(messages.at(0).at("from").at("name").as_string(), "Bob");
    EXPECT_NE(messages.at(1).at("from").at("name").as_string(), "Bob");
    EXPECT_EQ(ask("PUT", "/" + id_ + "/speakers", "{}").status, 400U);
}

TEST_P(ConversationsTest, what_is_no_conversation_is_not_found) {
    for (const char* id : {"/1234567890123456", "/x", "/%00", "/99999999999999999999999999999999999999999999"}) {
        const HttpResponse response = ask("GET", id);
        EXPECT_EQ(response.status, 404U) << id;
        EXPECT_EQ(json::parse(response.body).at("message").as_string(), k_unknown) << id;
    }
}

TEST(WithoutAKeeper, nothing_is_kept_and_clients_are_told_so) {
    TestServer server;
    WsClient client(server.port(), "/v1/streaming/x");
    client.send(start_message(k_trackers, R"("store":"full")"));
    EXPECT_THAT(client.receive_until("recognition_started"), ::testing::Contains(HasSubstr(R"("store":"none")")));
    EXPECT_EQ(http(server.port(), "GET", "/v1/conversations").status, 404U);
}

}  // namespace
}  // namespace earshot::testing
