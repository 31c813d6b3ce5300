// What is sent after the call, over real sockets and real databases: checklist items 74 to 80, as far as they are about
// text.
#include "earshot/app/random_ids.hpp"
#include "earshot/archive/recorder.hpp"
#include "earshot/jobs/job_runner.hpp"
#include "earshot/jobs/text_worker.hpp"
#include "earshot/outbound/http_client.hpp"
#include "earshot/outbound/webhook_courier.hpp"
#include "earshot/store/sql_conversation_store.hpp"
#include "earshot/store/sql_job_store.hpp"
#include "earshot/store/sql_tracker_store.hpp"

#include "support/net/test_server.hpp"
#include "support/net/tracker_clients.hpp"
#include "support/store/test_database.hpp"
#include "unit/outbound/local_server.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace earshot::testing {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using outbound::BoundSocket;
using outbound::LocalServer;
using support::BackendKind;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr std::string_view k_pricing = R"({"name":"Pricing","vocabulary":["what does it cost","price"]})";
constexpr std::string_view k_cancellation = R"({"name":"Cancellation","vocabulary":["cancel"]})";
constexpr std::string_view k_unknown = "The conversationId is either invalid or does not exist.";
constexpr std::string_view k_ann = R"(,"from":{"name":"Ann","userId":"ann@example.com","role":"customer"})";
constexpr std::string_view k_bob = R"(,"from":{"name":"Bob"})";
constexpr std::string_view k_any_uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
constexpr std::string_view k_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A job whose body has this member waits for the gate.
constexpr std::string_view k_held = R"("held":true)";

/// Looks again and again until `look` gives true; false if that takes too long.
template <typename Look>
bool soon(const Look& look) {
    const auto end = std::chrono::steady_clock::now() + k_patience;
    while (!look()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

std::string json_text(std::string_view text) {
    return json::serialize(json::value(text));
}

/// An element of `messages`; `more`: members, each with a comma before it.
std::string said(std::string_view text, std::string_view more = {}) {
    return R"({"payload":{"content":)" + json_text(text) + "}" + std::string(more) + "}";
}

std::string array_of(const std::vector<std::string>& elements) {
    std::string text;
    for (const std::string& element : elements) text += (text.empty() ? "" : ",") + element;
    return "[" + text + "]";
}

/// A request with these messages; `more`: members.
std::string request(const std::vector<std::string>& messages, std::string_view more = {}) {
    return R"({"messages":)" + array_of(messages) + (more.empty() ? "" : ",") + std::string(more) + "}";
}

/// The member `trackers`.
std::string trackers(const std::vector<std::string>& list) {
    return R"("trackers":)" + array_of(list);
}

/// What is kept if nothing is changed by the text's way through a query.
std::string encoded(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            result += c;
        } else {
            char bytes[4];
            std::snprintf(bytes, sizeof bytes, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
            result += bytes;
        }
    }
    return result;
}

/// Holds the jobs that ask for it until it is opened.
class Gate {
public:
    void open() {
        {
            const std::lock_guard lock(mutex_);
            is_open_ = true;
        }
        changed_.notify_all();
    }
    /// False: it was let go.
    bool wait(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        ++waited_;
        changed_.notify_all();
        return changed_.wait(lock, stop, [this] { return is_open_; });
    }
    /// Until so many have come in all.
    bool wait_for_jobs(int count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, k_patience, [&] { return waited_ >= count; });
    }

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool is_open_ = false;
    int waited_ = 0;
};

/// Lets another one work once the gate is open.
class GatedWorker final : public jobs::Worker {
public:
    GatedWorker(jobs::Worker& behind, Gate& gate) : behind_(behind), gate_(gate) {}

    base::Result<std::vector<detect::ConversationChange>> work(const store::ClaimedJob& job,
                                                               const jobs::Surroundings& surroundings) override {
        if (job.request.find(k_held) != std::string::npos && !gate_.wait(surroundings.stop)) {
            return base::Error{base::Errc::draining, "the job was let go", {}, {}};
        }
        return behind_.work(job, surroundings);
    }

private:
    jobs::Worker& behind_;
    Gate& gate_;
};

/// A job store that its server cannot reach any more once that has been killed: what it tells the store is lost.
class MortalJobStore final : public store::JobStore {
public:
    explicit MortalJobStore(store::JobStore& behind) : behind_(behind) {}

    void kill() { is_dead_ = true; }

    void create(store::NewJob job, std::size_t at_most, std::optional<store::Lease> claim, base::WallTime now,
                store::Done<store::JobRecord> done) override {
        if (lives(done)) behind_.create(std::move(job), at_most, std::move(claim), now, std::move(done));
    }
    void get(std::string account, std::string id, store::Done<store::JobRecord> done) override {
        if (lives(done)) behind_.get(std::move(account), std::move(id), std::move(done));
    }
    void claim(store::Lease lease, base::WallTime now, store::Done<std::optional<store::ClaimedJob>> done) override {
        if (lives(done)) behind_.claim(std::move(lease), now, std::move(done));
    }
    void renew(std::string id, store::Lease lease, double progress, store::Done<bool> done) override {
        if (lives(done)) behind_.renew(std::move(id), std::move(lease), progress, std::move(done));
    }
    void finish(std::string id, std::string owner, store::JobOutcome outcome, base::WallTime now,
                store::Done<bool> done) override {
        if (lives(done)) behind_.finish(std::move(id), std::move(owner), std::move(outcome), now, std::move(done));
    }
    void release(std::string id, std::string owner, store::Done<bool> done) override {
        if (lives(done)) behind_.release(std::move(id), std::move(owner), std::move(done));
    }
    void forget(base::WallTime before, store::Done<bool> done) override {
        if (lives(done)) behind_.forget(before, std::move(done));
    }
    void take_deliveries(std::size_t at_most, base::WallTime now, base::WallTime until,
                         store::Done<std::vector<store::Delivery>> done) override {
        if (lives(done)) behind_.take_deliveries(at_most, now, until, std::move(done));
    }
    void end_delivery(std::string id, store::Done<bool> done) override {
        if (lives(done)) behind_.end_delivery(std::move(id), std::move(done));
    }
    void retry_delivery(std::string id, base::WallTime when, store::Done<bool> done) override {
        if (lives(done)) behind_.retry_delivery(std::move(id), when, std::move(done));
    }

private:
    template <typename T>
    bool lives(const store::Done<T>& done) const {
        if (!is_dead_) return true;
        done(base::Error{base::Errc::store_away, "the server is dead", {}, {}});
        return false;
    }

    store::JobStore& behind_;
    std::atomic<bool> is_dead_ = false;
};

/// What a webhook was told by one request; names of headers in lower case.
struct Told {
    std::string target;
    std::map<std::string, std::string> headers;
    std::string body;
};

Told told_by(const std::string& request) {
    Told told;
    const std::size_t head = request.find("\r\n\r\n");
    told.body = request.substr(head + 4);
    const std::size_t path = request.find(' ') + 1;
    told.target = request.substr(0, request.find(' ', path));
    for (std::size_t line = request.find("\r\n") + 2; line < head;) {
        const std::size_t end = request.find("\r\n", line);
        const std::size_t colon = request.find(": ", line);
        std::string name = request.substr(line, colon - line);
        for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        told.headers[name] = request.substr(colon + 2, end - colon - 2);
        line = end + 2;
    }
    return told;
}

/// Somebody's server that is told of jobs. Gives `answers` one by one, and then says 200.
class Receiver {
public:
    explicit Receiver(std::vector<std::string> answers = {})
        : answers_(std::move(answers)), server_([this](const auto& connection) { serve(connection); }) {}

    std::string url() const { return server_.url("/hook?for=jobs"); }

    /// What it was told, once that were `count` requests.
    std::vector<Told> told(std::size_t count) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, k_patience, [&] { return told_.size() >= count; })) {
            throw std::runtime_error("only " + std::to_string(told_.size()) + " requests have come");
        }
        return told_;
    }

private:
    void serve(const outbound::ServedConnection& connection) {
        while (true) {
            const std::string request = connection.read_request();
            if (request.find("\r\n\r\n") == std::string::npos) return;
            if (!connection.send(take(request))) return;
        }
    }

    std::string take(const std::string& request) {
        const std::lock_guard lock(mutex_);
        told_.push_back(told_by(request));
        changed_.notify_all();
        return told_.size() <= answers_.size() ? answers_[told_.size() - 1] : outbound::answer(200);
    }

    const std::vector<std::string> answers_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Told> told_;
    LocalServer server_;
};

json::value told_of(const std::string& job, std::string_view status) {
    return json::object{{"jobId", job}, {"status", status}};
}

std::string message_of(const HttpResponse& response) {
    return std::string(json::parse(response.body).at("message").as_string());
}

/// Where a request is wrong.
std::vector<std::string> paths(const HttpResponse& response) {
    std::vector<std::string> paths;
    const json::value body = json::parse(response.body);
    if (!body.as_object().contains("errors")) return paths;
    for (const json::value& error : body.at("errors").as_array()) paths.emplace_back(error.at("path").as_string());
    return paths;
}

class ProcessingTest : public ::testing::TestWithParam<BackendKind> {
protected:
    void SetUp() override {
        if (GetParam() == BackendKind::postgresql && !support::postgres_url()) GTEST_SKIP() << "no PostgreSQL is given";
        file_ = support::TestDatabase::make(GetParam());
        server_options_.allow_private_webhooks = true;
        runner_options_.heartbeat = 20ms;
        runner_options_.poll = 5ms;
        runner_options_.first_pause = 1ms;
        runner_options_.longest_pause = 10ms;
        runner_options_.on_change = [this] { courier_->poke(); };
        courier_options_.version = "test";
        courier_options_.poll = 5ms;
        courier_options_.first_pause = 1ms;
        open();
    }

    void TearDown() override { close(); }

    void open() {
        database_ = store::Database::open({file_->url()}).value();
        trackers_.emplace(*database_);
        conversations_.emplace(*database_);
        sql_jobs_.emplace(*database_);
        jobs_.emplace(*sql_jobs_);
        archive::RecorderOptions recording;
        recording.spool = folder_.path() / "spool";
        recorder_ = archive::Recorder::open(*conversations_, recording).value();
        outbound::HttpClientOptions client;
        client.guard = outbound::AddressGuard(server_options_.allow_private_webhooks);
        client_.emplace(client);
        courier_.emplace(*jobs_, *client_, courier_options_);
        text_.emplace(jobs::TextWorker::Sources{*conversations_, *trackers_}, net::process_rules(server_options_),
                      jobs::HearingOptions{}, [] { return std::make_unique<app::RandomIdSource>(); });
        worker_.emplace(*text_, gate_);
        runner_options_.owner = "server " + std::to_string(++servers_);
        runner_.emplace(*jobs_, std::map<std::string, jobs::Worker*>{{net::k_text_job, &*worker_}}, runner_options_);
        net::Stores stores;
        stores.trackers = &*trackers_;
        stores.conversations = &*conversations_;
        stores.keeper = recorder_.get();
        stores.jobs = &*runner_;
        server_.emplace(server_options_, valid_token_, Transport::plain, stores);
    }

    void close() {
        server_.reset();
        runner_.reset();
        worker_.reset();
        text_.reset();
        courier_.reset();
        client_.reset();
        recorder_.reset();
        jobs_.reset();
        sql_jobs_.reset();
        conversations_.reset();
        trackers_.reset();
        database_.reset();
    }

    void restart() {
        close();
        open();
    }

    HttpResponse ask(std::string_view method, const std::string& target, std::string_view body = {}) const {
        return http(server_->port(), method, "/v1" + target, {{"content-type", "application/json"}}, body);
    }
    json::value get(const std::string& target) const {
        const HttpResponse response = ask("GET", target);
        if (response.status != 200) throw std::runtime_error(std::to_string(response.status) + response.body);
        return json::parse(response.body);
    }
    json::value conversation(const std::string& rest = {}) const { return get("/conversations/" + id_ + rest); }

    /// Gives the job; the conversation is id_.
    std::string submit(std::string_view method, const std::string& target, std::string_view body) {
        const HttpResponse response = ask(method, "/process/text" + target, body);
        if (response.status != 201) throw std::runtime_error(std::to_string(response.status) + response.body);
        const json::value accepted = json::parse(response.body);
        id_ = std::string(accepted.at("conversationId").as_string());
        return std::string(accepted.at("jobId").as_string());
    }
    std::string post(std::string_view body, const std::string& query = {}) { return submit("POST", query, body); }
    std::string put(std::string_view body, const std::string& query = {}) {
        return submit("PUT", "/" + id_ + query, body);
    }

    json::value job(const std::string& id) const { return get("/job/" + id); }
    std::string status(const std::string& id) const { return std::string(job(id).at("status").as_string()); }

    /// The job once it has ended; every word on the way is one of the four.
    json::value ended(const std::string& id) const {
        static const std::set<std::string> words{"scheduled", "in_progress", "completed", "failed"};
        json::value found;
        const auto has_ended = [&] {
            found = job(id);
            const std::string word(found.at("status").as_string());
            if (!words.contains(word)) throw std::runtime_error(word + " is no status");
            return word == "completed" || word == "failed";
        };
        if (!soon(has_ended)) throw std::runtime_error("the job does not end: " + json::serialize(found));
        return found;
    }
    void complete(const std::string& id) const {
        const json::value job = ended(id);
        if (job.at("status") != "completed") throw std::runtime_error(json::serialize(job));
    }
    void process(std::string_view body, const std::string& query = {}) { complete(post(body, query)); }
    void append(std::string_view body, const std::string& query = {}) { complete(put(body, query)); }

    std::vector<std::string> texts() const {
        std::vector<std::string> texts;
        const json::value answer = conversation("/messages");
        for (const json::value& message : answer.at("messages").as_array()) {
            texts.emplace_back(message.at("text").as_string());
        }
        return texts;
    }

    /// "tracker: phrase" for each place.
    std::vector<std::string> heard() const {
        std::vector<std::string> heard;
        for_each_place([&](const json::value& tracker, const json::value& match, const json::value&) {
            heard.push_back(std::string(tracker.at("name").as_string()) + ": " +
                            std::string(match.at("value").as_string()));
        });
        return heard;
    }

    /// "tracker: phrase tier offset start-end speaker | text of the message" for each place.
    std::vector<std::string> places() const {
        std::vector<std::string> places;
        for_each_place([&](const json::value& tracker, const json::value& match, const json::value& place) {
            std::string text(tracker.at("name").as_string());
            for (const json::value& part :
                 {match.at("value"), place.at("tier"), place.at("offset"), place.at("span").at("start"),
                  place.at("span").at("end"), place.at("speaker").at("name"), place.at("text")}) {
                text += " " + json::serialize(part);
            }
            places.push_back(text);
        });
        return places;
    }

    template <typename Take>
    void for_each_place(const Take& take) const {
        const json::value answer = conversation("/trackers");
        for (const json::value& tracker : answer.as_array()) {
            for (const json::value& match : tracker.at("matches").as_array()) {
                for (const json::value& place : match.at("messageRefs").as_array()) take(tracker, match, place);
            }
        }
    }

    TrackerApi stored() const { return TrackerApi(server_->port()); }

    /// A publisher that has started; its conversation is id_.
    WsClient start(std::string_view list, std::string_view more = R"("speaker":{"userId":"ann@example.com"})") {
        WsClient client(server_->port(), "/v1/streaming/" + std::to_string(++sessions_));
        client.send(start_message(list, {}, more));
        for (const std::string& frame : client.receive_until("recognition_started")) {
            if (kind(frame) != "message/conversation_created") continue;
            id_ = std::string(json::parse(frame).at("message").at("data").at("conversationId").as_string());
        }
        return client;
    }
    static void stop(WsClient& client) {
        client.send(R"({"type":"stop_request"})");
        client.receive_all();
    }

    support::TemporaryFolder folder_;
    Gate gate_;
    std::string valid_token_;
    net::ServerOptions server_options_;
    jobs::RunnerOptions runner_options_;
    outbound::CourierOptions courier_options_;
    std::unique_ptr<support::TestDatabase> file_;
    std::unique_ptr<store::Database> database_;
    std::optional<store::SqlTrackerStore> trackers_;
    std::optional<store::SqlConversationStore> conversations_;
    std::optional<store::SqlJobStore> sql_jobs_;
    std::optional<MortalJobStore> jobs_;
    std::unique_ptr<archive::Recorder> recorder_;
    std::optional<outbound::HttpClient> client_;
    std::optional<outbound::WebhookCourier> courier_;
    std::optional<jobs::TextWorker> text_;
    std::optional<GatedWorker> worker_;
    std::optional<jobs::JobRunner> runner_;
    std::optional<TestServer> server_;
    int servers_ = 0;
    int sessions_ = 0;
    std::string id_;
};

INSTANTIATE_TEST_SUITE_P(Stores, ProcessingTest, ::testing::Values(BackendKind::sqlite, BackendKind::postgresql),
                         [](const auto& test) { return ::testing::PrintToString(test.param); });

// ---- What is accepted: checklist item 74

TEST_P(ProcessingTest, text_is_accepted_and_its_conversation_is_there_at_once) {
    const HttpResponse accepted = ask("POST", "/process/text",
                                      request({said("What does it cost?", k_ann), said("Nothing. It is free.", k_bob)},
                                              trackers({std::string(k_pricing)}) + "," + std::string(k_held)));
    EXPECT_EQ(accepted.status, 201U);
    const json::object ids = json::parse(accepted.body).as_object();
    ASSERT_EQ(ids.size(), 2U) << accepted.body;
    id_ = std::string(ids.at("conversationId").as_string());
    const std::string job(ids.at("jobId").as_string());
    EXPECT_THAT(id_, MatchesRegex("[0-9]+"));
    EXPECT_THAT(job, MatchesRegex(std::string(k_any_uuid)));

    EXPECT_EQ(conversation().at("id").as_string(), id_);
    EXPECT_THAT(texts(), IsEmpty());
    EXPECT_EQ(ask("GET", "/conversations/" + id_ + "/trackers").body, "[]");
    gate_.open();
    complete(job);
    EXPECT_THAT(texts(), ElementsAre("What does it cost?", "Nothing.", "It is free."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
}

TEST_P(ProcessingTest, two_requests_are_two_conversations) {
    const std::string first = post(request({said("hello")}));
    const std::string first_id = id_;
    const std::string second = post(request({said("hello")}));
    EXPECT_NE(first, second);
    EXPECT_NE(first_id, id_);
    complete(first);
    complete(second);
    EXPECT_EQ(get("/conversations").at("conversations").as_array().size(), 2U);
}

TEST_P(ProcessingTest, an_empty_message_is_left_out) {
    process(request({said("", k_ann), said("Hello.", k_ann), said("  ", k_bob)}));
    EXPECT_THAT(texts(), ElementsAre("Hello."));
    process(request({said("")}));
    EXPECT_THAT(texts(), IsEmpty());
}

TEST_P(ProcessingTest, its_name_and_metadata_are_shown) {
    process(request({said("hello")}, R"("name":"Call of 4 May","metadata":{"queue":"sales","deep":{"a":[1,null]}})"));
    json::value shown = conversation();
    EXPECT_EQ(shown.at("type").as_string(), "meeting");
    EXPECT_EQ(shown.at("name").as_string(), "Call of 4 May");
    EXPECT_EQ(shown.at("metadata"), json::parse(R"({"queue":"sales","deep":{"a":[1,null]}})"));
    EXPECT_EQ(shown.at("source").as_string(), "text");
    EXPECT_EQ(shown.at("store").as_string(), "full");
    EXPECT_TRUE(shown.at("isOver").as_bool());

    process(request({said("hello")}));
    shown = conversation();
    EXPECT_EQ(shown.at("name").as_string(), id_);
    EXPECT_FALSE(shown.as_object().contains("metadata"));

    process(request({said("hello")}), "?name=Call+of%204+May&metadata=" + encoded(R"({"queue":"sales"})"));
    shown = conversation();
    EXPECT_EQ(shown.at("name").as_string(), "Call of 4 May");
    EXPECT_EQ(shown.at("metadata"), json::parse(R"({"queue":"sales"})"));
}

TEST_P(ProcessingTest, who_took_part_is_known_by_user_id_then_by_name) {
    process(request({said("one", k_ann), said("two", R"(,"from":{"email":"ann@example.com","name":"Somebody"})"),
                     said("three", k_bob), said("four", R"(,"from":{"name":"Bob","role":"agent"})"), said("five"),
                     said("six", R"(,"from":null)"), said("seven", R"(,"from":{})")}));
    const json::value answer = conversation("/members");
    const json::array& members = answer.at("members").as_array();
    ASSERT_EQ(members.size(), 3U) << json::serialize(answer);
    EXPECT_EQ(members[0].at("name").as_string(), "Ann");
    EXPECT_EQ(members[0].at("email").as_string(), "ann@example.com");
    EXPECT_EQ(members[0].at("role").as_string(), "customer");
    EXPECT_EQ(members[1].at("name").as_string(), "Bob");
    EXPECT_EQ(members[1].at("role").as_string(), "agent");

    std::vector<std::size_t> speakers;
    const json::value told = conversation("/messages");
    for (const json::value& message : told.at("messages").as_array()) {
        const auto is_it = [&](const json::value& member) { return member.at("id") == message.at("from").at("id"); };
        speakers.push_back(
            static_cast<std::size_t>(std::find_if(members.begin(), members.end(), is_it) - members.begin()));
    }
    EXPECT_THAT(speakers, ElementsAre(0, 0, 1, 1, 2, 2, 2));
}

TEST_P(ProcessingTest, trackers_listen_to_roles_and_user_ids) {
    const std::string of_agents = R"({"name":"Agent","vocabulary":["thank you"],"speakers":["agent"]})";
    const std::string of_ann = R"({"name":"Ann","vocabulary":["thank you"],"speakers":["ann@example.com"]})";
    process(request({said("Thank you.", k_bob), said("Thank you!", k_ann),
                     said("Thank you so much.", R"(,"from":{"name":"Eve","role":"agent"})")},
                    trackers({of_agents, of_ann})));
    std::vector<std::string> found;
    for_each_place([&](const json::value& tracker, const json::value&, const json::value& place) {
        found.push_back(std::string(tracker.at("name").as_string()) + ": " + std::string(place.at("text").as_string()));
    });
    EXPECT_THAT(found, UnorderedElementsAre("Ann: Thank you!", "Agent: Thank you so much."));
}

// ---- Times

TEST_P(ProcessingTest, times_are_absolute_or_count_from_the_begin) {
    const auto from_to = [](std::string_view start, std::string_view end) {
        return R"(,"duration":{"startTime":)" + std::string(start) + R"(,"endTime":)" + std::string(end) + "}";
    };
    process(request({said("one", from_to(R"("2026-05-04T03:02:01.000Z")", R"("2026-05-04T03:02:02.500Z")")),
                     said("two", from_to(R"("2026-05-04T05:02:13.340+02:00")", R"("2026-05-04T03:02:14.900")")),
                     said("three", from_to("1777863741", "1777863742.25")), said("four", from_to("30", "31.25")),
                     said("five", R"(,"duration":{"endTime":"40.5"})"), said("six")}));
    const json::value answer = conversation("/messages");
    const auto shown = [&](std::size_t i) {
        const json::value& message = answer.at("messages").at(i);
        return std::string(message.at("startTime").as_string()) + " " + std::string(message.at("endTime").as_string());
    };
    const auto seconds = [&](std::size_t i, const char* member) {
        return answer.at("messages").at(i).at(member).to_number<double>();
    };
    EXPECT_EQ(shown(0), "2026-05-04T03:02:01.000Z 2026-05-04T03:02:02.500Z");
    EXPECT_EQ(shown(1), "2026-05-04T03:02:13.340Z 2026-05-04T03:02:14.900Z");
    EXPECT_EQ(shown(2), "2026-05-04T03:02:21.000Z 2026-05-04T03:02:22.250Z");
    EXPECT_EQ(shown(3), "2026-05-04T03:02:31.000Z 2026-05-04T03:02:32.250Z");
    EXPECT_EQ(shown(4), "2026-05-04T03:02:41.500Z 2026-05-04T03:02:41.500Z");
    EXPECT_NEAR(seconds(1, "timeOffset"), 12.34, 1e-6);
    EXPECT_NEAR(seconds(1, "duration"), 1.56, 1e-6);
    EXPECT_NEAR(seconds(3, "timeOffset"), 30, 1e-6);
    EXPECT_NEAR(seconds(4, "duration"), 0, 1e-6);
    EXPECT_EQ(answer.at("messages").at(5).at("startTime").as_string(), "2026-05-04T03:02:01.000Z");
    EXPECT_EQ(conversation().at("startTime").as_string(), "2026-05-04T03:02:01.000Z");
    EXPECT_EQ(conversation().at("endTime").as_string(), "2026-05-04T03:02:41.500Z");
}

TEST_P(ProcessingTest, hits_have_the_times_of_what_was_said) {
    process(request({said("The price.", R"(,"duration":{"startTime":12.5,"endTime":14})")},
                    trackers({std::string(k_pricing)})));
    const json::value message = conversation("/messages").at("messages").at(0);
    EXPECT_NEAR(message.at("timeOffset").to_number<double>(), 12.5, 1e-6);
    EXPECT_NEAR(message.at("duration").to_number<double>(), 1.5, 1e-6);
    const json::value place = conversation("/trackers").at(0).at("matches").at(0).at("messageRefs").at(0);
    EXPECT_GE(place.at("timeOffset").to_number<double>(), 12.5);
    EXPECT_LE(place.at("timeOffset").to_number<double>() + place.at("duration").to_number<double>(), 14.001);
}

TEST_P(ProcessingTest, a_silence_ends_a_phrase_where_times_are_known) {
    const std::string list = trackers({std::string(k_pricing)});
    const auto at = [](int start, int end) {
        return std::string(k_ann) + R"(,"duration":{"startTime":)" + std::to_string(start) + R"(,"endTime":)" +
               std::to_string(end) + "}";
    };
    process(request({said("what does", at(0, 1)), said("it cost", at(11, 12))}, list));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Pricing: what does it cost"));
    process(request({said("what does", at(0, 1)), said("it cost", at(12, 13))}, list));
    EXPECT_THAT(heard(), IsEmpty());
    process(request({said("what does", at(0, 1)), said("it cost", at(12, 13))},
                    list + R"(,"config":{"trackers":{"phraseGapSeconds":11}})"));
    EXPECT_EQ(heard().size(), 2U);
    process(request({said("what does", at(0, 1)), said("it cost", k_ann)}, list));
    EXPECT_EQ(heard().size(), 2U) << "who has no times has no gap";
}

// ---- What is listened for: checklist item 75

TEST_P(ProcessingTest, trackers_are_honoured_wherever_they_stand) {
    const std::string talk = request({said("What does it cost? I cancel.")});
    const std::string list = array_of({std::string(k_pricing), std::string(k_cancellation)});
    const auto in_body = [](const std::string& more) { return request({said("What does it cost? I cancel.")}, more); };
    const std::string one_by_one = encoded(k_pricing) + "&trackers=" + encoded(k_cancellation);
    for (const auto& [query, body] : {std::pair{std::string(), in_body(R"("trackers":)" + list)},
                                      {"", in_body(R"("config":{"trackers":)" + list + "}")},
                                      {"?trackers=" + encoded(list), talk},
                                      {"?trackers=" + one_by_one, talk}}) {
        process(body, query);
        EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Cancellation: cancel")) << query << body;
    }
    EXPECT_THAT(stored().names(), IsEmpty()) << "those of a request are not stored";
}

TEST_P(ProcessingTest, a_stored_tracker_is_heard_where_it_is_named_by_its_id) {
    const std::string id = stored().create("Price", R"(["how much"])");
    stored().create("Refund", R"(["money back"])");
    const std::string talk = request({said("How much? My money back.")});
    const std::string named = R"([{"id":")" + id + R"("}])";

    process(request({said("How much? My money back.")}, R"("trackers":)" + named));
    EXPECT_THAT(heard(), ElementsAre("Price: how much"));
    EXPECT_EQ(conversation("/trackers").at(0).at("id").as_string(), id);
    process(talk, "?trackers=" + encoded(named));
    EXPECT_THAT(heard(), ElementsAre("Price: how much"));
    process(talk);
    EXPECT_THAT(heard(), IsEmpty()) << "stored ones are silent where nobody asks for them";
}

TEST_P(ProcessingTest, an_unknown_id_does_not_let_the_others_fail) {
    process(request({said("What does it cost?")}, trackers({R"({"id":"1234567890123456"})", std::string(k_pricing)})));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
}

TEST_P(ProcessingTest, all_stored_ones_are_heard_in_every_form_of_the_switch) {
    stored().create("Price", R"(["how much"])");
    stored().create("Refund", R"(["money back"])");
    const auto talk = [](const std::string& more = {}) { return request({said("How much? My money back.")}, more); };
    for (const std::string name : {"enableAllTrackers", "enableAllTracker"}) {
        const std::string on = "\"" + name + "\":true";
        for (const auto& [query, body] : {std::pair{"?" + name + "=true", talk()},
                                          {"?" + name + "=True", talk()},
                                          {"?" + name + "=1", talk()},
                                          {"", talk(on)},
                                          {"", talk("\"" + name + R"(":"true")")},
                                          {"", talk("\"" + name + R"(":"True")")},
                                          {"", talk("\"" + name + R"(":1)")},
                                          {"", talk(R"("config":{)" + on + "}")},
                                          {"", talk(R"("config":{"trackers":{)" + on + "}}")},
                                          {"?" + name + "=false", talk(on)}}) {
            process(body, query);
            EXPECT_THAT(heard(), ElementsAre("Price: how much", "Refund: money back")) << query << body;
        }
        for (const auto& [query, body] : {std::pair{"?" + name + "=false", talk()},
                                          {"?" + name + "=", talk()},
                                          {"", talk("\"" + name + R"(":"False")")},
                                          {"", talk("\"" + name + R"(":null)")},
                                          {"?" + name + "=true", talk("\"" + name + R"(":false)")}}) {
            process(body, query);
            EXPECT_THAT(heard(), IsEmpty()) << query << body;
        }
    }
}

// "These loose forms are taken in both": "true" with its quotes too.
TEST_P(ProcessingTest, the_switch_may_be_quoted_in_a_query) {
    stored().create("Price", R"(["how much"])");
    process(request({said("How much?")}), "?enableAllTrackers=%22true%22");
    EXPECT_THAT(heard(), ElementsAre("Price: how much"));
}

TEST_P(ProcessingTest, the_query_counts_where_the_body_gives_null) {
    process(request({said("What does it cost?")}, R"("trackers":null,"name":null,"config":null)"),
            "?name=Query&trackers=" + encoded(array_of({std::string(k_pricing)})));
    EXPECT_EQ(conversation().at("name").as_string(), "Query");
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
}

TEST_P(ProcessingTest, a_query_may_be_long) {
    std::vector<std::string> list;
    for (int i = 0; i < 1000; ++i) {
        list.push_back(R"({"name":"T)" + std::to_string(i) + R"(","vocabulary":["word)" + std::to_string(i) + R"("]})");
    }
    const std::string query = "?trackers=" + encoded(array_of(list));
    ASSERT_GT(query.size(), 64U * 1024);
    process(request({said("Is word999 the last one, and word0 the first?")}), query);
    EXPECT_THAT(heard(), UnorderedElementsAre("T999: word999", "T0: word0"));
}

TEST_P(ProcessingTest, the_body_counts_where_the_query_gives_the_same) {
    process(request({said("What does it cost? I cancel.")}, R"("name":"Body",)" + trackers({std::string(k_pricing)})),
            "?name=Query&trackers=" + encoded(array_of({std::string(k_cancellation)})) +
                "&messages=" + encoded(array_of({said("I cancel, of the query.")})));
    EXPECT_EQ(conversation().at("name").as_string(), "Body");
    EXPECT_THAT(texts(), ElementsAre("What does it cost?", "I cancel."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
}

TEST_P(ProcessingTest, all_may_stand_in_the_query) {
    process({}, "?messages=" + encoded(array_of({said("What do the prices mean? I cancel.", k_ann)})) +
                    "&trackers=" + encoded(array_of({std::string(k_pricing), std::string(k_cancellation)})) +
                    "&name=Of+the+query&tiers=exact&unknown=7");
    EXPECT_EQ(conversation().at("name").as_string(), "Of the query");
    EXPECT_THAT(texts(), ElementsAre("What do the prices mean?", "I cancel."));
    EXPECT_THAT(heard(), ElementsAre("Cancellation: cancel"));
}

TEST_P(ProcessingTest, tiers_are_taken_in_every_form_of_a_list) {
    const auto talk = [](const std::string& more = {}) {
        return request({said("The price, and other prices.")},
                       trackers({std::string(k_pricing)}) + (more.empty() ? "" : ",") + more);
    };
    for (const auto& [query, body, places] : {std::tuple{std::string(), talk(), 2U},
                                              {"", talk(R"("tiers":["exact"])"), 1U},
                                              {"", talk(R"("config":{"trackers":{"tiers":["exact"]}})"), 1U},
                                              {"?tiers=exact", talk(), 1U},
                                              {"?tiers=" + encoded(R"(["exact"])"), talk(), 1U},
                                              {"?tiers=" + encoded("[exact,fuzzy]"), talk(), 1U},
                                              {"?tiers=exact,inflected", talk(), 2U},
                                              {"?tiers=exact&tiers=inflected", talk(), 2U}}) {
        process(body, query);
        EXPECT_EQ(heard().size(), places) << query << body;
    }
}

TEST_P(ProcessingTest, the_language_chooses_the_trackers_that_are_active) {
    const std::string german = R"({"name":"German","vocabulary":["guten tag"],"languages":["de-DE"]})";
    process(request({said("Guten Tag.")}, trackers({german}) + R"(,"config":{"languageCode":"de-DE"})"));
    EXPECT_THAT(heard(), ElementsAre("German: guten tag"));
    process(request({said("Guten Tag.")}, trackers({german}) + R"(,"languageCode":"de-DE")"));
    EXPECT_THAT(heard(), ElementsAre("German: guten tag"));
    process(request({said("Guten Tag.")}, trackers({german})));
    EXPECT_THAT(heard(), IsEmpty());
}

// ---- Jobs: checklist item 76

TEST_P(ProcessingTest, a_job_is_in_progress_until_it_is_completed) {
    const std::string id = post(request({said("hello")}, k_held));
    ASSERT_TRUE(gate_.wait_for_jobs(1));
    const json::value running = job(id);
    EXPECT_EQ(running.at("id").as_string(), id);
    EXPECT_EQ(running.at("status").as_string(), "in_progress");
    EXPECT_GE(running.at("progress").to_number<double>(), 0);
    EXPECT_LT(running.at("progress").to_number<double>(), 1);
    gate_.open();
    const json::value done = ended(id);
    EXPECT_EQ(done.at("id").as_string(), id);
    EXPECT_EQ(done.at("status").as_string(), "completed");
    EXPECT_EQ(done.at("progress").to_number<double>(), 1);
    EXPECT_FALSE(done.as_object().contains("error"));
}

TEST_P(ProcessingTest, what_is_no_job_is_not_found) {
    process(request({said("hello")}));
    for (const auto& id : {std::string("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"), std::string("x"), id_,
                           std::string("%00"), std::string(2000, '9')}) {
        const HttpResponse response = ask("GET", "/job/" + id);
        EXPECT_EQ(response.status, 404U) << id;
        EXPECT_THAT(message_of(response), Not(IsEmpty())) << id;
    }
}

TEST_P(ProcessingTest, jobs_of_a_conversation_run_one_after_the_other) {
    const std::string first = post(request({said("One.")}, k_held));
    const std::string second = put(request({said("Two.")}));
    const std::string third = put(request({said("Three.")}));
    ASSERT_TRUE(gate_.wait_for_jobs(1));
    const std::string id = id_;
    process(request({said("Another one.")}));  // whose conversation waits for nobody
    id_ = id;

    EXPECT_EQ(status(first), "in_progress");
    EXPECT_EQ(status(second), "scheduled");
    EXPECT_EQ(status(third), "scheduled");
    EXPECT_EQ(job(second).at("progress").to_number<double>(), 0);
    EXPECT_THAT(texts(), IsEmpty());
    gate_.open();
    for (const std::string& one : {first, second, third}) complete(one);
    EXPECT_THAT(texts(), ElementsAre("One.", "Two.", "Three."));
}

TEST_P(ProcessingTest, a_job_waits_for_a_free_worker) {
    runner_options_.threads = 1;
    restart();
    const std::string first = post(request({said("One.")}, k_held));
    ASSERT_TRUE(gate_.wait_for_jobs(1));
    const std::string second = post(request({said("Two.")}));
    EXPECT_EQ(status(second), "scheduled");
    gate_.open();
    complete(first);
    complete(second);
}

TEST_P(ProcessingTest, what_cannot_be_heard_has_failed_and_says_why) {
    const std::string first =
        post(request({said("One."), said("Two.")},
                     trackers({R"({"name":"Broken","patterns":["(x"]})"}) + "," + std::string(k_held)));
    const std::string second = put(request({said("Three.")}));
    gate_.open();
    const json::value failed = ended(first);
    EXPECT_EQ(failed.at("status").as_string(), "failed");
    EXPECT_THAT(std::string(failed.at("error").as_string()), Not(IsEmpty()));
    complete(second);
    EXPECT_THAT(texts(), ElementsAre("Three.")) << "nothing of a failed one is there, and it holds nobody up";
}

// ---- Webhooks: checklist item 77

TEST_P(ProcessingTest, a_webhook_is_told_each_change_of_status) {
    for (const std::string place : {"query", "body", "config", "both"}) {
        SCOPED_TRACE(place);
        Receiver receiver;
        Receiver other;
        const std::string member = R"("webhookUrl":)" + json_text(receiver.url());
        std::string query;
        std::string more;
        if (place == "query") query = "?webhookUrl=" + encoded(receiver.url());
        if (place == "body") more = member;
        if (place == "config") more = R"("config":{)" + member + "}";
        if (place == "both") query = "?webhookUrl=" + encoded(other.url()), more = member;
        const std::string id = post(request({said("hello")}, more), query);
        const std::vector<Told> told = receiver.told(2);
        ASSERT_EQ(told.size(), 2U);
        EXPECT_EQ(json::parse(told[0].body), told_of(id, "in_progress"));
        EXPECT_EQ(json::parse(told[1].body), told_of(id, "completed"));
        EXPECT_EQ(told[0].target, "POST /hook?for=jobs");
        EXPECT_THAT(told[0].headers.at("content-type"), HasSubstr("application/json"));
        EXPECT_NE(told[0].headers.at("webhook-id"), told[1].headers.at("webhook-id"));
        EXPECT_FALSE(told[0].headers.contains("webhook-signature")) << "there is no secret";
        EXPECT_EQ(status(id), "completed");
        EXPECT_THAT(other.told(0), IsEmpty());
    }
}

TEST_P(ProcessingTest, a_webhook_of_a_later_request_is_told_of_its_own_job_alone) {
    process(request({said("hello")}));
    Receiver receiver;
    const std::string id = put(request({said("hello")}, R"("webhookUrl":)" + json_text(receiver.url())));
    const std::vector<Told> told = receiver.told(2);
    EXPECT_EQ(json::parse(told[0].body), told_of(id, "in_progress"));
    EXPECT_EQ(json::parse(told[1].body), told_of(id, "completed"));
}

TEST_P(ProcessingTest, a_webhook_is_signed_where_there_is_a_secret) {
    const auto secret = outbound::WebhookSecret::parse(k_secret).value();
    courier_options_.secret_of = [secret](const std::string& account) {
        return account == "default" ? std::optional(secret) : std::nullopt;
    };
    restart();
    Receiver receiver;
    post(request({said("hello")}, R"("webhookUrl":)" + json_text(receiver.url())));
    for (const Told& told : receiver.told(2)) {
        const std::string& sent = told.headers.at("webhook-timestamp");
        ASSERT_THAT(sent, MatchesRegex("[0-9]+"));
        const base::WallTime time{std::chrono::seconds(std::stoll(sent))};
        EXPECT_EQ(told.headers.at("webhook-signature"), secret.sign(told.headers.at("webhook-id"), time, told.body));
    }
}

TEST_P(ProcessingTest, a_webhook_that_fails_is_told_again_under_the_same_id) {
    const auto secret = outbound::WebhookSecret::parse(k_secret).value();
    courier_options_.secret_of = [secret](const std::string&) { return std::optional(secret); };
    restart();
    Receiver receiver({outbound::answer(500), outbound::answer(503)});
    const std::string id = post(request({said("hello")}, R"("webhookUrl":)" + json_text(receiver.url())));
    const std::vector<Told> told = receiver.told(4);
    std::vector<std::string> ids;
    for (const Told& one : told) {
        ids.push_back(one.headers.at("webhook-id"));
        const base::WallTime time{std::chrono::seconds(std::stoll(one.headers.at("webhook-timestamp")))};
        EXPECT_EQ(one.headers.at("webhook-signature"), secret.sign(ids.back(), time, one.body));
    }
    EXPECT_EQ(ids[0], ids[1]);
    EXPECT_EQ(ids[0], ids[2]);
    EXPECT_NE(ids[0], ids[3]);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(json::parse(told[std::size_t(i)].body), told_of(id, "in_progress"));
    EXPECT_EQ(json::parse(told[3].body), told_of(id, "completed"));
}

TEST_P(ProcessingTest, a_redirect_is_not_followed_and_three_attempts_are_all) {
    Receiver elsewhere;
    const std::string redirect = outbound::answer(307, {}, "Location: " + elsewhere.url() + "\r\n");
    Receiver receiver(std::vector<std::string>(100, redirect));
    const std::string id = post(request({said("hello")}, R"("webhookUrl":)" + json_text(receiver.url())));
    complete(id);
    ASSERT_TRUE(soon([&] { return courier_->counters().given_up == 2; }));
    const std::vector<Told> told = receiver.told(6);
    ASSERT_EQ(told.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(json::parse(told[i].body), told_of(id, i < 3 ? "in_progress" : "completed"));
    }
    EXPECT_THAT(elsewhere.told(0), IsEmpty());
}

TEST_P(ProcessingTest, a_job_does_not_wait_for_its_webhook) {
    LocalServer silent(outbound::silent());
    BoundSocket nobody;
    for (const std::string& url : {silent.url(), nobody.url(), std::string("http://host.invalid/hook")}) {
        process(request({said("Hello.")}, R"("webhookUrl":)" + json_text(url)));
        EXPECT_THAT(texts(), ElementsAre("Hello.")) << url;
    }
    ASSERT_TRUE(soon([&] { return silent.connections() > 0; }));
    EXPECT_EQ(courier_->counters().delivered, 0U);
}

TEST_P(ProcessingTest, a_webhook_into_the_own_network_is_refused) {
    server_options_.allow_private_webhooks = false;
    restart();
    for (const std::string url :
         {"http://127.0.0.1:8000/hook", "http://localhost/hook", "http://10.0.0.1/", "http://192.168.1.1/hook",
          "http://169.254.169.254/latest", "http://[::1]/hook", "ftp://example.com/", "example.com/hook", "https://"}) {
        const HttpResponse body =
            ask("POST", "/process/text", request({said("x")}, R"("webhookUrl":)" + json_text(url)));
        EXPECT_EQ(body.status, 400U) << url;
        EXPECT_THAT(paths(body), ElementsAre("/webhookUrl")) << url;
        const HttpResponse query = ask("POST", "/process/text?webhookUrl=" + encoded(url), request({said("x")}));
        EXPECT_EQ(query.status, 400U) << url;
        EXPECT_THAT(paths(query), ElementsAre("/webhookUrl")) << url;
    }
    EXPECT_THAT(get("/conversations").at("conversations").as_array(), IsEmpty());
    EXPECT_EQ(ask("POST", "/process/text", request({said("x")}, R"("webhookUrl":"https://hooks.invalid/x")")).status,
              201U);
}

// ---- What was heard: checklist item 78

TEST_P(ProcessingTest, both_lists_of_trackers_are_equal_and_refer_to_messages) {
    process(request({said("Hello! So, what does it cost? And is the price, the price, fixed?", k_ann),
                     said("The price is fixed. Do not cancel.", k_bob), said("I will cancel", k_ann)},
                    trackers({std::string(k_pricing), std::string(k_cancellation)})));
    const json::value list = conversation("/trackers");
    EXPECT_EQ(list, conversation("/trackers-detected"));
    ASSERT_TRUE(list.is_array());
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Pricing: price", "Pricing: price", "Pricing: price",
                                     "Cancellation: cancel", "Cancellation: cancel"));
    std::map<std::string, std::string> messages;
    const json::value answer = conversation("/messages");
    for (const json::value& message : answer.at("messages").as_array()) {
        messages[std::string(message.at("id").as_string())] = std::string(message.at("text").as_string());
    }
    std::set<std::string> hits;
    for_each_place([&](const json::value&, const json::value& match, const json::value& place) {
        EXPECT_EQ(match.at("type").as_string(), "vocabulary");
        EXPECT_TRUE(match.at("insightRefs").as_array().empty());
        const std::string text(place.at("text").as_string());
        EXPECT_EQ(messages.at(std::string(place.at("id").as_string())), text);
        const auto start = place.at("span").at("start").to_number<std::size_t>();
        const auto end = place.at("span").at("end").to_number<std::size_t>();
        EXPECT_EQ(place.at("offset").to_number<std::size_t>(), start);
        EXPECT_EQ(place.at("tier").as_string(), "exact");
        EXPECT_EQ(text.substr(start, end - start), std::string(match.at("value").as_string()));
        hits.insert(std::string(place.at("hitId").as_string()));
    });
    EXPECT_EQ(hits.size(), 6U);
}

TEST_P(ProcessingTest, places_count_in_utf16) {
    process(request({said("\xF0\x9F\x98\x80 \xC3\xA4 What does it cost?", k_ann)}, trackers({std::string(k_pricing)})));
    EXPECT_THAT(places(), ElementsAre("Pricing \"what does it cost\" \"exact\" 5 5 22 \"Ann\" "
                                      "\"\xF0\x9F\x98\x80 \xC3\xA4 What does it cost?\""));
}

TEST_P(ProcessingTest, a_phrase_over_two_messages_is_one_hit_in_both) {
    process(request({said("Tell me, what does", k_ann), said("Yes?", k_bob), said("it cost today", k_ann)},
                    trackers({std::string(k_pricing)})));
    EXPECT_THAT(places(), ElementsAre(R"(Pricing "what does it cost" "exact" 9 9 18 "Ann" "Tell me, what does")",
                                      R"(Pricing "what does it cost" "exact" 0 0 7 "Ann" "it cost today")"));
    const json::value parts = conversation("/trackers").at(0).at("matches").at(0).at("messageRefs");
    EXPECT_EQ(parts.at(0).at("hitId"), parts.at(1).at("hitId"));
}

TEST_P(ProcessingTest, where_no_tracker_was_asked_for_none_was_heard) {
    process(request({said("What does it cost?")}));
    for (const char* route : {"/trackers", "/trackers-detected"}) {
        const HttpResponse response = ask("GET", "/conversations/" + id_ + route);
        EXPECT_EQ(response.status, 200U);
        EXPECT_EQ(response.body, "[]");
    }
}

// ---- More text: checklist item 79

TEST_P(ProcessingTest, what_is_put_comes_behind_what_is_there) {
    const std::string list = trackers({std::string(k_pricing), std::string(k_cancellation)});
    process(request({said("What does it cost?", k_ann), said("Nothing.", k_bob)}, list + R"(,"name":"First")"));
    const json::value messages = conversation("/messages").at("messages");
    const json::value before = conversation("/trackers");
    const std::string id = id_;

    append(request({said("The price? I cancel.", k_ann), said("Good.", R"(,"from":{"name":"Eve"})")}, list));
    EXPECT_EQ(id_, id);
    EXPECT_THAT(texts(), ElementsAre("What does it cost?", "Nothing.", "The price?", "I cancel.", "Good."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Pricing: price", "Cancellation: cancel"));
    const json::value after = conversation("/trackers");
    EXPECT_EQ(after.at(0).at("id"), before.at(0).at("id")) << "the same definition is the same tracker";
    EXPECT_EQ(after.at(0).at("matches").at(0), before.at(0).at("matches").at(0));
    const json::value all = conversation("/messages").at("messages");
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(all.at(i), messages.at(i));
    EXPECT_EQ(all.at(2).at("from"), all.at(0).at("from")) << "who is known is not there twice";
    EXPECT_EQ(conversation("/members").at("members").as_array().size(), 3U);
    EXPECT_EQ(conversation().at("name").as_string(), "First");
}

TEST_P(ProcessingTest, what_is_put_without_trackers_adds_no_hit_and_takes_none_away) {
    process(request({said("What does it cost?", k_ann)}, trackers({std::string(k_pricing)})));
    append(request({said("What does it cost?", k_ann)}));
    EXPECT_EQ(texts().size(), 2U);
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
}

TEST_P(ProcessingTest, a_phrase_goes_on_in_what_is_put) {
    const std::string list = trackers({std::string(k_pricing)});
    process(request({said("It is the price. Tell me, what does", k_ann), said("Yes?", k_bob)}, list));
    append(request({said("it cost today", k_ann)}, list));
    EXPECT_THAT(places(), ElementsAre(R"(Pricing "price" "exact" 10 10 15 "Ann" "It is the price.")",
                                      R"(Pricing "what does it cost" "exact" 9 9 18 "Ann" "Tell me, what does")",
                                      R"(Pricing "what does it cost" "exact" 0 0 7 "Ann" "it cost today")"));

    process(request({said("what does", k_ann)}, list));
    append(request({said("it cost", k_bob)}, list));
    EXPECT_THAT(heard(), IsEmpty()) << "another one says it";

    const auto at = [](int start) {
        return std::string(k_ann) + R"(,"duration":{"startTime":)" + std::to_string(start) + "}";
    };
    process(request({said("what does", at(5))}, list));
    append(request({said("it cost", at(16))}, list));
    EXPECT_THAT(heard(), IsEmpty()) << "a silence is between";
    process(request({said("what does", at(5))}, list));
    append(request({said("it cost", at(15))}, list));
    EXPECT_EQ(heard().size(), 2U);
}

TEST_P(ProcessingTest, what_is_put_may_name_the_conversation_anew) {
    process(request({said("hello")}, R"("name":"First","metadata":{"a":1})"));
    append(request({said("hello")}, R"("name":"Second","metadata":{"b":2})"));
    EXPECT_EQ(conversation().at("name").as_string(), "Second");
    EXPECT_EQ(conversation().at("metadata"), json::parse(R"({"b":2})"));
}

TEST_P(ProcessingTest, what_is_put_makes_the_conversation_longer) {
    const auto at = [](std::string_view start, std::string_view end) {
        return R"(,"duration":{"startTime":)" + std::string(start) + R"(,"endTime":)" + std::string(end) + "}";
    };
    process(request({said("one", at(R"("2026-05-04T03:02:01Z")", R"("2026-05-04T03:02:03Z")"))}));
    append(request(
        {said("two", at(R"("2026-05-04T03:02:11Z")", R"("2026-05-04T03:02:13Z")")), said("three", at("20", "21"))}));
    EXPECT_EQ(conversation().at("startTime").as_string(), "2026-05-04T03:02:01.000Z");
    EXPECT_EQ(conversation().at("endTime").as_string(), "2026-05-04T03:02:22.000Z");
    const json::value messages = conversation("/messages").at("messages");
    EXPECT_NEAR(messages.at(1).at("timeOffset").to_number<double>(), 10, 1e-6);
    EXPECT_NEAR(messages.at(2).at("timeOffset").to_number<double>(), 20, 1e-6);
}

TEST_P(ProcessingTest, nothing_can_be_put_where_there_is_no_conversation) {
    for (const std::string id : {"/1234567890123456", "/x", "/%00", "/99999999999999999999999999999999999999999999"}) {
        const HttpResponse response = ask("PUT", "/process/text" + id, request({said("hello")}));
        EXPECT_EQ(response.status, 404U) << id;
        EXPECT_EQ(message_of(response), k_unknown) << id;
    }
    EXPECT_THAT(get("/conversations").at("conversations").as_array(), IsEmpty());
}

TEST_P(ProcessingTest, text_can_be_put_behind_a_live_conversation) {
    const std::string list = array_of({std::string(k_pricing)});
    WsClient client = start(list, R"("speaker":{"userId":"ann@example.com","name":"Ann","role":"customer"})");
    client.send(final_chunk("The price is high. What does"));
    stop(client);
    append(request({said("it cost? Tell me.", k_ann)}, R"("trackers":)" + list));
    EXPECT_THAT(texts(), ElementsAre("The price is high.", "What does", "it cost?", "Tell me."));
    EXPECT_THAT(places(), ElementsAre(R"(Pricing "price" "exact" 4 4 9 "Ann" "The price is high.")",
                                      R"(Pricing "what does it cost" "exact" 0 0 9 "Ann" "What does")",
                                      R"(Pricing "what does it cost" "exact" 0 0 7 "Ann" "it cost?")"));
    EXPECT_EQ(conversation("/members").at("members").as_array().size(), 1U);
    EXPECT_EQ(conversation("/trackers").as_array().size(), 1U);
    EXPECT_EQ(conversation().at("source").as_string(), "stream");
    EXPECT_TRUE(conversation().at("isOver").as_bool());
}

TEST_P(ProcessingTest, text_can_be_put_into_a_conversation_that_goes_on) {
    const std::string list = array_of({std::string(k_pricing)});
    WsClient client = start(list);
    client.send(final_chunk("The price is high."));
    client.receive_until("tracker_response");
    append(request({said("The price is low.", k_bob)}, R"("trackers":)" + list));
    EXPECT_THAT(texts(), ElementsAre("The price is high.", "The price is low."));
    EXPECT_FALSE(conversation().at("isOver").as_bool());
    client.send(final_chunk("What does it cost?"));
    stop(client);
    EXPECT_THAT(texts(), ElementsAre("The price is high.", "The price is low.", "What does it cost?"));
    EXPECT_THAT(heard(), ElementsAre("Pricing: price", "Pricing: price", "Pricing: what does it cost"));
    EXPECT_TRUE(conversation().at("isOver").as_bool());
}

// Checklist item 66.
TEST_P(ProcessingTest, text_can_be_put_behind_a_call_that_was_lost) {
    {
        WsClient client = start(array_of({std::string(k_pricing)}));
        client.send(R"({"type":"transcript","text":"The price.","isFinal":true,"endOfUtterance":false})");
        client.ping("taken");
        client.is_silent();
        client.drop();
    }
    ASSERT_TRUE(soon([&] { return conversation().at("isOver").as_bool(); }));
    append(request({said("The price again.", k_ann)}, trackers({std::string(k_pricing)})));
    EXPECT_THAT(texts(), ElementsAre("The price.", "The price again."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: price", "Pricing: price"));
}

// ---- Deleting: checklist item 80

TEST_P(ProcessingTest, deleting_a_conversation_lets_its_jobs_fail) {
    Receiver receiver;
    const std::string hook = R"("webhookUrl":)" + json_text(receiver.url());
    const std::string running =
        post(request({said("One.")}, trackers({std::string(k_pricing)}) + "," + hook + "," + std::string(k_held)));
    const std::string waiting = put(request({said("Two.")}));
    ASSERT_TRUE(gate_.wait_for_jobs(1));

    const HttpResponse deleted = ask("DELETE", "/conversations/" + id_);
    EXPECT_EQ(deleted.status, 200U);
    EXPECT_EQ(json::parse(deleted.body), json::parse(R"({"message":"successfully deleted the conversation"})"));
    for (const std::string& job : {running, waiting}) {
        const json::value failed = ended(job);
        EXPECT_EQ(failed.at("status").as_string(), "failed");
        EXPECT_THAT(std::string(failed.at("error").as_string()), Not(IsEmpty()));
    }
    const std::vector<Told> told = receiver.told(2);
    EXPECT_EQ(json::parse(told[0].body), told_of(running, "in_progress"));
    EXPECT_EQ(json::parse(told[1].body), told_of(running, "failed"));

    gate_.open();
    ASSERT_TRUE(soon([&] { return runner_->figures().running == 0; }));
    for (const char* rest : {"", "/messages", "/trackers", "/trackers-detected", "/members", "/analytics"}) {
        const HttpResponse gone = ask("GET", "/conversations/" + id_ + rest);
        EXPECT_EQ(gone.status, 404U) << rest;
        EXPECT_EQ(message_of(gone), k_unknown) << rest;
    }
    EXPECT_EQ(ask("PUT", "/process/text/" + id_, request({said("hello")})).status, 404U);
    EXPECT_EQ(status(running), "failed");
}

TEST_P(ProcessingTest, deleting_a_conversation_leaves_its_completed_jobs_as_they_are) {
    const std::string id = post(request({said("hello")}));
    complete(id);
    EXPECT_EQ(ask("DELETE", "/conversations/" + id_).status, 200U);
    EXPECT_EQ(status(id), "completed");
    EXPECT_EQ(ask("GET", "/conversations/" + id_).status, 404U);
}

// ---- Live and afterwards

struct Utterance {
    std::string speaker;  // of known name, user id, role
    std::string text;
    double start;
    double end;
};

std::string person(const std::string& name) {
    return R"({"name":")" + name + R"(","userId":")" + name + R"(@example.com","role":")" +
           (name == "Ann" ? "customer" : "agent") + R"("})";
}

TEST_P(ProcessingTest, the_same_is_heard_live_and_afterwards) {
    const std::string list = array_of(
        {std::string(k_pricing),
         R"({"name":"Cancellation","vocabulary":["cancel my contract"],"excludeVocabulary":["never cancel my contract"]})",
         R"({"name":"Number","patterns":["\\b\\d{3}-\\d{2}\\b"]})",
         R"({"name":"Greeting","vocabulary":["good morning"],"cooldownSeconds":30})",
         R"({"name":"Agent","vocabulary":["thank you"],"speakers":["agent"]})",
         R"({"name":"German","vocabulary":["good morning"],"languages":["de-DE"]})"});
    const std::vector<Utterance> talk{
        {"Ann", "Good morning. Tell me, what does it", 0, 2},
        {"Bob", "Good morning, thank you for calling.", 2.5, 4},
        {"Ann", "cost? The prices went up, I never cancel my contract.", 4.5, 7},
        {"Bob", "Thank you. My number is 123-45, or 678-90.", 8, 10},
        {"Ann", "Thank you, I am cancelling my contract. \xF0\x9F\x98\x80 What does it cost?", 11, 14},
        {"Bob", "Good morning", 20, 21},
        {"Ann", "good morning", 60, 61},
        {"Ann", "what does", 61, 62},
        {"Ann", "it cost", 80, 81},
    };
    WsClient client = start(list);
    std::vector<std::string> messages;
    for (const Utterance& one : talk) {
        const std::string times = std::to_string(one.start) + R"(,"endTime":)" + std::to_string(one.end);
        client.send(R"({"type":"transcript","text":)" + json_text(one.text) + R"(,"speaker":)" + person(one.speaker) +
                    R"(,"startTime":)" + times + "}");
        messages.push_back(
            said(one.text, R"(,"from":)" + person(one.speaker) + R"(,"duration":{"startTime":)" + times + "}"));
    }
    stop(client);
    const std::vector<std::string> live_texts = texts();
    const std::vector<std::string> live_places = places();
    EXPECT_THAT(live_places, AllOf(Contains(HasSubstr(R"(Pricing "what does it cost" "exact" 0 0 4 "Ann" "cost?")")),
                                   Contains(HasSubstr(R"("inflected")")), Contains(HasSubstr("Number")),
                                   Contains(HasSubstr("Agent"))));

    process(request(messages, R"("trackers":)" + list));
    EXPECT_EQ(texts(), live_texts);
    EXPECT_EQ(places(), live_places);
}

TEST_P(ProcessingTest, a_long_message_is_cut_as_a_long_utterance_is_live) {
    std::vector<std::string> parts;
    std::string whole;
    for (int i = 0; i < 6; ++i) {
        std::string part;
        for (int j = 0; j < 400; ++j) {
            part += (part.empty() ? "" : " ") + ("word" + std::to_string(i * 400 + j)) +
                    (j % 97 == 0 ? " the price" : "") + (j % 50 == 49 ? " of it." : "");
        }
        whole += (whole.empty() ? "" : " ") + part;
        parts.push_back(part);
    }
    ASSERT_GT(whole.size(), 20U * 1024);
    WsClient client =
        start(array_of({std::string(k_pricing)}), R"("speaker":{"userId":"ann@example.com","name":"Ann"})");
    for (std::size_t i = 0; i < parts.size(); ++i) {
        client.send(R"({"type":"transcript","text":)" + json_text(parts[i]) +
                    R"(,"startTime":0,"endTime":0,"endOfUtterance":)" + (i + 1 == parts.size() ? "true}" : "false}"));
    }
    stop(client);
    const std::vector<std::string> live_texts = texts();
    const std::vector<std::string> live_places = places();
    process(request({said(whole, R"(,"from":{"userId":"ann@example.com","name":"Ann"},"duration":{"startTime":0})")},
                    trackers({std::string(k_pricing)})));
    EXPECT_GT(live_places.size(), 20U);
    EXPECT_EQ(texts(), live_texts);
    EXPECT_EQ(places(), live_places);
}

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

// ---- What is kept

TEST_P(ProcessingTest, hits_alone_are_kept_without_a_word_of_what_was_said) {
    const std::string list = trackers({std::string(k_pricing)});
    for (const std::string keep : {R"("config":{"store":"hits"})", R"("store":"hits")"}) {
        process(request({said("What does it cost, my secret is blue?", k_ann)}, list + "," + keep));
        EXPECT_EQ(conversation().at("store").as_string(), "hits");
        EXPECT_THAT(texts(), IsEmpty());
        EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
        EXPECT_EQ(conversation("/trackers").at(0).at("matches").at(0).at("messageRefs").at(0).at("text").as_string(),
                  "");
        for (const char* rest : {"", "/messages", "/trackers", "/trackers-detected", "/members", "/analytics"}) {
            EXPECT_THAT(ask("GET", "/conversations/" + id_ + rest).body, Not(HasSubstr("secret"))) << rest;
        }
    }
    append(request({said("The price is secret.", k_ann)}, list));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Pricing: price"));
    EXPECT_THAT(texts(), IsEmpty());
    EXPECT_THAT(ask("GET", "/conversations/" + id_ + "/trackers").body, Not(HasSubstr("secret")));
}

TEST_P(ProcessingTest, how_much_is_kept_is_the_servers_choice_where_nobody_says) {
    server_options_.conversation.keeping = detect::Keeping::hits;
    restart();
    process(request({said("hello")}));
    EXPECT_EQ(conversation().at("store").as_string(), "hits");
    process(request({said("hello")}, R"("config":{"store":"full"})"));
    EXPECT_THAT(texts(), ElementsAre("hello"));
}

TEST_P(ProcessingTest, analytics_tell_how_much_of_it_a_tracker_was) {
    process(request({said("what does it cost", std::string(k_ann) + R"(,"duration":{"startTime":0,"endTime":2})"),
                     said("nothing of that kind", std::string(k_ann) + R"(,"duration":{"startTime":3,"endTime":5})")},
                    trackers({std::string(k_pricing)})));
    const json::value analytics = conversation("/analytics");
    EXPECT_EQ(analytics.at("trackers").at(0).at("hits").to_number<int>(), 1);
    EXPECT_EQ(analytics.at("trackers").at(0).at("share").to_number<double>(), 0.5);
    EXPECT_EQ(analytics.at("members").at(0).at("words").to_number<int>(), 8);
    EXPECT_NEAR(analytics.at("members").at(0).at("talkTime").at("seconds").to_number<double>(), 4, 1e-6);
}

// ---- When the server goes

TEST_P(ProcessingTest, what_is_done_survives_a_restart) {
    const std::string id = post(request({said("What does it cost?", k_ann)}, trackers({std::string(k_pricing)})));
    complete(id);
    const json::value messages = conversation("/messages");
    const json::value list = conversation("/trackers");
    restart();
    EXPECT_EQ(status(id), "completed");
    EXPECT_EQ(conversation("/messages"), messages);
    EXPECT_EQ(conversation("/trackers"), list);
}

TEST_P(ProcessingTest, a_job_that_a_server_was_stopped_with_is_finished_by_the_next_one) {
    Receiver receiver;
    const std::string list = trackers({std::string(k_pricing)});
    const std::string hook = R"(,"webhookUrl":)" + json_text(receiver.url());
    const std::string first =
        post(request({said("What does it cost?", k_ann)}, list + hook + "," + std::string(k_held)));
    const std::string second = put(request({said("The price.", k_ann)}, list));
    ASSERT_TRUE(gate_.wait_for_jobs(1));
    ASSERT_TRUE(soon([&] { return courier_->counters().delivered == 1 && courier_->counters().waiting == 0; }));
    restart();
    EXPECT_THAT(texts(), IsEmpty());
    ASSERT_TRUE(gate_.wait_for_jobs(2)) << "the next server has taken it up";
    EXPECT_EQ(status(second), "scheduled");
    gate_.open();
    complete(first);
    complete(second);
    EXPECT_THAT(texts(), ElementsAre("What does it cost?", "The price."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Pricing: price"));
    const std::vector<Told> told = receiver.told(2);
    EXPECT_EQ(json::parse(told[0].body), told_of(first, "in_progress")) << "the second begin of it is not told";
    EXPECT_EQ(json::parse(told[1].body), told_of(first, "completed"));
}

TEST_P(ProcessingTest, a_job_that_a_server_was_killed_with_is_finished_once_its_lease_is_over) {
    runner_options_.lease = 300ms;
    restart();
    const std::string id = post(
        request({said("What does it cost?", k_ann)}, trackers({std::string(k_pricing)}) + "," + std::string(k_held)));
    ASSERT_TRUE(gate_.wait_for_jobs(1));
    jobs_->kill();
    gate_.open();  // what comes of it goes nowhere
    restart();
    EXPECT_EQ(conversation().at("id").as_string(), id_);
    complete(id);
    EXPECT_THAT(texts(), ElementsAre("What does it cost?"));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
    EXPECT_EQ(conversation("/members").at("members").as_array().size(), 1U);
}

TEST(WithoutJobs, nothing_is_done_after_the_call) {
    TestServer server;
    EXPECT_EQ(http(server.port(), "POST", "/v1/process/text", {}, request({said("hello")})).status, 404U);
    EXPECT_EQ(http(server.port(), "PUT", "/v1/process/text/1234567890123456", {}, request({said("x")})).status, 404U);
    EXPECT_EQ(http(server.port(), "GET", "/v1/job/9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d").status, 404U);
}

}  // namespace
}  // namespace earshot::testing
