#include "caption_board.hpp"

#include "earshot/base/hash.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace earshot::load {
namespace {

namespace json = boost::json;

// How many captions in a row a listener that is behind may have been spared.
constexpr std::size_t k_most_spared = 4096;

struct Caption {
    std::string text;
    bool is_final = false;
};

std::optional<Caption> read_caption(std::string_view frame) {
    boost::system::error_code error;
    const json::value root = json::parse(frame, error);
    if (error) return std::nullopt;
    const json::value* text = root.find_pointer("/message/payload/raw/alternatives/0/transcript", error);
    const json::value* is_final = root.find_pointer("/message/isFinal", error);
    if (!text || !text->is_string() || !is_final || !is_final->is_bool()) return std::nullopt;
    return Caption{std::string(text->get_string()), is_final->get_bool()};
}

}  // namespace

bool CaptionBoard::is_caption(std::string_view frame) noexcept {
    constexpr std::string_view begin = R"({"type":"message","message":{"type":"recognition_result")";
    return frame.starts_with(begin);
}

std::optional<std::size_t> CaptionBoard::take(std::string_view frame, std::size_t next, base::MonotonicTime now) {
    const std::uint64_t digest = base::hash_bytes(frame);
    const auto line = find(frame, digest, next);
    if (!line) return std::nullopt;
    lines_.resize(std::max(lines_.size(), *line + 1));
    Line& entry = lines_[*line];
    entry.digest = digest;
    const base::Duration latency = now - (speak_ + script_[*line].due);
    telemetry_.delivered.record(latency);
    if (++entry.told == listeners_) telemetry_.delivered_to_all.record(latency);
    return line;
}

std::optional<std::size_t> CaptionBoard::find(std::string_view frame, std::uint64_t digest, std::size_t next) {
    const auto is_it = [&](std::size_t line) { return lines_[line].told > 0 && lines_[line].digest == digest; };
    const std::size_t end = std::min(script_.size(), next + k_most_spared);
    for (std::size_t line = next; line < std::min(end, lines_.size()); ++line) {
        if (is_it(line)) return line;
    }
    const auto caption = read_caption(frame);
    for (std::size_t line = next; caption && line < end; ++line) {
        const bool is_new = line >= lines_.size() || lines_[line].told == 0;
        const proto::TranscriptChunk& chunk = script_[line].chunk;
        if (is_new && chunk.text == caption->text && chunk.is_final == caption->is_final) return line;
    }
    return std::nullopt;
}

std::uint64_t CaptionBoard::finals(std::size_t begin, std::size_t end) const noexcept {
    std::uint64_t count = 0;
    for (std::size_t line = begin; line < std::min(end, script_.size()); ++line) {
        if (script_[line].chunk.is_final) ++count;
    }
    return count;
}

std::uint64_t CaptionBoard::incomplete() const noexcept {
    return static_cast<std::uint64_t>(std::count_if(
        lines_.begin(), lines_.end(), [&](const Line& line) { return line.told > 0 && line.told < listeners_; }));
}

}  // namespace earshot::load
