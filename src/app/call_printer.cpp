#include "earshot/app/call_printer.hpp"

#include "earshot/app/call_file.hpp"
#include "earshot/proto/json_writer.hpp"
#include "earshot/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace earshot::app {
namespace {

using detect::HitState;

constexpr std::string_view k_bold = "\x1b[1m";
constexpr std::string_view k_dim = "\x1b[2m";
constexpr std::string_view k_struck = "\x1b[2;9m";
constexpr std::string_view k_green = "\x1b[1;32m";
constexpr std::string_view k_yellow = "\x1b[33m";
constexpr std::string_view k_reset = "\x1b[0m";
constexpr std::array<std::string_view, 5> k_speaker_colours{"\x1b[36m", "\x1b[35m", "\x1b[34m", "\x1b[33m", "\x1b[32m"};

template <typename... Values>
std::string format(const char* pattern, Values... values) {
    char text[240];
    std::snprintf(text, sizeof text, pattern, values...);
    return text;
}

/// Without control characters (C0, DEL and C1).
std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool is_c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (is_c1) ++i;
        out += byte < 0x20 || byte == 0x7F || is_c1 ? ' ' : text[i];
    }
    return out;
}

/// Where in `text` (valid UTF-8) its UTF-16 position `at` is.
std::size_t byte_of(std::string_view text, std::uint32_t at) {
    std::uint32_t units = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0) == 0x80) continue;
        if (units >= at) return i;
        units += byte >= 0xF0 ? 2 : 1;
    }
    return text.size();
}

std::string said(const HeardHit& hit) {
    std::string words;
    for (const HeardPart& part : hit.parts) {
        const std::size_t begin = byte_of(part.text, part.begin);
        const std::size_t end = std::max(byte_of(part.text, part.end), begin);
        words += (words.empty() ? "" : " ") + part.text.substr(begin, end - begin);
    }
    return words;
}

double milliseconds(base::Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

std::string padded(std::string text, std::size_t width) {
    const std::size_t units = text::utf16_length(text);
    return text.append(width > units ? width - units : 0, ' ');
}

std::string latency_line(const char* what, const std::vector<base::Duration>& values) {
    if (values.empty()) return {};
    return format("  %-10s p50 %7.2f   p99 %7.2f   max %7.2f   (%zu)\n", what, milliseconds(quantile(values, 0.5)),
                  milliseconds(quantile(values, 0.99)), milliseconds(quantile(values, 1)), values.size());
}

std::string tiers_line(const std::map<std::string, std::uint64_t>& tiers) {
    std::string line;
    for (const auto& [tier, count] : tiers) line += (line.empty() ? "" : ", ") + tier + " " + std::to_string(count);
    return line;
}

template <typename Value>
Value by_nearest_rank(std::vector<Value>& values, double share) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
    const auto place =
        values.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, values.size()) - 1);
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

std::string gain_line(const CallSummary& summary) {
    const std::vector<double>& gained = summary.gained;
    if (gained.empty()) return {};
    const double sum = std::accumulate(gained.begin(), gained.end(), 0.0);
    return format(
        "Interims told %zu of %llu hits ahead of their utterances' ends: by %.1f s in the median, %.1f s at p90, %.1f "
        "s on "
        "average, %.1f s at most\n",
        gained.size(), static_cast<unsigned long long>(summary.confirmed), quantile(gained, 0.5), quantile(gained, 0.9),
        sum / static_cast<double>(gained.size()), quantile(gained, 1));
}

std::string counted(std::uint64_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

std::string CallPrinter::caption(const proto::TranscriptChunk& chunk) {
    if (!chunk.is_final || text::trim(chunk.text).empty()) return {};
    std::string line = "        ";
    if (chunk.end_time) {
        const double seconds = std::max(*chunk.end_time, 0.0);
        line = format("%3d:%04.1f ", static_cast<int>(std::min(seconds / 60, 1e6)),
                      std::fmod(std::floor(seconds * 10) / 10, 60));
    }
    if (chunk.speaker && !chunk.speaker->is_nobody()) {
        const std::string& name = chunk.speaker->name.empty() ? chunk.speaker->user_id : chunk.speaker->name;
        const std::string& role = chunk.speaker->role;
        const std::string who = printable(role.empty() || role == name ? name : name + " (" + role + ")");
        line += " " + painted(padded(who, 18), colour_of(speaker_key(*chunk.speaker)));
    }
    return line + " " + printable(text::trim(chunk.text)) + "\n";
}

std::string CallPrinter::news(const HitNews& news) {
    struct Look {
        const char* word;
        std::string_view word_colour;
        std::string_view text_colour;
    };
    const Look look = news.state == HitState::created     ? Look{"heard", k_yellow, {}}
                      : news.state == HitState::updated   ? Look{"changed", k_dim, {}}
                      : news.state == HitState::confirmed ? Look{"confirmed", k_green, k_bold}
                                                          : Look{"taken back", k_dim, k_struck};
    const HeardHit& hit = news.hit;
    const std::string what = printable(hit.tracker) + ": \"" + printable(hit.phrase) + "\"";
    std::string how = painted(printable(hit.tier), k_dim);
    if (hit.tier == "fuzzy" || hit.tier == "semantic") how += format(" %.2f", hit.score);
    if (hit.tier != "exact") how += " \"" + printable(said(hit)) + "\"";
    if (!is_visible(news, how)) return {};

    std::string line = "           " + painted(padded(look.word, 10), look.word_colour) + "  ";
    line += painted(what, look.text_colour) + "  " + how;
    if (news.latency) line += "  " + painted(format("%.1f ms", milliseconds(*news.latency)), k_dim);
    return line + "\n";
}

bool CallPrinter::is_visible(const HitNews& news, const std::string& how) {
    const bool is_open = news.state == HitState::created || news.state == HitState::updated;
    if (!is_open) {
        open_hits_.erase(news.hit.id);
        return true;
    }
    std::string& shown = open_hits_[news.hit.id];
    if (news.state == HitState::updated && shown == how) return false;
    shown = how;
    return true;
}

std::string CallPrinter::summary(const CallSummary& summary) const {
    std::string text = "\n" + counted(summary.chunks, "chunk") + ", " + counted(summary.utterances, "utterance") +
                       ": " + painted(counted(summary.confirmed, "hit") + " confirmed", k_bold);
    if (summary.retracted > 0) text += ", " + std::to_string(summary.retracted) + " taken back";
    text += "\n";
    std::size_t width = 0;
    for (const auto& [name, tiers] : summary.hits)
        width = std::max<std::size_t>(width, text::utf16_length(printable(name)));
    for (const auto& [name, tiers] : summary.hits) {
        std::uint64_t sum = 0;
        for (const auto& [tier, count] : tiers) sum += count;
        text += "  " + padded(printable(name), width) + format("  %4llu  ", static_cast<unsigned long long>(sum));
        text += painted(printable(tiers_line(tiers)), k_dim) + "\n";
    }
    const std::string latencies = latency_line("heard", summary.heard) + latency_line("confirmed", summary.confirming);
    if (!latencies.empty()) text += "From sending a chunk to being told its hit, in ms\n" + latencies;
    return text + gain_line(summary);
}

std::string CallPrinter::painted(std::string_view text, std::string_view colour) const {
    if (colours_ == Colours::off || colour.empty()) return std::string(text);
    return std::string(colour) + std::string(text) + std::string(k_reset);
}

std::string_view CallPrinter::colour_of(const std::string& speaker) {
    const auto next = k_speaker_colours[speaker_colours_.size() % k_speaker_colours.size()];
    return speaker_colours_.try_emplace(speaker, next).first->second;
}

base::Duration quantile(std::vector<base::Duration> values, double share) {
    return by_nearest_rank(values, share);
}

double quantile(std::vector<double> values, double share) {
    return by_nearest_rank(values, share);
}

std::string summary_json(const CallSummary& summary) {
    std::string text;
    proto::JsonWriter json(text);
    json.begin_object().member("chunks", summary.chunks).member("utterances", summary.utterances);
    json.member("confirmed", summary.confirmed).member("retracted", summary.retracted);
    json.key("gainedSeconds").begin_array();
    for (const double seconds : summary.gained) json.value(seconds);
    json.end_array().end_object();
    return text;
}

}  // namespace earshot::app
