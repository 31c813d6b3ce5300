// Input: a query, and behind its first line break a body, as of an asynchronous request. Must hold: reading them ends
// in a request that keeps to the rules or in findings, as many as there may be at most, each a sentence with a JSON
// pointer; a request that was written from what was read is read as the same again; its options are the same where it
// has no messages. The bodies, queries and times of the conversation API, read from the same bytes, are values or
// findings too.
#include "earshot/proto/conversation_codec.hpp"
#include "earshot/proto/json_writer.hpp"
#include "earshot/proto/process_codec.hpp"
#include "earshot/proto/server_codec.hpp"
#include "earshot/text/utf8.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace earshot;
using proto::JsonWriter;

constexpr std::size_t k_max_bytes = 64 * 1024;  // longer requests only repeat what shorter ones show

void require(bool holds) {
    if (!holds) std::abort();
}

// Small limits, so that requests of a fuzzer's size reach them.
proto::ProcessRules small_rules() {
    proto::ProcessRules rules;
    rules.text_bytes = 64;
    rules.limits.name_bytes = 64;
    rules.limits.phrase_bytes = 64;
    rules.limits.trackers = 4;
    rules.limits.phrases = 32;
    rules.messages = 4;
    rules.url_bytes = 64;
    rules.metadata_bytes = 128;
    return rules;
}

void check_findings(const proto::Findings& findings) {
    require(!findings.list.empty() && findings.list.size() <= proto::Findings::k_most);
    for (const proto::Finding& finding : findings.list) {
        require(!finding.message.empty() && !text::find_invalid_utf8(finding.message));
        require(finding.path.empty() || finding.path.front() == '/');
        require(!text::find_invalid_utf8(finding.path));
    }
    simdjson::dom::parser parser;
    const std::string answer = proto::findings_answer(findings);
    require(!parser.parse(answer.data(), answer.size(), true).error());
}

void check_text(const std::string& text, std::size_t max_bytes) {
    require(text.size() <= max_bytes && !text::find_invalid_utf8(text) && text.find('\0') == std::string::npos);
}

void check_options(const proto::ProcessOptions& options, const proto::ProcessRules& rules) {
    check_text(options.name, rules.limits.name_bytes);
    check_text(options.webhook_url, rules.url_bytes);
    check_text(options.metadata, rules.metadata_bytes);
    const proto::GivenTrackers& trackers = options.trackers;
    require(trackers.definitions.size() + trackers.references.size() <= rules.limits.trackers);
    require(trackers.pointers.size() == trackers.definitions.size());
    for (const detect::TrackerDefinition& tracker : trackers.definitions) {
        check_text(tracker.name, rules.limits.name_bytes);
        for (const std::string& phrase : tracker.vocabulary) check_text(phrase, rules.limits.phrase_bytes);
    }
    require(options.settings.threshold.value_or(0) >= 0 && options.settings.threshold.value_or(0) <= 1);
    require(options.settings.phrase_gap_seconds >= 0);
}

void check_messages(const std::vector<proto::SaidMessage>& messages, const proto::ProcessRules& rules) {
    require(!messages.empty() && messages.size() <= rules.messages);
    for (const proto::SaidMessage& said : messages) {
        check_text(said.text, rules.text_bytes);
        require(said.from != proto::Speaker{});
        require(!said.time || said.time->start <= said.time->end);
        require(said.time || !said.is_from_begin);
    }
}

// ---- Writing what was read

void write_trackers(JsonWriter& json, const proto::GivenTrackers& trackers) {
    json.key("trackers").begin_array();
    for (const detect::TrackerDefinition& tracker : trackers.definitions) {
        const std::string shown = proto::tracker_answer({tracker, {}, {}});
        json.raw(std::string_view(shown).substr(11, shown.size() - 12));  // {"tracker":…}
    }
    for (const proto::PlacedName& reference : trackers.references) {
        json.begin_object().member("id", reference.name).end_object();
    }
    json.end_array();
}

void write_settings(JsonWriter& json, const detect::ListSettings& settings) {
    json.begin_object().member("phraseGapSeconds", settings.phrase_gap_seconds).key("tiers").begin_array();
    for (const detect::Tier tier : detect::k_all_tiers) {
        if (settings.tiers.has(tier)) json.value(detect::tier_name(tier));
    }
    json.end_array();
    if (settings.threshold) json.member("threshold", *settings.threshold);
    json.end_object();
}

void write_message(JsonWriter& json, const proto::SaidMessage& said) {
    json.begin_object().key("payload").begin_object().member("content", said.text).end_object();
    if (said.from) {
        json.key("from").begin_object().member("userId", said.from->user_id).member("name", said.from->name);
        json.member("role", said.from->role).end_object();
    }
    if (said.time) {
        const auto write = [&](std::string_view name, base::WallTime time) {
            if (!said.is_from_begin) return json.member(name, proto::to_iso8601(time)), void();
            json.member(name, static_cast<double>(time.time_since_epoch().count()) / 1000);
        };
        json.key("duration").begin_object();
        write("startTime", said.time->start);
        write("endTime", said.time->end);
        json.end_object();
    }
    json.end_object();
}

std::string written(const proto::TextRequest& request) {
    const proto::ProcessOptions& options = request.options;
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("name", options.name).member("webhookUrl", options.webhook_url);
    json.member("enableAllTrackers", options.enable_all_trackers);
    if (!options.metadata.empty()) json.key("metadata").raw(options.metadata);
    write_trackers(json, options.trackers);
    json.key("config").begin_object().member("languageCode", options.settings.language);
    if (options.keeping) json.member("store", detect::keeping_name(*options.keeping));
    json.key("trackers");
    write_settings(json, options.settings);
    json.end_object().key("messages").begin_array();
    for (const proto::SaidMessage& said : request.messages) write_message(json, said);
    json.end_array().end_object();
    return out;
}

/// Where they stood is another matter than what they are.
proto::ProcessOptions without_places(proto::ProcessOptions options) {
    options.trackers.pointers.clear();
    for (proto::PlacedName& reference : options.trackers.references) reference.pointer.clear();
    return options;
}

void check_request(std::string_view query, std::string_view body) {
    const proto::ProcessRules rules = small_rules();
    const auto options = proto::read_process_options(query, body, rules);
    if (options) {
        check_options(*options, rules);
    } else {
        check_findings(options.error());
    }
    const auto request = proto::read_text_request(query, body, rules);
    if (!request) return check_findings(request.error());
    check_messages(request->messages, rules);
    require(options.has_value() && *options == request->options);
    const auto again = proto::read_text_request("", written(*request), rules);
    require(again.has_value() && again->messages == request->messages);
    require(without_places(again->options) == without_places(request->options));
}

// ---- The conversation API

void check_bodies(std::string_view body) {
    if (const auto read = proto::read_conversation_body(body, 128); !read) {
        check_findings(read.error());
    } else {
        check_text(read->name.value_or(""), 1024);
        check_text(read->metadata.value_or("{}"), 128);
    }
    if (const auto read = proto::read_member_body(body, "m1"); !read) {
        check_findings(read.error());
    } else {
        require(read->id == "m1");
    }
    if (const auto read = proto::read_speakers_body(body); !read) {
        check_findings(read.error());
    } else {
        for (const proto::SpokenSpan& span : *read) {
            require(span.start >= 0 && span.start <= span.end);
            require(!(span.member.id + span.member.user_id + span.member.name).empty());
        }
    }
}

void check_query(std::string_view query) {
    if (const auto read = proto::read_list_query(query); !read) check_findings(read.error());
    if (const auto time = proto::parse_time(query)) require(proto::parse_time(proto::to_iso8601(*time)) == time);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > k_max_bytes) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string_view query = input.substr(0, input.find('\n'));
    const std::string_view body = input.substr(std::min(query.size() + 1, input.size()));
    check_request(query, body);
    check_bodies(body);
    check_query(query);
    return 0;
}
