#include "earshot/detect/batch_detector.hpp"

#include "earshot/text/utf8.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace earshot::detect {
namespace {

/// Where a stretch of what a speaker said stands in a turn's text.
struct Stretch {
    std::uint64_t base;  ///< in all that the speaker said
    std::size_t bytes;
    std::size_t turn;
    std::size_t offset;  ///< in the turn's text
};

struct Speaker {
    std::string name;
    SpeakerWindow window;
    std::vector<Stretch> stretches;
};

/// The stretch that holds position `at`.
const Stretch& stretch_at(const Speaker& speaker, std::uint64_t at) {
    const auto after = std::upper_bound(speaker.stretches.begin(), speaker.stretches.end(), at,
                                        [](std::uint64_t position, const Stretch& s) { return position < s.base; });
    return *std::prev(after);
}

TurnHit place(Hit hit, const Speaker& speaker, std::span<const Turn> turns) {
    const Stretch& first = stretch_at(speaker, hit.begin);
    const Stretch& last = stretch_at(speaker, hit.end - 1);
    const std::size_t begin = hit.begin - first.base + first.offset;
    const std::size_t end = hit.end - last.base + last.offset;
    TurnHit placed;
    placed.turn = last.turn;
    placed.start_turn = first.turn;
    placed.start = text::utf16_length(std::string_view(turns[first.turn].text).substr(0, begin));
    placed.end = text::utf16_length(std::string_view(turns[last.turn].text).substr(0, end));
    const std::size_t known = std::max(end, hit.known_end - last.base + last.offset);
    placed.word = std::max(text::count_blank_separated(turns[last.turn].text, known), 1U) - 1;
    placed.hit = std::move(hit);
    return placed;
}

}  // namespace

BatchDetector::BatchDetector(std::shared_ptr<const TrackerList> list, LanguageTools& tools, base::IdSource& ids,
                             Judge judge, double default_threshold, std::size_t utterance_bytes)
    : tools_(tools),
      ids_(ids),
      judge_(std::move(judge)),
      default_threshold_(default_threshold),
      utterance_bytes_(utterance_bytes) {
    lists_.put(lists_.free_slot(), std::move(list));
}

std::vector<TurnHit> BatchDetector::detect(std::span<const Turn> turns) {
    std::vector<std::unique_ptr<Speaker>> speakers;
    std::vector<TurnHit> hits;
    const std::string& language = lists_.list(0)->definition().settings.language;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const Turn& turn = turns[i];
        auto found =
            std::find_if(speakers.begin(), speakers.end(), [&](const auto& s) { return s->name == turn.speaker; });
        if (found == speakers.end()) {
            speakers.push_back(std::make_unique<Speaker>(Speaker{
                turn.speaker, SpeakerWindow(lists_, {turn.speaker, turn.speaker}, language, tools_, ids_), {}}));
            found = std::prev(speakers.end());
        }
        Speaker& speaker = **found;
        std::size_t offset = 0;
        const auto take = [&](EndedUtterance ended) {
            if (ended.bytes == 0) return;
            const std::string_view rest = std::string_view(turn.text).substr(offset);
            offset += static_cast<std::size_t>(text::trim(rest).data() - rest.data());
            speaker.stretches.push_back({ended.base, ended.bytes, i, offset});
            offset += ended.bytes;
            for (Hit& hit : ended.confirmed) hits.push_back(place(std::move(hit), speaker, turns));
            if (!ended.needs_verdict) return;
            std::vector<Verdict> verdicts;
            if (judge_) verdicts = judge_(speaker.window.ended_text(ended.number));
            Judged judged = speaker.window.judge(ended.number, verdicts, default_threshold_);
            for (Hit& hit : judged.confirmed) hits.push_back(place(std::move(hit), speaker, turns));
        };
        speaker.window.commit({}, {turn.text, turn.time, {}}, nullptr);
        while (speaker.window.committed_bytes({}) > utterance_bytes_) {
            take(speaker.window.cut({}, utterance_bytes_, nullptr));
        }
        take(speaker.window.end({}, nullptr));
    }
    return hits;
}

}  // namespace earshot::detect
