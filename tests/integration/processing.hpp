// What tests of what is sent after the call have in common: requests, a receiver of webhooks, and a server with its
// workers on a real database.
#pragma once

#include "earshot/app/random_ids.hpp"
#include "earshot/archive/recorder.hpp"
#include "earshot/jobs/job_runner.hpp"
#include "earshot/jobs/text_worker.hpp"
#include "earshot/outbound/http_client.hpp"
#include "earshot/outbound/webhook_courier.hpp"
#include "earshot/store/sql_conversation_store.hpp"
#include "earshot/store/sql_job_store.hpp"
#include "earshot/store/sql_tracker_store.hpp"

#include "support/gate.hpp"
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

namespace json = boost::json;
using namespace std::chrono_literals;
using outbound::BoundSocket;
using outbound::LocalServer;
using support::BackendKind;
using support::Gate;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

inline constexpr std::string_view k_pricing = R"({"name":"Pricing","vocabulary":["what does it cost","price"]})";
inline constexpr std::string_view k_cancellation = R"({"name":"Cancellation","vocabulary":["cancel"]})";
inline constexpr std::string_view k_unknown = "The conversationId is either invalid or does not exist.";
inline constexpr std::string_view k_ann = R"(,"from":{"name":"Ann","userId":"ann@example.com","role":"customer"})";
inline constexpr std::string_view k_bob = R"(,"from":{"name":"Bob"})";
inline constexpr std::string_view k_any_uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
inline constexpr std::string_view k_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A job whose body has this member waits for the gate.
inline constexpr std::string_view k_held = R"("held":true)";

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

inline std::string json_text(std::string_view text) {
    return json::serialize(json::value(text));
}

/// An element of `messages`; `more`: members, each with a comma before it.
inline std::string said(std::string_view text, std::string_view more = {}) {
    return R"({"payload":{"content":)" + json_text(text) + "}" + std::string(more) + "}";
}

inline std::string array_of(const std::vector<std::string>& elements) {
    std::string text;
    for (const std::string& element : elements) text += (text.empty() ? "" : ",") + element;
    return "[" + text + "]";
}

/// A request with these messages; `more`: members.
inline std::string request(const std::vector<std::string>& messages, std::string_view more = {}) {
    return R"({"messages":)" + array_of(messages) + (more.empty() ? "" : ",") + std::string(more) + "}";
}

/// The member `trackers`.
inline std::string trackers(const std::vector<std::string>& list) {
    return R"("trackers":)" + array_of(list);
}

/// What is kept if nothing is changed by the text's way through a query.
inline std::string encoded(std::string_view text) {
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

inline Told told_by(const std::string& request) {
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

inline json::value told_of(const std::string& job, std::string_view status) {
    return json::object{{"jobId", job}, {"status", status}};
}

inline std::string message_of(const HttpResponse& response) {
    return std::string(json::parse(response.body).at("message").as_string());
}

/// Where a request is wrong.
inline std::vector<std::string> paths(const HttpResponse& response) {
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

}  // namespace earshot::testing
