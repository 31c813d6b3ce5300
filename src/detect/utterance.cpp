#include "utterance.hpp"

#include "earshot/text/utf8.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::detect {
namespace {

void widen(TimeSpan& span, const TimeSpan& by) noexcept {
    span.start = std::fmin(span.start, by.start);  // fmin and fmax pass over what is not a number
    span.end = std::fmax(span.end, by.end);
}

bool is_known(const TimeSpan& span) noexcept {
    return !std::isnan(span.start) && !std::isnan(span.end);
}

}  // namespace

void UtteranceText::hypothesize(const SpokenText& spoken, text::Tokenizer& tokenizer) {
    note_words_before(text::trim(spoken.text));
    drop_hypothesis();
    append(spoken, tokenizer);
    for (std::size_t i = 0; i < ends_before_.size(); ++i) {
        const std::size_t word = committed_.words + i;
        if (word >= words_.words.size() || words_.words[word].byte_end != ends_before_[i]) break;
        settled_ = ends_before_[i];
    }
}

/// Where the words of the hypothesis end, as far as its text is that of the next one. A word that only begins alike
/// ends elsewhere in one of the two.
void UtteranceText::note_words_before(std::string_view piece) {
    ends_before_.clear();
    const std::size_t begin = std::min(committed_.bytes == 0 ? 0 : committed_.bytes + 1, text_.size());
    const std::string_view before = std::string_view(text_).substr(begin);
    const auto differs = std::mismatch(before.begin(), before.end(), piece.begin(), piece.end()).first;
    const auto same = begin + static_cast<std::size_t>(differs - before.begin());
    for (std::size_t i = committed_.words; i < words_.words.size() && words_.words[i].byte_end <= same; ++i) {
        ends_before_.push_back(words_.words[i].byte_end);
    }
}

void UtteranceText::commit(const SpokenText& spoken, text::Tokenizer& tokenizer) {
    drop_hypothesis();
    append(spoken, tokenizer);
    commit_hypothesis();
}

void UtteranceText::commit_hypothesis() noexcept {
    committed_ = {text_.size(), utf16_, words_.words.size(), words_.normal.size(), times_.size()};
}

void UtteranceText::drop_hypothesis() noexcept {
    settled_ = 0;
    text_.resize(committed_.bytes);
    utf16_ = committed_.utf16;
    words_.words.resize(committed_.words);
    words_.normal.resize(committed_.normal);
    times_.resize(committed_.times);
}

void UtteranceText::append(const SpokenText& spoken, text::Tokenizer& tokenizer) {
    const std::string_view piece = text::trim(spoken.text);
    if (piece.empty()) {
        // A chunk without words still says when its utterance was going on, for the gap between utterances.
        const auto at = static_cast<std::uint32_t>(text_.size());
        times_.push_back({at, at, TimeMark::Scope::chunk, spoken.time});
        return;
    }
    if (!text_.empty()) {
        text_.push_back(' ');
        ++utf16_;
    }
    const std::size_t at = text_.size();
    text_.append(piece);
    const text::TextPosition from{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(utf16_)};
    utf16_ = tokenizer.append_words(std::string_view(text_).substr(at), from, words_).utf16;
    mark_times(piece, at, spoken);
}

void UtteranceText::mark_times(std::string_view piece, std::size_t at, const SpokenText& spoken) {
    times_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + piece.size()),
                      TimeMark::Scope::chunk, spoken.time});
    std::size_t from = 0;
    for (const TimedWord& word : spoken.words) {
        const std::size_t found = word.word.empty() ? std::string_view::npos : piece.find(word.word, from);
        if (found == std::string_view::npos) continue;
        from = found + word.word.size();
        times_.push_back({static_cast<std::uint32_t>(at + found),
                          static_cast<std::uint32_t>(at + from),
                          TimeMark::Scope::word,
                          {word.start, word.end}});
    }
}

void UtteranceText::split_off(std::size_t bytes, UtteranceText& rest, text::Tokenizer& tokenizer) {
    const std::string whole = text_;
    const std::vector<TimeMark> marks = times_;
    const std::size_t committed = committed_.bytes;
    const std::size_t committed_marks = committed_.times;
    clear();

    // Text is appended without times; the marks that reach into a part are put back as they were, moved and clipped.
    const auto fill = [&](UtteranceText& part, std::size_t begin, std::size_t end, std::size_t first,
                          std::size_t last) {
        const std::string_view piece = text::trim(std::string_view(whole).substr(begin, end - begin));
        const auto from = static_cast<std::size_t>(piece.data() - whole.data());
        const std::size_t to = from + piece.size();
        const std::size_t at = part.text_.empty() ? 0 : part.text_.size() + 1;
        const std::size_t marks_before = part.times_.size();
        part.append({piece, {k_unknown_time, k_unknown_time}, {}}, tokenizer);
        part.times_.resize(marks_before);
        for (std::size_t i = first; i < last; ++i) {
            TimeMark mark = marks[i];
            const bool has_words = mark.byte_begin < mark.byte_end;
            if (has_words ? mark.byte_begin >= to || mark.byte_end <= from
                          : mark.byte_begin > to || mark.byte_end < from) {
                continue;
            }
            mark.byte_begin = static_cast<std::uint32_t>(std::max<std::size_t>(mark.byte_begin, from) - from + at);
            mark.byte_end = static_cast<std::uint32_t>(std::min<std::size_t>(mark.byte_end, to) - from + at);
            part.times_.push_back(mark);
        }
    };
    fill(*this, 0, bytes, 0, committed_marks);
    commit_hypothesis();
    fill(rest, bytes, committed, 0, committed_marks);
    rest.commit_hypothesis();
    if (whole.size() > committed) fill(rest, committed, whole.size(), committed_marks, marks.size());
}

void UtteranceText::clear() noexcept {
    text_.clear();
    words_.clear();
    times_.clear();
    utf16_ = 0;
    settled_ = 0;
    committed_ = {};
}

TimeSpan UtteranceText::time() const noexcept {
    TimeSpan span{k_unknown_time, k_unknown_time};
    const std::size_t count = committed_.times > 0 ? committed_.times : times_.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (times_[i].scope == TimeMark::Scope::chunk) widen(span, times_[i].time);
    }
    return span;
}

TimeSpan UtteranceText::time(std::size_t begin, std::size_t end) const noexcept {
    TimeSpan by_word{k_unknown_time, k_unknown_time};
    TimeSpan by_chunk = by_word;
    for (const TimeMark& mark : times_) {
        if (mark.byte_begin < end && begin < mark.byte_end) {
            widen(mark.scope == TimeMark::Scope::word ? by_word : by_chunk, mark.time);
        }
    }
    return is_known(by_word) ? by_word : by_chunk;
}

std::vector<TimedWord> UtteranceText::timed_words(std::size_t begin, std::size_t end) const {
    std::vector<TimedWord> words;
    for (const TimeMark& mark : times_) {
        if (mark.scope != TimeMark::Scope::word || mark.byte_begin < begin || mark.byte_end > end) continue;
        words.push_back(
            {text_.substr(mark.byte_begin, mark.byte_end - mark.byte_begin), mark.time.start, mark.time.end});
    }
    return words;
}

std::size_t UtteranceText::last_boundary_within(std::size_t limit) const noexcept {
    std::size_t boundary = 0;
    for (std::size_t i = 0; i < committed_.words; ++i) {
        const text::Word& word = words_.words[i];
        if (word.byte_end > limit) {
            if (word.byte_begin <= limit && word.byte_begin > 0) return word.byte_begin;
            break;
        }
        boundary = word.byte_end;
    }
    if (boundary > 0) return boundary;
    std::size_t cut = std::min(limit, committed_.bytes);
    while (cut > 1 && (static_cast<unsigned char>(text_[cut]) & 0xC0) == 0x80) --cut;
    return cut;
}

std::size_t UtteranceText::memory_bytes() const noexcept {
    return text_.capacity() + words_.words.capacity() * sizeof(text::Word) + words_.normal.capacity() +
           times_.capacity() * sizeof(TimeMark) + ends_before_.capacity() * sizeof(std::uint32_t);
}

void Utterance::clear() noexcept {
    id.clear();
    said.clear();
    number = base = 0;
    first_word = 0;
    epoch = 0;
    for (ListHearing& list : hearing) {
        list.ids.clear();
        list.exact.clear();
        list.inflected.clear();
    }
    message_ids.clear();
    told.clear();
    assumptions.clear();
    messages.clear();
    exclusions.clear();
    confirmed.clear();
    awaits_verdict = false;
}

std::size_t Utterance::memory_bytes() const noexcept {
    std::size_t bytes = sizeof(*this) + said.memory_bytes();
    for (const ListHearing& list : hearing) {
        bytes += sizeof(list) + list.ids.capacity() * sizeof(match::WordIds) +
                 (list.exact.capacity() + list.inflected.capacity()) * sizeof(match::Occurrence);
    }
    return bytes + (messages.capacity() + message_ids.capacity()) * 64 + confirmed.capacity() * sizeof(Candidate);
}

}  // namespace earshot::detect
