#include "written_request.hpp"

#include "earshot/proto/server_codec.hpp"

#include "support/tracker_json.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::support {
namespace {

using proto::GivenTrackers;
using proto::ProcessOptions;
using proto::SaidMessage;
using proto::Speaker;
using proto::to_iso8601;

const std::array k_texts{"a",          "b b",    "A+B", "\u00e9t\u00e9?", "\"q\" \\", "x & y = 100%",
                         "\U0001F600", "[c, d]", "#1;2"};
const std::array k_tiers_texts{"exact", "pattern", "inflected", "fuzzy", "semantic"};

// ---- How a request is written

struct Pair {
    std::string name;
    std::string value;
};

/// A request as a client may write it.
struct Written {
    std::vector<Pair> query;  ///< decoded
    std::vector<std::string> top;
    std::vector<std::string> config;
    std::vector<std::string> switches;
    bool has_list_in_config = false;  ///< of trackers, so that no switches fit there
};

std::string member(std::string_view name, std::string_view json) {
    return "\"" + std::string(name) + "\":" + std::string(json);
}

std::string encoded(Dice& dice, std::string_view text) {
    constexpr std::string_view k_plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~[]{}\":,";
    std::string out;
    for (const char c : text) {
        if (k_plain.find(c) != k_plain.npos && !dice.one_in(5)) {
            out += c;
        } else if (c == ' ' && dice.one_in(2)) {
            out += '+';
        } else {
            char escape[8];
            std::snprintf(escape, sizeof escape, dice.one_in(2) ? "%%%02X" : "%%%02x",
                          static_cast<unsigned>(static_cast<unsigned char>(c)));
            out += escape;
        }
    }
    return out;
}

std::string query_of(Dice& dice, const Written& written) {
    std::string query = dice.one_in(3) ? "unknown=%zz&" : "";
    for (const Pair& pair : written.query) {
        query += encoded(dice, pair.name) + "=" + encoded(dice, pair.value) + (dice.one_in(5) ? "&&" : "&");
    }
    return query;
}

std::string object_of(Dice& dice, std::vector<std::string> members) {
    std::string out;
    while (!members.empty()) {
        const std::size_t next = dice.below(members.size());
        out += (out.empty() ? "" : ", ") + members[next];
        members.erase(members.begin() + static_cast<std::ptrdiff_t>(next));
    }
    return "{" + out + "}";
}

std::string body_of(Dice& dice, Written written) {
    if (!written.switches.empty()) {
        // An object `trackers` on top holds switches too, unless the list stands there.
        const bool is_free =
            std::ranges::none_of(written.top, [](const std::string& text) { return text.starts_with("\"trackers\""); });
        auto& place = written.has_list_in_config || (is_free && dice.one_in(4)) ? written.top : written.config;
        place.push_back(member("trackers", object_of(dice, written.switches)));
    }
    if (!written.config.empty()) written.top.push_back(member("config", object_of(dice, written.config)));
    if (written.top.empty() && dice.one_in(2)) return dice.one_in(2) ? "" : "null";
    if (dice.one_in(3)) written.top.push_back(R"("sentiment":[{"name":1}])");
    return object_of(dice, std::move(written.top));
}

// ---- Loose forms of values

std::string loose_flag(Dice& dice, bool flag) {
    return dice.any(flag ? std::array{"true", "1", "\"true\"", "\"True\"", "\"1\""}
                         : std::array{"false", "0", "\"false\"", "\"False\"", "\"0\""});
}

std::string flag_in_query(Dice& dice, bool flag) {
    return dice.any(flag ? std::array{"true", "True", "1"} : std::array{"false", "False", "0"});
}

std::string number_text(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", number);
    return text;
}

std::string loose_number(Dice& dice, double number) {
    return dice.one_in(2) ? number_text(number) : to_json(number_text(number));
}

std::string moment_text(Dice& dice, base::WallTime time) {
    const auto milliseconds = time.time_since_epoch().count();
    if (milliseconds >= 100'000'000'000 && dice.one_in(2)) {
        char text[32];
        std::snprintf(text, sizeof text, "%lld.%03lld", static_cast<long long>(milliseconds / 1000),
                      static_cast<long long>(milliseconds % 1000));
        return dice.one_in(2) ? text : to_json(std::string_view(text));
    }
    std::string text = to_iso8601(time);
    if (dice.one_in(2)) text = to_iso8601(time + std::chrono::minutes(330)).substr(0, 23) + "+05:30";
    return to_json(std::string_view(text));
}

std::string message_json(Dice& dice, const SaidMessage& said) {
    std::vector<std::string> members{
        member("payload", object_of(dice, {member("content", to_json(said.text)), R"("contentType":"text/plain")"}))};
    if (said.from) {
        const Speaker& from = *said.from;
        std::vector<std::string> parts;
        if (!from.user_id.empty()) parts.push_back(member(dice.one_in(3) ? "email" : "userId", to_json(from.user_id)));
        if (!from.name.empty()) parts.push_back(member("name", to_json(from.name)));
        if (!from.role.empty()) parts.push_back(member("role", to_json(from.role)));
        members.push_back(member("from", object_of(dice, parts)));
    }
    if (said.time) {
        const auto written = [&](base::WallTime time) {
            if (!said.is_from_begin) return moment_text(dice, time);
            return loose_number(dice, static_cast<double>(time.time_since_epoch().count()) / 1000);
        };
        members.push_back(member("duration", object_of(dice, {member("startTime", written(said.time->start)),
                                                              member("endTime", written(said.time->end))})));
    }
    return object_of(dice, std::move(members));
}

// ---- Parameters, each anywhere

enum class Place { absent, query, body, both };

Place any_place(Dice& dice) {
    return dice.any(std::array{Place::absent, Place::query, Place::query, Place::body, Place::body, Place::both});
}

/// Writes one parameter where `place` says; with another value, which does not count, in the query where it is in both.
/// `levels`: where the body may have it.
void give(Dice& dice, Written& written, Place place, std::string_view name, std::string_view in_body,
          std::string_view in_query, std::string_view other, std::initializer_list<int> levels) {
    if (place == Place::query && dice.one_in(4)) written.query.push_back({std::string(name), std::string(other)});
    if (place == Place::query) written.query.push_back({std::string(name), std::string(in_query)});
    if (place == Place::both) written.query.push_back({std::string(name), std::string(other)});
    if (place == Place::query) return;
    const int level = *(levels.begin() + dice.below(levels.size()));
    auto& members = level == 0 ? written.top : level == 1 ? written.config : written.switches;
    members.push_back(member(name, in_body));
}

void add_trackers(Dice& dice, Written& written, GivenTrackers& expected) {
    const Place place = any_place(dice);
    if (place == Place::absent) return;
    std::vector<std::string> elements;
    const bool is_in_config = place != Place::query && dice.one_in(3);
    const std::string path = is_in_config ? "/config/trackers/" : "/trackers/";
    for (std::size_t i = 0, count = dice.below(4); i < count; ++i) {
        const std::string pointer = path + std::to_string(i);
        if (dice.one_in(3)) {
            const std::string id = std::to_string(1 + dice.below(1000));
            expected.references.push_back({id, pointer});
            elements.push_back("{" + member("id", to_json(id)) + "}");
            continue;
        }
        detect::TrackerDefinition definition;
        definition.name = dice.any(k_texts);
        definition.vocabulary = {dice.any(k_texts), dice.any(k_texts)};
        if (dice.one_in(2)) definition.exclude_vocabulary = {dice.any(k_texts)};
        if (dice.one_in(2)) definition.speakers = {"agent"};
        const std::string list = to_json(std::vector{definition});
        elements.push_back(list.substr(1, list.size() - 2));
        expected.definitions.push_back(std::move(definition));
        expected.pointers.push_back(pointer);
    }
    std::string all;
    for (const std::string& element : elements) all += (all.empty() ? "" : ",") + element;
    all = "[" + all + "]";
    if (place == Place::query && !elements.empty() && dice.one_in(2)) {
        for (std::string& element : elements) written.query.push_back({"trackers", std::move(element)});
        return;
    }
    if (place == Place::query) return written.query.push_back({"trackers", all});
    if (place == Place::both) written.query.push_back({"trackers", R"([{"id":"decoy"},7])"});
    written.has_list_in_config = is_in_config;
    (is_in_config ? written.config : written.top).push_back(member("trackers", all));
}

void add_tiers(Dice& dice, Written& written, detect::TierSet& expected) {
    const Place place = any_place(dice);
    if (place == Place::absent) return;
    std::vector<std::string> names;
    expected = {};
    for (std::size_t i = 1 + dice.below(3); i > 0; --i) {
        names.emplace_back(dice.any(k_tiers_texts));
        expected.insert(*detect::find_tier(names.back()));
    }
    std::string bare;
    for (const std::string& name : names) bare += (bare.empty() ? "" : ",") + name;
    if (place == Place::query && dice.one_in(3)) {
        for (std::string& name : names) written.query.push_back({"tiers", std::move(name)});
    } else if (place == Place::query) {
        const std::array forms{to_json(names), "[" + bare + "]", bare};
        written.query.push_back({"tiers", dice.any(forms)});
    } else {
        if (place == Place::both) written.query.push_back({"tiers", "[loud]"});
        (dice.one_in(2) ? written.top : written.switches).push_back(member("tiers", to_json(names)));
    }
}

void add_options(Dice& dice, Written& written, ProcessOptions& expected) {
    if (const Place place = any_place(dice); place != Place::absent) {
        expected.name = dice.any(k_texts);
        give(dice, written, place, "name", to_json(expected.name), expected.name, "decoy", {0});
    }
    if (const Place place = any_place(dice); place != Place::absent) {
        const bool flag = expected.enable_all_trackers = dice.one_in(2);
        const bool is_decoy_true = place == Place::both ? !flag : false;
        give(dice, written, place, dice.any(std::array{"enableAllTrackers", "enableAllTracker"}),
             loose_flag(dice, flag), flag_in_query(dice, flag), is_decoy_true ? "true" : "false", {0, 1, 2});
    }
    if (const Place place = any_place(dice); place != Place::absent) {
        expected.settings.language = dice.any(std::array{"de-DE", "en-US", "fr"});
        give(dice, written, place, "languageCode", to_json(expected.settings.language), expected.settings.language,
             "xx", {0, 1});
    }
    if (const Place place = any_place(dice); place != Place::absent) {
        const double threshold = static_cast<double>(dice.below(1001)) / 1000;
        expected.settings.threshold = threshold;
        give(dice, written, place, "threshold", loose_number(dice, threshold), number_text(threshold), "0.5", {0, 2});
    }
    if (const Place place = any_place(dice); place != Place::absent) {
        const double gap = static_cast<double>(dice.below(10'000)) / 8;
        expected.settings.phrase_gap_seconds = gap;
        give(dice, written, place, "phraseGapSeconds", loose_number(dice, gap), number_text(gap), "7", {0, 2});
    }
    if (const Place place = any_place(dice); place != Place::absent) {
        expected.webhook_url = dice.any(std::array{"http://a/b?c=d&e=f", "HTTPS://[::1]:80/%20", "https://x"});
        give(dice, written, place, "webhookUrl", to_json(expected.webhook_url), expected.webhook_url, "http://decoy",
             {0, 1});
    }
    if (const Place place = any_place(dice); place != Place::absent) {
        expected.metadata = dice.any(std::array{"{}", R"({"a":[1,-2.5,null,true],"b":{"\"":"é"}})"});
        give(dice, written, place, "metadata", expected.metadata, expected.metadata, R"({"decoy":1})", {0});
    }
    if (const Place place = any_place(dice); place != Place::absent) {
        const std::string name = dice.any(std::array{"full", "hits", "none"});
        expected.keeping = detect::find_keeping(name);
        give(dice, written, place, "store", to_json(name), name, "full", {0, 1});
    }
}

SaidMessage random_message(Dice& dice) {
    SaidMessage said;
    if (!dice.one_in(8)) said.text = dice.any(k_texts);
    if (dice.one_in(2)) {
        Speaker from;
        if (dice.one_in(2)) from.user_id = "ann@example.com";
        if (dice.one_in(2)) from.name = dice.any(k_texts);
        if (dice.one_in(2)) from.role = "agent";
        if (from != Speaker{}) said.from = std::move(from);
    }
    if (dice.one_in(2)) {
        said.is_from_begin = dice.one_in(2);
        // Up to 1e8 s from the begin, or in any year that has four digits.
        const std::chrono::milliseconds start(
            said.is_from_begin ? static_cast<std::int64_t>(dice.below(99'990'000'000))
                               : static_cast<std::int64_t>(dice.below(250'000'000'000'000)) - 5'000'000'000'000);
        const std::chrono::milliseconds length(dice.below(10'000));
        said.time = detect::WallSpan{base::WallTime(start), base::WallTime(start + length)};
    }
    return said;
}

void add_messages(Dice& dice, Written& written, std::vector<SaidMessage>& expected) {
    std::vector<std::string> elements;
    for (std::size_t i = 1 + dice.below(3); i > 0; --i) {
        expected.push_back(random_message(dice));
        elements.push_back(message_json(dice, expected.back()));
    }
    std::string all;
    for (const std::string& element : elements) all += (all.empty() ? "" : ",") + element;
    const bool is_in_query = dice.one_in(2);
    if (is_in_query && dice.one_in(2)) {
        for (std::string& element : elements) written.query.push_back({"messages", std::move(element)});
    } else if (is_in_query) {
        written.query.push_back({"messages", "[" + all + "]"});
    } else {
        if (dice.one_in(4)) written.query.push_back({"messages", "[decoy"});
        written.top.push_back(member("messages", "[" + all + "]"));
    }
}

}  // namespace

WrittenRequest random_request(Dice& dice) {
    WrittenRequest request;
    Written written;
    add_trackers(dice, written, request.expected.options.trackers);
    add_tiers(dice, written, request.expected.options.settings.tiers);
    add_options(dice, written, request.expected.options);
    add_messages(dice, written, request.expected.messages);
    request.query = query_of(dice, written);
    request.body = body_of(dice, written);
    return request;
}

}  // namespace earshot::support
