#include "random_talk.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace earshot::support {
namespace {

using detect::Tier;

// Families whose members stem alike, fold alike or stand inside of each other.
constexpr std::array<std::array<std::string_view, 5>, 12> k_families{{
    {"a", "b", "A", "c", "a"},
    {"cost", "costs", "costing", "COST", "price"},
    {"don't", "dont", "don\u2019t", "do", "DON\uFF07T"},
    {"what's", "whats", "what", "we're", "were"},
    {"\U0001F600", "\U0001F44D\U0001F3FD", "\U0001F44D", "$", "5"},
    {"\u0446\u0435\u043D\u0430", "\u0446\u0435\u043D\u044B", "\u0426\u0435\u043D", "\u044F", "a"},
    {"\u53D6", "\u6D88", "\u53D6\u6D88", "\u8BA2", "b"},
    {"r\u00E9sum\u00E9", "re\u0301sume\u0301", "resume", "resumes", "r\u00E9sum\u00E9s"},
    {"u.s", "U.S", "sign-up", "sign", "up"},
    {"stra\u00DFe", "STRASSE", "strasse", "\uFF41", "a"},
    {"\u0E01\u0E33", "\u0E25\u0E31", "\u0E07", "\u30AC\u30B9", "\uFF76\uFF9E\uFF7D"},
    {"cancel", "cancels", "cancelled", "canceling", "cancellation"},
}};

// Blanks are by far the most likely; the others end sentences, separate words or join them.
constexpr std::array<std::string_view, 24> k_separators{" ", " ", " ",      " ",      " ",        " ",      " ",  " ",
                                                        " ", " ", " ",      " ",      ", ",       ". ",     "? ", "! ",
                                                        "-", "",  "\u00A0", "  \n\t", " \u2026 ", "\u3002", "'",  "; "};

constexpr std::array<std::string_view, 22> k_patterns{"a b",        "cost(s|ing)?", "\\bb\\b",
                                                      "^a",         "b$",           "[ab]+",
                                                      "a*",         "a*?b?",        "(?:a|b)\\W+(?:a|b)",
                                                      "\\d",        "\\pS",         "\u0446\u0435\u043D.",
                                                      ".",          "\\s+",         "\\bcan",
                                                      "^.*$",       "(?s)^.*$",     "\u53D6.?",
                                                      "(?m)^\\w+$", "s\\b",         "\\.|a",
                                                      "x"};

}  // namespace

RandomTalk::RandomTalk(std::uint64_t seed) : random_(seed) {
    const std::size_t size = 2 + below(4);
    const auto& family = k_families[below(k_families.size())];
    const auto& other = k_families[below(k_families.size())];
    for (std::size_t i = 0; i < size; ++i) {
        alphabet_.emplace_back(one_in(4) ? other[below(other.size())] : family[below(family.size())]);
    }
}

std::size_t RandomTalk::below(std::size_t bound) {
    return static_cast<std::size_t>(random_() % bound);
}

std::string RandomTalk::text(std::size_t most) {
    std::string text;
    if (one_in(8)) text += " ";
    for (std::size_t left = below(most + 1); left > 0; --left) {
        text += alphabet_[below(alphabet_.size())];
        if (left > 1 || one_in(4)) text += k_separators[below(k_separators.size())];
    }
    return text;
}

std::string RandomTalk::hypothesis_of(const std::string& whole) {
    std::size_t end = below(whole.size() + 1);
    while (end < whole.size() && (static_cast<unsigned char>(whole[end]) & 0xC0U) == 0x80U) ++end;
    std::string hypothesis = whole.substr(0, end);
    if (one_in(2)) hypothesis += text(3);
    return hypothesis;
}

std::string RandomTalk::phrase() {
    std::string phrase;
    for (std::size_t left = 1 + below(3); left > 0; --left) {
        phrase += alphabet_[below(alphabet_.size())];
        if (left > 1) phrase += one_in(6) ? ", " : " ";
    }
    return phrase;
}

std::string RandomTalk::pattern() {
    return std::string(k_patterns[below(k_patterns.size())]);
}

detect::TrackerDefinition RandomTalk::tracker(std::size_t number, bool with_cooldown) {
    detect::TrackerDefinition tracker;
    tracker.id = "t" + std::to_string(number);
    tracker.name = "Tracker " + std::to_string(number);
    for (std::size_t left = below(5); left > 0; --left) tracker.vocabulary.push_back(phrase());
    if (one_in(3)) tracker.exclude_vocabulary.push_back(phrase());
    for (std::size_t left = one_in(2) ? below(3) : 0; left > 0; --left) tracker.patterns.push_back(pattern());
    if (tracker.vocabulary.empty() && tracker.patterns.empty()) tracker.vocabulary.push_back(phrase());
    if (one_in(6)) tracker.speakers = {one_in(2) ? "agent" : "ann@example.com"};
    if (one_in(5)) {
        detect::TierSet tiers;
        for (const Tier tier : {Tier::exact, Tier::pattern, Tier::inflected}) {
            if (one_in(2)) tiers.insert(tier);
        }
        tracker.tiers = tiers;
    }
    if (with_cooldown && one_in(3)) tracker.cooldown_seconds = 0.75 * static_cast<double>(1 + below(8));
    return tracker;
}

detect::TrackerListDefinition RandomTalk::list(bool with_cooldown) {
    detect::TrackerListDefinition list;
    for (std::size_t count = 1 + below(3), i = 0; i < count; ++i) list.trackers.push_back(tracker(i, with_cooldown));
    constexpr std::array<std::string_view, 6> languages{"en-US", "en-US", "en", "ru-RU", "es-ES", "xx"};
    list.settings.language = languages[below(languages.size())];
    list.settings.phrase_gap_seconds = one_in(2) ? 10 : 2;
    list.settings.tiers = detect::TierSet{}.insert(Tier::exact).insert(Tier::pattern).insert(Tier::inflected);
    if (one_in(6)) list.settings.tiers = detect::TierSet::all();
    return list;
}

detect::TrackerListDefinition RandomTalk::changed(detect::TrackerListDefinition list, bool with_cooldown) {
    auto& trackers = list.trackers;
    for (std::size_t i = 0; i < trackers.size();) {
        if (one_in(5)) {
            trackers.erase(trackers.begin() + static_cast<std::ptrdiff_t>(i));
            continue;
        }
        if (one_in(5)) {
            std::string id = std::move(trackers[i].id);
            trackers[i] = tracker(i, with_cooldown);
            trackers[i].id = std::move(id);
        }
        ++i;
    }
    for (std::size_t left = below(3); left > 0; --left) {
        detect::TrackerDefinition added = tracker(below(5), with_cooldown);
        const auto is_it = [&](const detect::TrackerDefinition& other) { return other.id == added.id; };
        if (std::none_of(trackers.begin(), trackers.end(), is_it)) trackers.push_back(std::move(added));
    }
    if (trackers.size() > 1 && one_in(3)) std::swap(trackers.front(), trackers.back());
    if (one_in(8)) list.settings.phrase_gap_seconds = list.settings.phrase_gap_seconds == 2 ? 10 : 2;
    return list;
}

}  // namespace earshot::support
