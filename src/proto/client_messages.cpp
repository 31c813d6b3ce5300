#include "earshot/proto/client_messages.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::proto {
namespace {

bool same_number(double a, double b) noexcept {
    return a == b || (std::isnan(a) && std::isnan(b));
}

bool same_word(const detect::TimedWord& a, const detect::TimedWord& b) {
    return a.word == b.word && same_number(a.start, b.start) && same_number(a.end, b.end) &&
           same_number(a.confidence, b.confidence);
}

}  // namespace

bool operator==(const TranscriptChunk& a, const TranscriptChunk& b) {
    return a.text == b.text && a.is_final == b.is_final && a.end_of_utterance == b.end_of_utterance &&
           a.utterance_id == b.utterance_id && a.speaker == b.speaker && a.seq == b.seq &&
           a.start_time == b.start_time && a.end_time == b.end_time &&
           std::equal(a.words.begin(), a.words.end(), b.words.begin(), b.words.end(), same_word);
}

}  // namespace earshot::proto
