#include "support/net/tracker_clients.hpp"

#include "support/net/test_server.hpp"

#include <stdexcept>
#include <utility>

namespace earshot::testing {
namespace {

namespace json = boost::json;

/// Said behind what a test says; no tracker hears it.
constexpr std::string_view k_behind = "that was all";

std::string text(const json::value& value) {
    return std::string(value.as_string());
}

}  // namespace

std::string tracker_body(std::string_view name, std::string_view phrases, std::string_view more) {
    return R"({"name":")" + std::string(name) + R"(","vocabulary":)" + std::string(phrases) + std::string(more) + "}";
}

HttpResponse TrackerApi::ask(std::string_view method, std::string_view target, std::string_view body) const {
    Headers headers = token_;
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    return http(port_, method, target, headers, body);
}

json::object TrackerApi::done(const HttpResponse& response) const {
    if (response.status != 200) throw std::runtime_error(std::to_string(response.status) + ": " + response.body);
    return json::parse(response.body).as_object();
}

std::string TrackerApi::create(std::string_view name, std::string_view phrases, std::string_view more) const {
    return text(done(ask("POST", "/v1/manage/tracker", tracker_body(name, phrases, more))).at("tracker").at("id"));
}

void TrackerApi::put(const std::string& id, std::string_view name, std::string_view phrases,
                     std::string_view more) const {
    done(ask("PUT", "/v1/manage/tracker/" + id, tracker_body(name, phrases, more)));
}

void TrackerApi::remove(const std::string& id) const {
    done(ask("DELETE", "/v1/manage/tracker/" + id));
}

std::vector<std::string> TrackerApi::names() const {
    std::vector<std::string> names;
    const json::object body = done(ask("GET", "/v1/manage/trackers"));
    for (const json::value& tracker : body.at("trackers").as_array()) names.push_back(text(tracker.at("name")));
    return names;
}

std::string TrackerApi::everything() const {
    return json::serialize(done(ask("GET", "/v1/manage/trackers")));
}

json::object TrackerSession::start(std::string_view message) {
    client_.send(message);
    const json::value started = json::parse(wait_for("recognition_started"));
    const json::object& data = started.at("message").at("data").as_object();
    conversation_id_ = text(data.at("conversationId"));
    return data.at("trackers").as_object();
}

std::string TrackerSession::wait_for(std::string_view part) {
    for (std::string& frame : client_.receive_until(part)) told_.push_back(std::move(frame));
    return told_.back();
}

std::vector<std::string> TrackerSession::heard(std::string_view said) {
    const std::size_t before = told_.size();
    client_.send(final_chunk(said));
    client_.send(final_chunk(k_behind));
    do wait_for(k_behind);
    while (kind(told_.back()) != "message_response");
    std::vector<std::string> names;
    for (std::size_t i = before; i < told_.size(); ++i) {
        if (kind(told_[i]) != "tracker_response") continue;
        const json::value response = json::parse(told_[i]);
        if (!response.at("isFinal").as_bool()) continue;
        for (const json::value& tracker : response.at("trackers").as_array()) names.push_back(text(tracker.at("name")));
    }
    return names;
}

std::string TrackerSession::modify(std::string_view trackers) {
    const std::string id = R"("requestId":"change )" + std::to_string(++changes_) + '"';
    client_.send(R"({"type":"modify_request",)" + id + R"(,"trackers":)" + std::string(trackers) + "}");
    return wait_for(id);
}

void TrackerSession::stop() {
    client_.send(R"({"type":"stop_request"})");
    for (std::string& frame : client_.receive_all()) told_.push_back(std::move(frame));
}

std::vector<std::string> active_names(const json::object& report) {
    std::vector<std::string> names;
    for (const json::value& tracker : report.at("active").as_array()) names.push_back(text(tracker.at("name")));
    return names;
}

std::vector<std::string> ignored(const json::object& report) {
    std::vector<std::string> result;
    for (const json::value& one : report.at("ignored").as_array()) {
        result.push_back(text(one.at("id")) + ": " + text(one.at("reason")));
    }
    return result;
}

}  // namespace earshot::testing
