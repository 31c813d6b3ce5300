#include "earshot/app/call_file.hpp"

#include "earshot/proto/client_codec.hpp"
#include "earshot/text/utf8.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace earshot::app {
namespace {

namespace json = boost::json;

constexpr std::string_view k_type = R"("type":"transcript")";

/// A line that is no JSON object stays as it is; reading it says what is wrong.
std::string with_type(std::string_view line) {
    std::string frame(line);
    boost::system::error_code error;
    const json::value parsed = json::parse(line, error);
    if (error || !parsed.is_object() || parsed.get_object().contains("type")) return frame;
    return frame.insert(frame.find('{') + 1, std::string(k_type) + (parsed.get_object().empty() ? "" : ","));
}

json::value tracker_list(const std::string& text) {
    json::value parsed = json::parse(text);
    return parsed.is_object() ? parsed.at("trackers") : parsed;
}

}  // namespace

base::Result<std::vector<CallChunk>> parse_call(std::string_view text) {
    std::vector<CallChunk> call;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t size = std::min(text.find('\n'), text.size());
        const std::string_view line = text::trim(text.substr(0, size));
        text.remove_prefix(std::min(size + 1, text.size()));
        if (line.empty()) continue;
        std::string frame = with_type(line);
        auto chunk = proto::parse_chunk(frame, {});
        if (!chunk) {
            base::Error error = chunk.error();
            if (!error.path.empty()) error.message = error.path + ": " + error.message;
            error.message = "line " + std::to_string(number) + ": " + error.message;
            error.path.clear();
            return error;
        }
        call.push_back({std::move(frame), std::move(*chunk)});
    }
    if (call.empty()) return base::Error{base::Errc::missing_member, "holds no chunk", {}, {}};
    return call;
}

std::optional<double> parse_speed(std::string_view text) {
    if (text == "max") return std::numeric_limits<double>::infinity();
    double speed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (!std::isfinite(speed) || speed <= 0) return std::nullopt;
    return speed;
}

std::vector<base::Duration> due_times(std::span<const CallChunk> call, double speed) {
    std::vector<base::Duration> times;
    std::optional<double> origin;
    base::Duration latest{};
    for (const CallChunk& line : call) {
        if (const auto& end = line.chunk.end_time) {
            if (!origin) origin = std::min(line.chunk.start_time.value_or(*end), *end);
            latest = std::max(latest, base::from_seconds((*end - *origin) / speed));
        }
        times.push_back(latest);
    }
    return times;
}

std::string start_request(const StartWishes& wishes) {
    json::object switches;
    if (wishes.interims) {
        switches["interimResults"] = true;
        switches["revisions"] = true;
    }
    if (wishes.threshold) switches["threshold"] = *wishes.threshold;
    if (wishes.phrase_gap_seconds) switches["phraseGapSeconds"] = *wishes.phrase_gap_seconds;
    if (wishes.tiers) {
        json::array names;
        for (const detect::Tier tier : detect::k_all_tiers) {
            if (wishes.tiers->has(tier)) names.emplace_back(detect::tier_name(tier));
        }
        switches["tiers"] = std::move(names);
    }
    if (wishes.trackers_json.empty()) switches["enableAllTrackers"] = true;

    json::object config;
    config["trackers"] = std::move(switches);
    if (wishes.pause_seconds) config["pauseSeconds"] = *wishes.pause_seconds;
    if (!wishes.language.empty()) config["languageCode"] = wishes.language;
    json::object request;
    request["type"] = "start_request";
    request["config"] = std::move(config);
    if (!wishes.trackers_json.empty()) request["trackers"] = tracker_list(wishes.trackers_json);
    return json::serialize(request);
}

const std::string& speaker_key(const proto::Speaker& speaker) noexcept {
    return speaker.user_id.empty() ? speaker.name : speaker.user_id;
}

}  // namespace earshot::app
