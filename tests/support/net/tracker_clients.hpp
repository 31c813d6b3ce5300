#pragma once

#include "support/net/clients.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace earshot::testing {

/// A tracker as a body of the management API: `phrases` is a JSON array, `more` further members, each with a comma
/// before it.
std::string tracker_body(std::string_view name, std::string_view phrases = R"(["x"])", std::string_view more = {});

/// One account's trackers, by the management API. What does not succeed is a std::runtime_error, except where a
/// response is given.
class TrackerApi {
public:
    /// `token`: what each request carries.
    explicit TrackerApi(Port port, Headers token = {}) : port_(port), token_(std::move(token)) {}

    HttpResponse ask(std::string_view method, std::string_view target, std::string_view body = {}) const;

    /// Gives the new tracker's id.
    std::string create(std::string_view name, std::string_view phrases = R"(["x"])", std::string_view more = {}) const;
    void put(const std::string& id, std::string_view name, std::string_view phrases, std::string_view more = {}) const;
    void remove(const std::string& id) const;

    std::vector<std::string> names() const;

    /// All that there is, as one text.
    std::string everything() const;

private:
    boost::json::object done(const HttpResponse& response) const;

    Port port_;
    Headers token_;
};

/// A publisher's socket that looks at which trackers are heard.
class TrackerSession {
public:
    explicit TrackerSession(Port port, std::string_view target = "/v1/streaming/x", const Headers& headers = {})
        : client_(port, target, headers) {}

    WsClient& client() noexcept { return client_; }

    /// Sends a start message and waits for its answer: `trackers` of recognition_started.
    boost::json::object start(std::string_view message);
    std::string conversation_id() const { return conversation_id_; }

    /// Says `text` as one utterance and another one behind it: the names of the trackers that are heard in the first.
    /// No frame in between is lost, see told().
    std::vector<std::string> heard(std::string_view text);

    /// The frames since the last call.
    std::vector<std::string> take_told() { return std::exchange(told_, {}); }

    /// Frames up to one that holds `part`; gives that one.
    std::string wait_for(std::string_view part);

    /// Sends a change of trackers and waits for its answer.
    std::string modify(std::string_view trackers);

    /// Stops and waits for the close; the frames until then are told().
    void stop();

private:
    WsClient client_;
    std::string conversation_id_;
    std::vector<std::string> told_;
    int changes_ = 0;
};

/// The names of the trackers that a report of recognition_started calls active, in their order.
std::vector<std::string> active_names(const boost::json::object& report);

/// What it says is ignored, each as "id: reason".
std::vector<std::string> ignored(const boost::json::object& report);

}  // namespace earshot::testing
