#include "recogniser.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace earshot::proto {
namespace {

constexpr std::array k_recognisers{&k_deepgram, &k_vosk, &k_symbl};

const Recogniser* find_by_shape(const EventShape& shape, TranscriptFormat format) {
    const Recogniser* found = nullptr;
    for (const Recogniser* recogniser : k_recognisers) {
        if (!recogniser->recognises(shape)) continue;
        if (recogniser->format == format) return recogniser;
        if (!found) found = recogniser;
    }
    return found;
}

}  // namespace

std::span<const Recogniser* const> recognisers() noexcept {
    return k_recognisers;
}

std::optional<TranscriptFormat> find_format(std::string_view name) noexcept {
    if (name == "auto") return TranscriptFormat::automatic;
    if (name == "native") return TranscriptFormat::native;
    for (const Recogniser* recogniser : k_recognisers) {
        if (recogniser->name == name) return recogniser->format;
    }
    return std::nullopt;
}

std::string_view format_name(TranscriptFormat format) noexcept {
    for (const Recogniser* recogniser : k_recognisers) {
        if (recogniser->format == format) return recogniser->name;
    }
    return format == TranscriptFormat::native ? "native" : "auto";
}

const Recogniser* find_recogniser(simdjson::ondemand::document& document, const Place& root,
                                  std::optional<std::string> type, TranscriptFormat format, EventShape& shape) {
    document.rewind();
    simdjson::ondemand::value whole;
    if (const auto error = document.get_value().get(whole)) fail(error, root);
    shape.members.clear();
    JsonValue(whole, root).for_each_member([&](std::string_view key, JsonValue) { shape.members.emplace_back(key); });
    shape.type = std::move(type);
    const Recogniser* found = find_by_shape(shape, format);
    if (found && format != TranscriptFormat::automatic && format != found->format) {
        const Place type_place{&root, "type", 0};
        fail(base::Errc::unknown_type, shape.type ? type_place : root,
             "comes from " + std::string(found->name) + ", but config.transcriptFormat is " +
                 std::string(format_name(format)));
    }
    return found;
}

void take_times_from_words(TranscriptChunk& chunk) {
    const auto starts = [](const detect::TimedWord& word) { return !std::isnan(word.start); };
    const auto ends = [](const detect::TimedWord& word) { return !std::isnan(word.end); };
    const auto first = std::find_if(chunk.words.begin(), chunk.words.end(), starts);
    const auto last = std::find_if(chunk.words.rbegin(), chunk.words.rend(), ends);
    if (first != chunk.words.end()) chunk.start_time = first->start;
    if (last != chunk.words.rend()) chunk.end_time = last->end;
}

}  // namespace earshot::proto
