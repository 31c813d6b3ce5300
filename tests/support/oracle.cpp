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
    double score = 1;
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
    Hearing(std::size_t index, const detect::TrackerListDefinition& list, const OracleSpeaker& speaker,
            double default_threshold)
        : index_(index),
          list_(list),
          speaker_(speaker),
          default_threshold_(default_threshold),
          stems_(list.settings.language) {
        hear();
    }

    void append_hits(std::size_t speaker, std::vector<OracleHit>& hits) {
        for (std::size_t t = 0; t < list_.trackers.size(); ++t) {
            for (const Found& found : reported(list_.trackers[t], t)) {
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

    std::vector<Found> reported(const detect::TrackerDefinition& tracker, std::size_t index) {
        std::vector<Found> confirmed;
        if (!listens(tracker)) return confirmed;
        const detect::TierSet tiers = tracker.tiers.value_or(list_.settings.tiers);
        std::vector<Found> found;
        find_words(tracker.vocabulary, true, found);
        find_patterns(tracker.patterns, found);
        add_verdicts(tracker, index, found);
        std::erase_if(found, [&](const Found& one) { return !tiers.has(one.tier); });
        std::vector<Found> exclusions;
        find_words(tracker.exclude_vocabulary, false, exclusions);

        for (std::size_t u = 0; u < speaker_.utterances.size(); ++u) {
            std::vector<Found> candidates;
            std::copy_if(found.begin(), found.end(), std::back_inserter(candidates), [&](const Found& one) {
                const bool excluded = std::any_of(exclusions.begin(), exclusions.end(), [&](const Found& exclusion) {
                    return exclusion.utterance <= u && exclusion.place.overlaps(one.place);
                });
                return one.utterance == u && !excluded && !cools(tracker, confirmed, one);
            });
            report_utterance(candidates, confirmed);
        }
        return confirmed;
    }

    void add_verdicts(const detect::TrackerDefinition& tracker, std::size_t index, std::vector<Found>& found) const {
        const double threshold = tracker.threshold.value_or(list_.settings.threshold.value_or(default_threshold_));
        for (std::size_t u = 0; u < speaker_.utterances.size(); ++u) {
            const auto is_here = [&](const HeardWord& word) { return word.utterance == u; };
            const auto first = std::find_if(words_.begin(), words_.end(), is_here);
            const auto count = static_cast<std::size_t>(std::count_if(words_.begin(), words_.end(), is_here));
            for (const OracleVerdict& verdict : speaker_.utterances[u].verdicts) {
                if (verdict.list != index_ || verdict.tracker != index || verdict.score < threshold) continue;
                if (verdict.first_word > verdict.last_word || verdict.last_word >= count) continue;
                const HeardWord* words = &*first;
                found.push_back({verdict.phrase,
                                 verdict.tier,
                                 {words[verdict.first_word].place.begin, words[verdict.last_word].place.end},
                                 u,
                                 verdict.score});
            }
        }
    }

    // Literal and inflected hits look at such hits alone, the others at all: of earlier utterances.
    bool cools(const detect::TrackerDefinition& tracker, const std::vector<Found>& confirmed, const Found& one) const {
        if (!(tracker.cooldown_seconds > 0)) return false;
        const double end = speaker_.utterances[one.utterance].end;
        return std::any_of(confirmed.begin(), confirmed.end(), [&](const Found& earlier) {
            return earlier.utterance < one.utterance &&
                   (detect::is_immediate(earlier.tier) || !detect::is_immediate(one.tier)) &&
                   end - speaker_.utterances[earlier.utterance].end <= tracker.cooldown_seconds;
        });
    }

    // What of an utterance's candidates is reported when it ends, and then, by verdict, of its others; given what was
    // confirmed before.
    static void report_utterance(std::vector<Found> candidates, std::vector<Found>& confirmed) {
        std::sort(candidates.begin(), candidates.end(), [](const Found& a, const Found& b) {
            return detect::is_literal(a.tier) != detect::is_literal(b.tier) ? detect::is_literal(a.tier) : better(a, b);
        });
        std::size_t meanings = 0;
        for (const Found& one : candidates) {
            const bool beaten = std::any_of(confirmed.begin(), confirmed.end(), [&](const Found& other) {
                const bool is_waited_for = detect::is_immediate(other.tier) || !detect::is_immediate(one.tier);
                return is_waited_for && other.place.overlaps(one.place) &&
                       (detect::is_literal(other.tier) || better(other, one));
            });
            const bool is_meaning = one.tier == Tier::semantic;
            if (!detect::is_literal(one.tier) && (beaten || (is_meaning && meanings > 0))) continue;
            if (is_meaning) ++meanings;
            confirmed.push_back(one);
        }
    }

    // The tier, the score, the longer span, the earlier phrase, the earlier place.
    static bool better(const Found& a, const Found& b) {
        if (a.tier != b.tier) return a.tier < b.tier;
        if (a.score != b.score) return a.score > b.score;
        if (a.place.size() != b.place.size()) return a.place.size() > b.place.size();
        if (a.phrase != b.phrase) return a.phrase < b.phrase;
        return a.place.begin < b.place.begin;
    }

    std::size_t index_;
    const detect::TrackerListDefinition& list_;
    const OracleSpeaker& speaker_;
    double default_threshold_;
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
                                   std::span<const OracleSpeaker> speakers, double default_threshold) {
    std::vector<OracleHit> hits;
    for (std::size_t s = 0; s < speakers.size(); ++s) {
        if (speakers[s].utterances.empty()) continue;
        for (std::size_t l = 0; l < lists.size(); ++l)
            Hearing(l, lists[l], speakers[s], default_threshold).append_hits(s, hits);
    }
    std::sort(hits.begin(), hits.end());
    return hits;
}

}  // namespace earshot::support
