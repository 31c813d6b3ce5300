#include "support/net/heard_log.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <utility>

namespace earshot::testing {
namespace {

namespace json = boost::json;

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what);
}

std::string text_of(const json::value& value) {
    return std::string(value.as_string());
}

/// What listeners with and without revisions are told alike.
std::string without_states(std::string frame) {
    static const std::string state = R"(,"state":"confirmed")";
    for (std::size_t at = frame.find(state); at != std::string::npos; at = frame.find(state, at)) {
        frame.erase(at, state.size());
    }
    return frame;
}

}  // namespace

void HeardLog::begin_socket(std::optional<std::uint64_t> resume_from) {
    resumes_from_ = resume_from;
    expects_open_ = resume_from && revisions_;
}

std::string HeardLog::take(const std::string& text) {
    const json::value parsed = json::parse(text);
    const json::object& frame = parsed.as_object();
    const std::string type = text_of(frame.at("type"));
    if (type == "message") {
        const json::object& message = frame.at("message").as_object();
        const std::string inner = text_of(message.at("type"));
        take_platform(message, inner);
        return type + "/" + inner;
    }
    const auto sequence = frame.at("sequenceNumber").to_number<std::uint64_t>();
    if (sequence <= last_sequence_) fail("the sequence does not rise: " + text);
    last_sequence_ = sequence;
    if (first_sequence_ == 0) first_sequence_ = sequence;
    const bool is_final = type == "message_response" || frame.at("isFinal").as_bool();
    if (is_final) finals_.emplace(sequence, without_states(text));
    if (type == "tracker_response") {
        take_hits(frame);
    } else if (type != "message_response") {
        fail("an unknown frame: " + text);
    }
    return type;
}

void HeardLog::take_platform(const json::object& message, const std::string& type) {
    if (type == "recognition_started") {
        const json::value& seq = message.at("data").at("lastSeq");
        last_seq_ = seq.is_null() ? std::nullopt : std::optional(seq.to_number<std::int64_t>());
    } else if (type == "recognition_result") {
        const json::object& user = message.at("user").as_object();
        std::string speaker = text_of(user.at("userId"));
        if (speaker.empty()) speaker = text_of(user.at("name"));
        const std::string said = text_of(message.at("payload").at("raw").at("alternatives").at(0).at("transcript"));
        captions_[speaker].emplace_back(said, message.at("isFinal").as_bool());
    } else if (type == "session_modified") {
        changes_.push_back(text_of(message.at("requestId")));
        if (changes_.back().starts_with("wrong")) fail("a wrong change was made: " + changes_.back());
    } else if (type == "error") {
        take_error(message);
    }
}

void HeardLog::take_error(const json::object& message) {
    const json::value* id = message.if_contains("requestId");
    if (id && text_of(*id).starts_with("wrong")) {
        changes_.push_back(text_of(*id));
    } else if (message.at("code") == "resume_gap" && resumes_from_) {
        gaps_.push_back({*resumes_from_, message.at("firstKept").to_number<std::uint64_t>()});
        resumes_from_.reset();
    } else {
        fail("the server says " + json::serialize(message));
    }
}

void HeardLog::take_hits(const json::object& frame) {
    const bool is_final = frame.at("isFinal").as_bool();
    const bool says_all_open = frame.contains("allOpen");
    if (says_all_open && (is_final || !revisions_)) fail("what is open is told to who did not ask");
    if (!is_final && std::exchange(expects_open_, false) && !says_all_open) fail("what is open is not told first");
    if (says_all_open) open_.clear();
    std::map<std::string, std::string> states;  // a hit in several messages is one
    for (const json::value& tracker : frame.at("trackers").as_array()) {
        for (const json::value& match : tracker.at("matches").as_array()) {
            for (const json::value& ref : match.at("messageRefs").as_array()) {
                const json::value* state = ref.as_object().if_contains("state");
                if ((state != nullptr) != revisions_) fail("a state is told to who did not ask, or not to who did");
                states.emplace(text_of(ref.at("hitId")), state ? text_of(*state) : "");
            }
        }
    }
    for (const auto& [id, state] : states) {
        if (says_all_open && state != "created") fail("of what is open, one hit is " + state);
        if (revisions_) {
            take_revised(id, state, is_final);
        } else {
            take_plain(id, is_final);
        }
    }
}

void HeardLog::take_plain(const std::string& id, bool is_final) {
    if (over_.contains(id)) fail("a hit is told after its confirmation: " + id);
    if (is_final) {
        over_.insert(id);
    } else if (!early_.insert(id).second) {
        fail("an open hit is told twice: " + id);
    }
}

void HeardLog::take_revised(const std::string& id, const std::string& state, bool is_final) {
    if (over_.contains(id)) fail("a hit is told after its end: " + id);
    if ((state == "confirmed") != is_final) fail("the state " + state + " in a response of the other kind");
    if (state == "created") {
        if (!open_.insert(id).second) fail("a hit is created twice: " + id);
        early_.insert(id);
    } else if (state == "updated") {
        if (!open_.contains(id)) fail("a hit is updated that is not open: " + id);
    } else {
        if (state == "retracted" && !open_.contains(id)) fail("a hit is taken back that is not open: " + id);
        open_.erase(id);
        over_.insert(id);
    }
}

}  // namespace earshot::testing
