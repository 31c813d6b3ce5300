#include "oracle.hpp"

#include "earshot/text/tokenizer.hpp"
#include "earshot/text/utf8.hpp"

#include <libstemmer.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <memory>
#include <ostream>
#include <string_view>

namespace earshot::support {
namespace {

using detect::Tier;

// A stretch of what a speaker said, in bytes: all its utterances end to end, one byte between.
struct Stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool overlaps(const Stretch& other) const { return begin < other.end && other.begin < end; }
    std::size_t size() const { return end - begin; }
};

struct HeardWord {
    std::string normal;
    std::string stem;
    Stretch place;
    std::size_t utterance = 0;
    std::size_t run = 0;  // a phrase lies in one run: a gap, or an utterance that is not heard, begins another
};

struct PhraseWord {
    std::string normal;
    std::string stem;
    std::string plain_stem;  // of the word without its apostrophes; empty where it has none
};

// A place where a phrase was found, and the utterance in which it ends.
struct Found {
    std::size_t phrase = 0;
    Tier tier = Tier::exact;
    Stretch place;
    std::size_t utterance = 0;
};

class Stems {
public:
    explicit Stems(const std::string& language)
        : stemmer_(sb_stemmer_new(language.substr(0, language.find('-')).c_str(), "UTF_8"), &sb_stemmer_delete) {}

    std::string of(const std::string& word) const {
        if (!stemmer_) return word;
        const auto* stem = sb_stemmer_stem(stemmer_.get(), reinterpret_cast<const sb_symbol*>(word.data()),
                                           static_cast<int>(word.size()));
        return {reinterpret_cast<const char*>(stem), static_cast<std::size_t>(sb_stemmer_length(stemmer_.get()))};
    }

private:
    std::unique_ptr<sb_stemmer, decltype(&sb_stemmer_delete)> stemmer_;
};

bool same_words(const std::vector<PhraseWord>& phrase, const HeardWord* heard) {
    for (std::size_t i = 0; i < phrase.size(); ++i) {
        if (phrase[i].normal != heard[i].normal) return false;
    }
    return true;
}

bool same_stems(const std::vector<PhraseWord>& phrase, const HeardWord* heard) {
    for (std::size_t i = 0; i < phrase.size(); ++i) {
        const bool plain = !phrase[i].plain_stem.empty() && heard[i].stem == phrase[i].plain_stem;
        if (heard[i].stem != phrase[i].stem && !plain) return false;
    }
    return true;
}

// One list hearing one speaker.
class Hearing {
public:
    Hearing(std::size_t index, const detect::TrackerListDefinition& list, const OracleSpeaker& speaker)
        : index_(index), list_(list), speaker_(speaker), stems_(list.settings.language) {
        hear();
    }

    void append_hits(std::size_t speaker, std::vector<OracleHit>& hits) {
        for (std::size_t t = 0; t < list_.trackers.size(); ++t) {
            for (const Found& found : reported(list_.trackers[t])) {
                hits.push_back(
                    {speaker, place(found.place.begin), place(found.place.end), index_, t, found.phrase, found.tier});
            }
        }
    }

private:
    bool hears(std::size_t utterance) const { return index_ < speaker_.utterances[utterance].lists; }

    void hear() {
        std::size_t base = 0;
        std::size_t run = 0;
        for (std::size_t u = 0; u < speaker_.utterances.size(); ++u) {
            const OracleUtterance& utterance = speaker_.utterances[u];
            bases_.push_back(base);
            const bool after_gap =
                u > 0 && utterance.start - speaker_.utterances[u - 1].end > list_.settings.phrase_gap_seconds;
            if (after_gap || !hears(u)) ++run;
            if (hears(u)) {
                const text::WordList list = tokenizer_.words_of(utterance.text);
                for (const text::Word& word : list.words) {
                    std::string normal(list.normal_form(word));
                    std::string stem = stems_.of(normal);
                    words_.push_back(
                        {std::move(normal), std::move(stem), {base + word.byte_begin, base + word.byte_end}, u, run});
                }
            } else {
                ++run;
            }
            base += utterance.text.size() + 1;
        }
    }

    OraclePlace place(std::size_t byte) const {
        std::size_t u = bases_.size() - 1;
        while (bases_[u] > byte) --u;
        return {u, byte - bases_[u]};
    }

    std::vector<std::vector<PhraseWord>> phrases(const std::vector<std::string>& texts) {
        std::vector<std::vector<PhraseWord>> result;
        for (const std::string& text : texts) {
            const text::WordList list = tokenizer_.words_of(text);
            std::vector<PhraseWord> phrase;
            for (std::size_t i = 0; i < list.words.size(); ++i) {
                PhraseWord word{std::string(list.normal_form(i)), {}, {}};
                word.stem = stems_.of(word.normal);
                std::string plain = word.normal;
                std::erase(plain, '\'');
                if (plain != word.normal) word.plain_stem = stems_.of(plain);
                phrase.push_back(std::move(word));
            }
            const bool given_before =
                std::any_of(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(result.size()),
                            [&](const std::string& other) { return text::trim(other) == text::trim(text); });
            if (given_before) phrase.clear();  // taken once
            result.push_back(std::move(phrase));
        }
        return result;
    }

    void find_words(const std::vector<std::string>& texts, bool inflected, std::vector<Found>& found) {
        const auto vocabulary = phrases(texts);
        for (std::size_t p = 0; p < vocabulary.size(); ++p) {
            const std::vector<PhraseWord>& phrase = vocabulary[p];
            if (phrase.empty()) continue;
            for (std::size_t first = 0; first + phrase.size() <= words_.size(); ++first) {
                const HeardWord& last = words_[first + phrase.size() - 1];
                if (words_[first].run != last.run) continue;
                const bool exact = same_words(phrase, &words_[first]);
                if (!exact && !(inflected && same_stems(phrase, &words_[first]))) continue;
                found.push_back({p,
                                 exact ? Tier::exact : Tier::inflected,
                                 {words_[first].place.begin, last.place.end},
                                 last.utterance});
            }
        }
    }

    void find_patterns(const std::vector<std::string>& expressions, std::vector<Found>& found) const {
        RE2::Options options;
        options.set_case_sensitive(false);
        options.set_log_errors(false);
        for (std::size_t p = 0; p < expressions.size(); ++p) {
            const auto here = expressions.begin() + static_cast<std::ptrdiff_t>(p);
            if (std::find(expressions.begin(), here, *here) != here) continue;  // given twice: taken once
            const RE2 expression(expressions[p], options);
            for (std::size_t u = 0; u < speaker_.utterances.size(); ++u) {
                if (!hears(u)) continue;
                const std::string& text = speaker_.utterances[u].text;
                std::size_t at = 0;
                re2::StringPiece match;
                while (at <= text.size() && expression.Match(text, at, text.size(), RE2::UNANCHORED, &match, 1)) {
                    const auto begin = static_cast<std::size_t>(match.data() - text.data());
                    at = begin + match.size();
                    if (match.empty()) {
                        do ++at;
                        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U);
                    } else if (!text::trim({match.data(), match.size()})
                                    .empty()) {  // white space may lie in no message
                        found.push_back({p, Tier::pattern, {bases_[u] + begin, bases_[u] + at}, u});
                    }
                }
            }
        }
    }

    bool listens(const detect::TrackerDefinition& tracker) const {
        if (tracker.speakers.empty()) return true;
        return std::any_of(tracker.speakers.begin(), tracker.speakers.end(), [&](const std::string& who) {
            return !who.empty() && (who == speaker_.user_id || who == speaker_.role);
        });
    }

    std::vector<Found> reported(const detect::TrackerDefinition& tracker) {
        std::vector<Found> confirmed;
        if (!listens(tracker)) return confirmed;
        const detect::TierSet tiers = tracker.tiers.value_or(list_.settings.tiers);
        std::vector<Found> found;
        find_words(tracker.vocabulary, true, found);
        find_patterns(tracker.patterns, found);
        std::erase_if(found, [&](const Found& one) { return !tiers.has(one.tier); });
        std::vector<Found> exclusions;
        find_words(tracker.exclude_vocabulary, false, exclusions);

        std::vector<double> reported_ends;
        for (std::size_t u = 0; u < speaker_.utterances.size(); ++u) {
            const double end = speaker_.utterances[u].end;
            const bool cools = tracker.cooldown_seconds > 0 &&
                               std::any_of(reported_ends.begin(), reported_ends.end(),
                                           [&](double earlier) { return end - earlier <= tracker.cooldown_seconds; });
            if (cools) continue;
            const std::size_t before = confirmed.size();
            report_utterance(u, found, exclusions, confirmed);
            if (confirmed.size() > before) reported_ends.push_back(end);
        }
        return confirmed;
    }

    // What of `found` is reported when utterance `u` ends, given what was confirmed before.
    static void report_utterance(std::size_t u, const std::vector<Found>& found, const std::vector<Found>& exclusions,
                                 std::vector<Found>& confirmed) {
        std::vector<Found> inflected;
        for (const Found& one : found) {
            const bool excluded = std::any_of(exclusions.begin(), exclusions.end(), [&](const Found& exclusion) {
                return exclusion.utterance <= u && exclusion.place.overlaps(one.place);
            });
            if (one.utterance != u || excluded) continue;
            if (detect::is_literal(one.tier)) {
                confirmed.push_back(one);
            } else {
                inflected.push_back(one);
            }
        }
        std::sort(inflected.begin(), inflected.end(), better);
        const std::vector<Found> earlier_and_literal = confirmed;
        std::vector<Found> kept;
        for (const Found& one : inflected) {
            const bool beaten = std::any_of(earlier_and_literal.begin(), earlier_and_literal.end(),
                                            [&](const Found& other) {
                                                return other.place.overlaps(one.place) &&
                                                       (detect::is_literal(other.tier) || better(other, one));
                                            }) ||
                                std::any_of(kept.begin(), kept.end(),
                                            [&](const Found& other) { return other.place.overlaps(one.place); });
            if (!beaten) kept.push_back(one);
        }
        confirmed.insert(confirmed.end(), kept.begin(), kept.end());
    }

    // All inflected hits have one score: the longer span, the earlier phrase, the earlier place.
    static bool better(const Found& a, const Found& b) {
        if (a.place.size() != b.place.size()) return a.place.size() > b.place.size();
        if (a.phrase != b.phrase) return a.phrase < b.phrase;
        return a.place.begin < b.place.begin;
    }

    std::size_t index_;
    const detect::TrackerListDefinition& list_;
    const OracleSpeaker& speaker_;
    Stems stems_;
    text::Tokenizer tokenizer_;
    std::vector<std::size_t> bases_;
    std::vector<HeardWord> words_;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const OracleHit& hit) {
    return out << detect::tier_name(hit.tier) << " list " << hit.list << " tracker " << hit.tracker << " phrase "
               << hit.phrase << " speaker " << hit.speaker << " [" << hit.begin.utterance << ':' << hit.begin.byte
               << ", " << hit.end.utterance << ':' << hit.end.byte << ')';
}

std::vector<OracleHit> oracle_hits(std::span<const detect::TrackerListDefinition> lists,
                                   std::span<const OracleSpeaker> speakers) {
    std::vector<OracleHit> hits;
    for (std::size_t s = 0; s < speakers.size(); ++s) {
        if (speakers[s].utterances.empty()) continue;
        for (std::size_t l = 0; l < lists.size(); ++l) Hearing(l, lists[l], speakers[s]).append_hits(s, hits);
    }
    std::sort(hits.begin(), hits.end());
    return hits;
}

}  // namespace earshot::support
