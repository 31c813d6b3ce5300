#include "management/tracker_members.hpp"

#include "earshot/text/utf8.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace earshot::proto {
namespace {

constexpr std::size_t k_language_bytes = 64;

bool is_strict(UChar32 character) {
    constexpr std::uint32_t k_word_parts = U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK;
    if (character == '.' || character == '\'' || character == '-') return true;
    return u_isUWhiteSpace(character) || (U_GET_GC_MASK(character) & k_word_parts) != 0;
}

bool has_only_strict_punctuation(std::string_view phrase) {
    const auto size = static_cast<std::int32_t>(phrase.size());
    for (std::int32_t at = 0; at < size;) {
        UChar32 character = 0;
        U8_NEXT_UNSAFE(phrase.data(), at, character);
        if (!is_strict(character)) return false;
    }
    return true;
}

}  // namespace

const ListMember* find_list_member(std::string_view name) noexcept {
    const auto* found = std::find_if(k_list_members.begin(), k_list_members.end(),
                                     [name](const ListMember& member) { return member.name == name; });
    return found == k_list_members.end() ? nullptr : found;
}

std::string_view identity_of(std::string_view entry, EntryKind kind) noexcept {
    return kind == EntryKind::phrase ? text::trim(entry) : entry;
}

TrackerSize size_of(const detect::TrackerDefinition& tracker) noexcept {
    TrackerSize size{0, tracker.name.size() + tracker.description.size()};
    for (const ListMember& member : k_list_members) {
        const auto& list = tracker.*(member.list);
        size.entries += list.size();
        for (const std::string& entry : list) size.bytes += entry.size();
    }
    return size;
}

std::optional<detect::Tier> read_tier(const BodyValue& value) {
    const auto name = value.text(k_language_bytes);
    if (!name) return std::nullopt;
    const auto tier = detect::find_tier(*name);
    if (!tier) value.note("must be one of exact, pattern, inflected, fuzzy, semantic");
    return tier;
}

std::optional<std::string_view> MemberReader::name(const BodyValue& value) const {
    const auto name = value.text(rules_.limits.name_bytes);
    if (name && text::trim(*name).empty()) {
        value.note("is not allowed to be empty");
        return std::nullopt;
    }
    return name;
}

std::optional<std::string_view> MemberReader::description(const BodyValue& value) const {
    return value.text(rules_.limits.phrase_bytes);
}

std::optional<std::string_view> MemberReader::entry(const BodyValue& value, EntryKind kind) {
    if (!has_room(value, kind)) return std::nullopt;
    switch (kind) {
        case EntryKind::language:
            return value.text(k_language_bytes);
        case EntryKind::label:
            return value.text(rules_.limits.name_bytes);
        case EntryKind::phrase:
        case EntryKind::pattern:
            break;
    }
    const auto text = value.text(kind == EntryKind::phrase ? rules_.limits.phrase_bytes : rules_.patterns.max_bytes);
    if (!text) return std::nullopt;
    const std::string problem = kind == EntryKind::phrase ? problem_of_phrase(*text) : problem_of_pattern(*text);
    if (problem.empty()) return text;
    value.note(problem);
    return std::nullopt;
}

bool MemberReader::has_room(const BodyValue& value, EntryKind kind) {
    const std::size_t most_phrases = rules_.limits.phrases;
    const std::size_t most_patterns = rules_.limits.body_patterns;
    if (kind == EntryKind::pattern && is_over_cost_) return false;
    if (kind == EntryKind::pattern && ++patterns_ > most_patterns) {
        if (patterns_ == most_patterns + 1) value.note("is beyond " + std::to_string(most_patterns) + " patterns");
        return false;
    }
    if (++phrases_ > most_phrases) {
        if (phrases_ == most_phrases + 1) value.note("is beyond " + std::to_string(most_phrases) + " entries in all");
        return false;
    }
    return true;
}

std::string MemberReader::problem_of_phrase(std::string_view phrase) {
    if (text::trim(phrase).empty()) return "is not allowed to be empty";
    words_.clear();
    tokenizer_.append_words(phrase, {}, words_);
    if (words_.words.empty()) return "must hold a word";
    if (rules_.punctuation == Punctuation::strict && !has_only_strict_punctuation(phrase)) {
        return "must not hold other punctuation than . ' -";
    }
    return {};
}

std::string MemberReader::problem_of_pattern(std::string_view pattern) {
    if (pattern.empty()) return "is not allowed to be empty";
    match::PatternLimits limits = rules_.patterns;
    limits.count = 1;
    const auto compiled = match::PatternSet::compile({std::string(pattern)}, limits, pattern_cost_);
    if (compiled) return {};
    if (pattern_cost_ > limits.cost && compiled.error().code == base::Errc::too_large) {
        is_over_cost_ = true;
        return "is beyond a cost of " + std::to_string(limits.cost) + " for all patterns";
    }
    // RE2 quotes the pattern, perhaps not up to the end of a character.
    const std::string& reason = compiled.error().details;
    return reason.empty() || text::find_invalid_utf8(reason) ? "does not compile" : "does not compile: " + reason;
}

}  // namespace earshot::proto
