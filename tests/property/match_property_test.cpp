// The matchers against the plainest code that could do the same, over whole small worlds and large random ones.
#include "earshot/base/hash.hpp"
#include "earshot/match/pattern_set.hpp"
#include "earshot/match/phrase_automaton.hpp"
#include "earshot/match/phrase_set.hpp"
#include "earshot/match/stemmer.hpp"
#include "earshot/match/vocabulary.hpp"

#include "../../src/match/pattern_filter.hpp"
#include "support/word_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace earshot::match {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t k_effort = 1;
#else
constexpr std::size_t k_effort = 5;
#endif

using Phrase = std::vector<WordId>;
using Random = std::mt19937_64;
using Matches = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // (phrase, word count)

std::size_t below(Random& random, std::size_t bound) {
    return static_cast<std::size_t>(random() % bound);
}

PhraseWords flat(const std::vector<Phrase>& phrases) {
    PhraseWords result;
    for (const Phrase& phrase : phrases) {
        result.words.insert(result.words.end(), phrase.begin(), phrase.end());
        result.end_phrase();
    }
    return result;
}

// The phrases that end at the end of `text`, the longer first, equal ones by index.
Matches naive_matches(const std::vector<Phrase>& phrases, const Phrase& text) {
    Matches matches;
    for (std::uint32_t i = 0; i < phrases.size(); ++i) {
        const Phrase& phrase = phrases[i];
        if (phrase.size() > text.size()) continue;
        const auto tail = text.end() - static_cast<std::ptrdiff_t>(phrase.size());
        if (std::equal(phrase.begin(), phrase.end(), tail)) {
            matches.emplace_back(i, static_cast<std::uint32_t>(phrase.size()));
        }
    }
    std::sort(matches.begin(), matches.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    return matches;
}

void collect(const PhraseAutomaton& automaton, PhraseAutomaton::State state, Matches& matches) {
    matches.clear();
    automaton.for_each_match(state,
                             [&](std::uint32_t phrase, std::uint32_t words) { matches.emplace_back(phrase, words); });
}

// ---- Every text up to six words of an alphabet of three ----

constexpr WordId k_letters = 3;

// All texts over k_letters of up to `longest` words, in the order of a walk through their tree.
std::vector<Phrase> all_texts(std::size_t longest) {
    std::vector<Phrase> texts;
    for (std::size_t begin = 0, size = 1; size <= longest; ++size) {
        const std::size_t end = texts.size();
        const std::vector<Phrase> shorter =
            size == 1 ? std::vector<Phrase>{{}}
                      : std::vector<Phrase>(texts.begin() + static_cast<std::ptrdiff_t>(begin), texts.end());
        begin = end;
        for (const Phrase& text : shorter) {
            for (WordId word = 0; word < k_letters; ++word) {
                texts.push_back(text);
                texts.back().push_back(word);
            }
        }
    }
    return texts;
}

// Walks the tree of all texts: at each step the state must say what the double loop says of the text so far. Going back
// to a shorter text and on from there is also what undoing a hypothesis does.
class TextWalk {
public:
    explicit TextWalk(const std::vector<Phrase>& phrases) : phrases_(phrases), automaton_(flat(phrases), k_letters) {}

    bool agrees(std::size_t longest) { return agrees_below(PhraseAutomaton::k_start, longest); }
    std::string disagreement() const {
        return testing::PrintToString(phrases_) + " in " + testing::PrintToString(text_);
    }

private:
    bool agrees_below(PhraseAutomaton::State state, std::size_t longest) {
        for (WordId word = 0; text_.size() < longest && word < k_letters; ++word) {
            text_.push_back(word);
            const PhraseAutomaton::State next = automaton_.advance(state, word);
            collect(automaton_, next, matches_);
            if (matches_ != naive_matches(phrases_, text_) || automaton_.has_match(next) == matches_.empty())
                return false;
            if (!agrees_below(next, longest)) return false;
            text_.pop_back();
        }
        return true;
    }

    const std::vector<Phrase>& phrases_;
    PhraseAutomaton automaton_;
    Phrase text_;
    Matches matches_;
};

TEST(PhraseAutomatonPropertyTest, equals_the_double_loop_on_all_sets_of_phrases_up_to_two_words) {
    const std::vector<Phrase> candidates = all_texts(2);
    ASSERT_EQ(candidates.size(), 12u);
    for (std::uint32_t subset = 0; subset < (1u << candidates.size()); subset += k_effort == 1 ? 7 : 1) {
        std::vector<Phrase> phrases;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            if ((subset >> i & 1) != 0) phrases.push_back(candidates[i]);
        }
        TextWalk walk(phrases);
        ASSERT_TRUE(walk.agrees(6)) << walk.disagreement();
    }
}

TEST(PhraseAutomatonPropertyTest, equals_the_double_loop_on_all_sets_of_three_phrases_up_to_three_words) {
    const std::vector<Phrase> candidates = all_texts(3);
    ASSERT_EQ(candidates.size(), 39u);
    std::size_t tried = 0;
    for (std::size_t a = 0; a < candidates.size(); ++a) {
        for (std::size_t b = a; b < candidates.size(); ++b) {
            for (std::size_t c = b; c < candidates.size(); ++c) {
                if (++tried % (k_effort == 1 ? 20 : 1) != 0) continue;
                const std::vector<Phrase> phrases{candidates[c], candidates[a], candidates[b]};
                TextWalk walk(phrases);
                ASSERT_TRUE(walk.agrees(6)) << walk.disagreement();
            }
        }
    }
}

TEST(PhraseAutomatonPropertyTest, equals_the_double_loop_on_random_sets_of_phrases_up_to_six_words) {
    const std::vector<Phrase> candidates = all_texts(6);
    ASSERT_EQ(candidates.size(), 1092u);
    Random random(1);
    for (std::size_t round = 0; round < 200 * k_effort; ++round) {
        std::vector<Phrase> phrases(1 + below(random, 12));
        for (Phrase& phrase : phrases) phrase = candidates[below(random, candidates.size())];
        TextWalk walk(phrases);
        ASSERT_TRUE(walk.agrees(6)) << walk.disagreement();
    }
}

// ---- Large random worlds ----

// Phrases that share words, beginnings, ends and insides, and come twice.
std::vector<Phrase> tangled_phrases(Random& random, std::size_t count, WordId vocabulary) {
    std::vector<Phrase> phrases;
    while (phrases.size() < count) {
        Phrase phrase;
        const std::size_t kind = phrases.empty() ? 0 : below(random, 5);
        if (kind > 0) phrase = phrases[below(random, phrases.size())];
        if (kind == 1) phrase.resize(1 + below(random, phrase.size()));  // a beginning
        if (kind == 2)
            phrase.erase(phrase.begin(), phrase.begin() + static_cast<std::ptrdiff_t>(below(random, phrase.size())));
        if (kind == 3) phrase.insert(phrase.begin(), static_cast<WordId>(below(random, vocabulary)));
        if (kind == 0 || kind == 3) {
            for (std::size_t words = 1 + below(random, 5); words > 0; --words) {
                phrase.push_back(static_cast<WordId>(below(random, vocabulary)));
            }
        }
        if (phrase.size() <= 12) phrases.push_back(std::move(phrase));
    }
    return phrases;
}

// Random words, and now and then a phrase or a part of one.
Phrase tangled_text(Random& random, const std::vector<Phrase>& phrases, std::size_t words, WordId vocabulary) {
    Phrase text;
    while (text.size() < words) {
        const Phrase& phrase = phrases[below(random, phrases.size())];
        switch (below(random, 4)) {
            case 0:
                text.push_back(k_no_word);
                break;
            case 1:
                text.push_back(static_cast<WordId>(below(random, vocabulary)));
                break;
            case 2:
                text.insert(text.end(), phrase.begin(), phrase.end());
                break;
            default:
                text.insert(text.end(), phrase.begin(),
                            phrase.begin() + static_cast<std::ptrdiff_t>(below(random, phrase.size())));
        }
    }
    return text;
}

TEST(PhraseAutomatonPropertyTest, equals_the_double_loop_on_large_random_sets) {
    Random random(2);
    for (std::size_t round = 0; round < 20 * k_effort; ++round) {
        const auto vocabulary = static_cast<WordId>(2 + below(random, round % 2 == 0 ? 5 : 400));
        const std::vector<Phrase> phrases = tangled_phrases(random, 1 + below(random, 300), vocabulary);
        const Phrase text = tangled_text(random, phrases, 500, vocabulary);
        const PhraseAutomaton automaton(flat(phrases), vocabulary);

        PhraseAutomaton::State state = PhraseAutomaton::k_start;
        Matches matches;
        for (std::size_t i = 0; i < text.size(); ++i) {
            state = automaton.advance(state, text[i]);
            collect(automaton, state, matches);
            const std::size_t begin = i < 12 ? 0 : i - 12;
            const Phrase tail(text.begin() + static_cast<std::ptrdiff_t>(begin),
                              text.begin() + static_cast<std::ptrdiff_t>(i + 1));
            ASSERT_EQ(matches, naive_matches(phrases, tail)) << "round " << round << ", word " << i;
        }
    }
}

TEST(VocabularyPropertyTest, equals_a_map_however_bad_the_hash) {
    Random random(3);
    for (const std::uint64_t mask : {0x0ULL, 0x3ULL, 0x1'0000'0000ULL, 0x7'0000'0003ULL, ~0ULL}) {
        Vocabulary words;
        std::map<std::string, WordId> expected;
        const auto hash_of = [&](const std::string& word) { return base::hash_bytes(word) & mask; };
        const auto random_word = [&] {
            std::string word(below(random, 20), 'a');
            for (char& c : word) c = static_cast<char>('a' + below(random, 3));
            return word;
        };
        for (int i = 0; i < 1000; ++i) {
            const std::string word = random_word();
            const auto [at, is_new] = expected.emplace(word, static_cast<WordId>(expected.size()));
            ASSERT_EQ(words.insert({word, hash_of(word)}), at->second);
        }
        words.shrink();
        ASSERT_EQ(words.size(), expected.size());
        for (const auto& [word, id] : expected) {
            ASSERT_EQ(words.find({word, hash_of(word)}), id);
            ASSERT_EQ(words.word(id), word);
        }
        for (int i = 0; i < 1000; ++i) {
            const std::string word = random_word();
            const auto known = expected.find(word);
            ASSERT_EQ(words.find({word, hash_of(word)}), known == expected.end() ? k_no_word : known->second);
        }
    }
}

// ---- Whole sets: words as text ----

// Words that share stems, stand with and without apostrophes, and one whose normal form is long.
const std::vector<std::string>& spoken_words() {
    static const std::vector<std::string> words{"plan",
                                                "plans",
                                                "planned",
                                                "planning",
                                                "price",
                                                "prices",
                                                "priced",
                                                "we're",
                                                "were",
                                                "what's",
                                                "whats",
                                                "what",
                                                "cancel",
                                                "cancels",
                                                "cancel's",
                                                "cancelled",
                                                "it's",
                                                "its",
                                                "it",
                                                "don't",
                                                "dont",
                                                "'tis",
                                                "rock'n'roll",
                                                "rocknroll",
                                                "the",
                                                "a",
                                                "universality",
                                                "universities",
                                                "universal",
                                                "internationalisationalisms",
                                                "internationalisationalism",
                                                "価",
                                                "ценами",
                                                "цена",
                                                "über",
                                                "uber",
                                                "3.5",
                                                "$"};
    return words;
}

using Sentence = std::vector<std::string>;

std::string joined(const Sentence& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

Sentence random_sentence(Random& random, std::size_t words, std::size_t vocabulary) {
    Sentence sentence;
    for (; words > 0; --words) sentence.push_back(spoken_words()[below(random, vocabulary)]);
    return sentence;
}

struct World {
    PhraseSetDefinition definition;
    std::vector<Sentence> phrases;  // of the definition, as words
    Sentence text;
};

World random_world(Random& random, std::string language) {
    World world;
    const std::size_t vocabulary = 2 + below(random, spoken_words().size() - 1);
    std::map<std::string, Sentence> phrases;
    for (std::size_t count = 1 + below(random, 40); count > 0; --count) {
        const Sentence phrase = random_sentence(random, 1 + below(random, 4), vocabulary);
        phrases.emplace(joined(phrase), phrase);
    }
    for (const auto& [normal, phrase] : phrases) {
        world.definition.phrases.push_back(normal);
        world.phrases.push_back(phrase);
    }
    world.definition.inflection = Inflection::on;
    world.definition.language = std::move(language);
    world.text = random_sentence(random, 80, vocabulary);
    return world;
}

struct Heard {
    std::vector<Occurrence> exact;
    std::vector<Occurrence> inflected;
    friend bool operator==(const Heard&, const Heard&) = default;
};

std::string shown(const Heard& heard) {
    std::string text;
    for (const auto* list : {&heard.exact, &heard.inflected}) {
        text += list == &heard.exact ? "exact:" : " inflected:";
        for (const Occurrence& o : *list) {
            text +=
                " " + std::to_string(o.phrase) + "@" + std::to_string(o.last_word) + "/" + std::to_string(o.word_count);
        }
    }
    return text;
}

std::string without_apostrophes(std::string word) {
    std::erase(word, '\'');
    return word;
}

// What the header of PhraseSet says, word for word.
Heard naive_hearing(const World& world) {
    Stemmer stemmer(world.definition.language);
    std::map<std::string, std::string> stems;
    const auto stem = [&](const std::string& word) -> const std::string& {
        const auto [at, is_new] = stems.emplace(word, "");
        if (is_new) at->second = std::string(stemmer.stem(word));
        return at->second;
    };
    const auto inflects = [&](const std::string& said, const std::string& word) {
        if (stem(said) == stem(word)) return true;
        return word.find('\'') != std::string::npos && stem(said) == stem(without_apostrophes(word));
    };
    Heard heard;
    for (std::size_t last = 0; last < world.text.size(); ++last) {
        for (std::size_t count = std::min<std::size_t>(last + 1, 4); count > 0; --count) {
            const auto said = world.text.begin() + static_cast<std::ptrdiff_t>(last + 1 - count);
            for (std::size_t i = 0; i < world.phrases.size(); ++i) {
                const Sentence& phrase = world.phrases[i];
                if (phrase.size() != count) continue;
                const Occurrence occurrence{static_cast<PhraseId>(i), static_cast<std::uint32_t>(last),
                                            static_cast<std::uint32_t>(count)};
                if (std::equal(phrase.begin(), phrase.end(), said)) {
                    heard.exact.push_back(occurrence);
                } else if (std::equal(said, said + static_cast<std::ptrdiff_t>(count), phrase.begin(), inflects)) {
                    heard.inflected.push_back(occurrence);
                }
            }
        }
    }
    return heard;
}

TEST(PhraseSetPropertyTest, hears_what_a_stemmer_word_by_word_hears) {
    Random random(4);
    for (const char* language : {"en", "es", "ru", "ja", ""}) {
        StemCache stems(language);  // shared by all sets of its language, as on a thread
        for (std::size_t round = 0; round < 40 * k_effort; ++round) {
            const World world = random_world(random, language);
            const PhraseSet set(world.definition);
            const text::WordList list = support::word_list(joined(world.text));
            PhraseState state;
            std::vector<WordIds> ids;
            Heard heard;
            set.advance(list, 0, list.words.size(), 0, state, &stems, ids, heard.exact, heard.inflected);

            const Heard expected = naive_hearing(world);
            ASSERT_EQ(heard, expected) << language << ", round " << round << "\n"
                                       << shown(heard) << "\n"
                                       << shown(expected) << "\n"
                                       << testing::PrintToString(world.definition.phrases) << "\n"
                                       << joined(world.text);
        }
    }
}

// A caller that is fed in chunks, tries hypotheses and takes them back.
class ChunkedListener {
public:
    ChunkedListener(const PhraseSet& set, StemCache& stems) : set_(set), stems_(stems) {}

    void hear(const text::WordList& list, std::size_t from, std::size_t to) {
        set_.advance(list, from, to, 0, state_, &stems_, ids_, heard_.exact, heard_.inflected);
    }

    // Words that are never said in the end.
    void try_hypothesis(const text::WordList& hypothesis) {
        const PhraseState before = state_;
        const std::size_t ids = ids_.size();
        const std::size_t exact = heard_.exact.size();
        const std::size_t inflected = heard_.inflected.size();
        hear(hypothesis, 0, hypothesis.words.size());
        state_ = before;
        ids_.resize(ids);
        heard_.exact.resize(exact);
        heard_.inflected.resize(inflected);
    }

    // Only what a phrase can still reach is kept.
    void forget_old_ids() {
        const std::size_t keep = set_.max_words() == 0 ? 0 : set_.max_words() - 1;
        if (ids_.size() > keep) ids_.erase(ids_.begin(), ids_.end() - static_cast<std::ptrdiff_t>(keep));
    }

    const Heard& heard() const { return heard_; }

private:
    const PhraseSet& set_;
    StemCache& stems_;
    PhraseState state_;
    std::vector<WordIds> ids_;
    Heard heard_;
};

TEST(PhraseSetPropertyTest, hears_the_same_however_a_stream_is_cut_and_hypotheses_are_taken_back) {
    Random random(5);
    StemCache stems("en");
    for (std::size_t round = 0; round < 60 * k_effort; ++round) {
        const World world = random_world(random, "en");
        const PhraseSet set(world.definition);
        const text::WordList list = support::word_list(joined(world.text));
        ChunkedListener whole(set, stems);
        whole.hear(list, 0, list.words.size());

        ChunkedListener cut(set, stems);
        for (std::size_t at = 0; at < list.words.size();) {
            if (below(random, 2) == 0) {
                cut.try_hypothesis(support::word_list(joined(random_sentence(random, below(random, 6), 20))));
            }
            if (below(random, 3) == 0) cut.forget_old_ids();
            const std::size_t to = std::min(list.words.size(), at + below(random, 6));
            cut.hear(list, at, to);
            at = to;
        }
        ASSERT_EQ(cut.heard(), whole.heard()) << shown(cut.heard()) << "\n" << shown(whole.heard());
    }
}

TEST(PhraseSetPropertyTest, hears_literally_the_same_with_and_without_inflection) {
    Random random(6);
    StemCache stems("en");
    for (std::size_t round = 0; round < 40 * k_effort; ++round) {
        World world = random_world(random, "en");
        const PhraseSet with(world.definition);
        world.definition.inflection = Inflection::off;
        world.definition.language.clear();
        const PhraseSet without(world.definition);
        const text::WordList list = support::word_list(joined(world.text));

        ChunkedListener a(with, stems);
        a.hear(list, 0, list.words.size());
        ChunkedListener b(without, stems);
        b.hear(list, 0, list.words.size());
        ASSERT_EQ(a.heard().exact, b.heard().exact);
        ASSERT_TRUE(b.heard().inflected.empty());
        ASSERT_LT(without.memory_bytes(), with.memory_bytes());
    }
}

// ---- Patterns ----

// All matches of one expression: the suffix of `text` is tried at each place in turn, anchored there.
void naive_find(const re2::RE2& one, std::uint32_t index, std::string_view text, std::vector<PatternMatch>& out) {
    for (std::size_t at = 0; at < text.size();) {
        re2::StringPiece match;
        const re2::StringPiece whole(text.data(), text.size());
        if (one.Match(whole, at, text.size(), re2::RE2::ANCHOR_START, &match, 1) && !match.empty()) {
            out.push_back({index, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + match.size())});
            at += match.size();
        } else {
            do ++at;
            while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
        }
    }
}

std::string random_expression(Random& random, std::size_t depth) {
    static const std::vector<std::string> atoms{"a",    "b",   "é",  "[ab]", "[^a]", ".", "\\b",    "\\w", "\\pL",
                                                "(?:)", "a+?", "b*", "A",    "é?",   "$", "(?:ab)", "\\s", "b{1,2}"};
    const auto sub = [&] { return random_expression(random, depth - 1); };
    if (depth == 0) return atoms[below(random, atoms.size())];
    switch (below(random, 6)) {
        case 0:
            return sub() + "|" + sub();
        case 1:
            return "(" + sub() + ")*";
        case 2:
            return "(?:" + sub() + ")?";
        case 3:
            return "(?:" + sub() + ")" + sub();
        default:
            return sub() + sub();
    }
}

// A set and, apart from it, its expressions one by one.
class PatternTrial {
public:
    explicit PatternTrial(std::vector<std::string> expressions) : expressions_(std::move(expressions)) {
        re2::RE2::Options options;
        options.set_case_sensitive(false);
        for (const std::string& expression : expressions_) single_.emplace_back(expression, options);
        auto compiled = PatternSet::compile(expressions_, {});
        if (compiled.has_value()) set_ = std::move(compiled.value());
    }

    bool compiled() const { return set_ != nullptr; }

    // The same scratch every time, as callers have it.
    bool agrees_on(std::string_view text) {
        std::vector<PatternMatch> matches;
        set_->find_all(text, scratch_, matches);
        std::vector<PatternMatch> expected;
        for (std::uint32_t i = 0; i < single_.size(); ++i) naive_find(single_[i], i, text, expected);
        run_ += scratch_.candidates.size();
        for (std::size_t i = 0; i < expected.size(); ++i) {
            matched_ += i == 0 || expected[i].pattern != expected[i - 1].pattern ? 1 : 0;
        }
        return matches == expected;
    }

    // How many patterns matched, and were run, of those there were to be run.
    std::size_t matched() const { return matched_; }
    std::size_t run() const { return run_; }
    std::string shown() const { return testing::PrintToString(expressions_); }

private:
    std::vector<std::string> expressions_;
    std::deque<re2::RE2> single_;
    std::shared_ptr<const PatternSet> set_;
    PatternScratch scratch_;
    std::size_t matched_ = 0;
    std::size_t run_ = 0;
};

TEST(PatternSetPropertyTest, equals_one_expression_after_another) {
    static const std::vector<std::string> pieces{"a", "b", "A", "B", "é", "É", " ", "\n", "ab", "😀", "7"};
    Random random(7);
    for (std::size_t round = 0; round < 100 * k_effort; ++round) {
        std::vector<std::string> expressions(1 + below(random, 8));
        for (std::string& expression : expressions) expression = random_expression(random, 3);
        PatternTrial trial(std::move(expressions));
        ASSERT_TRUE(trial.compiled()) << trial.shown();

        for (std::size_t texts = 0; texts < 10; ++texts) {
            std::string text;
            for (std::size_t count = below(random, 16); count > 0; --count)
                text += pieces[below(random, pieces.size())];
            ASSERT_TRUE(trial.agrees_on(text)) << trial.shown() << " in \"" << text << '"';
        }
    }
}

// Words in several ways to write them that are the same but for letter case, and some that only look so: İ and ı are no
// forms of i, and ss is none of ß.
const std::vector<std::vector<std::string>>& words_in_all_cases() {
    static const std::vector<std::vector<std::string>> words{
        {"kiosk", "KIOSK", "\u212Aios\u212A", "\u212Aio\u017Fk"},
        {"less", "LESS", "le\u017F\u017F", "Le\u017Fs"},
        {"straße", "STRAẞE", "\u017Ftraße", "strasse"},
        {"istanbul", "İstanbul", "ıstanbul", "ISTANBUL"},
        {"ὀδός", "ὈΔΌΣ", "ὀδόσ"},
        {"цена", "ЦЕНА", "Цена"},
        {"ǆ", "ǅ", "Ǆ"},
        {"Ångström", "\u212Bngström", "ÅNGSTRÖM"},
        {"µ", "μ", "Μ"},
        {"ꭰꮃ", "ᎠᎳ"},
        {"მთა", "ᲛᲗᲐ"},
        {"𐐨𐐬", "𐐀𐐄"},
        {"ⅷ", "Ⅷ"},
        {"e\u0301t\u00E9", "E\u0301T\u00C9"},
        {"価格"},
        {"order", "Order", "ORDER"},
        {"the", "The"},
        {"a", "A"},
        {" ", "\u00A0"},
        {"4711", "７"},
        {"ſt", "ﬆ", "st"},
    };
    return words;
}

std::string random_said(Random& random, std::size_t word) {
    const auto& forms = words_in_all_cases()[word];
    return forms[below(random, forms.size())];
}

// Mostly literals, as users write expressions; parts that make them needless, and switches of letter case.
std::string random_wordy_expression(Random& random, std::size_t depth) {
    const auto word = [&] { return random_said(random, below(random, words_in_all_cases().size())); };
    const auto sub = [&] { return random_wordy_expression(random, depth - 1); };
    if (depth == 0) return word();
    switch (below(random, 12)) {
        case 0:
            return "(?:" + sub() + "|" + sub() + ")";
        case 1:
            return "(?:" + sub() + "|" + sub() + "|" + sub() + ")" + sub();
        case 2:
            return "(?:" + sub() + ")?" + sub();
        case 3:
            return "(?:" + sub() + ")+";
        case 4:
            return "(?:" + sub() + ")*" + word();
        case 5:
            return sub() + ".*" + sub();
        case 6:
            return "(?-i:" + sub() + ")" + word();
        case 7:
            return sub() + "\\s*" + sub();
        case 8:
            return "[" + word() + "]" + sub();
        case 9:
            return sub() + "(?:\\d+|\\b|$)";
        case 10:
            return "(?:^|\\W)" + sub();
        default:
            return word() + sub();
    }
}

TEST(PatternSetPropertyTest, loses_nothing_to_the_filter_whatever_the_letter_case) {
    Random random(8);
    std::size_t patterns = 0;
    std::size_t matched = 0;
    std::size_t run = 0;
    for (std::size_t round = 0; round < 60 * k_effort; ++round) {
        std::vector<std::string> expressions(1 + below(random, 30));
        for (std::string& expression : expressions) expression = random_wordy_expression(random, 1 + below(random, 2));
        const std::size_t count = expressions.size();
        PatternTrial trial(std::move(expressions));
        ASSERT_TRUE(trial.compiled()) << trial.shown();

        for (std::size_t texts = 0; texts < 20; ++texts) {
            std::string text;
            for (std::size_t words = below(random, 10); words > 0; --words) {
                text += random_said(random, below(random, words_in_all_cases().size()));
                if (below(random, 3) == 0) text += ' ';
            }
            ASSERT_TRUE(trial.agrees_on(text)) << trial.shown() << " in \"" << text << '"';
        }
        patterns += 20 * count;
        matched += trial.matched();
        run += trial.run();
    }
    // Neither nothing nor everything matched or was run, or the above would say little.
    EXPECT_GT(matched, patterns / 50);
    EXPECT_GT(run, matched);
    EXPECT_LT(run, patterns / 2);
}

// ---- Folding ----

std::vector<char32_t> code_points_of(std::string_view text) {
    std::vector<char32_t> points;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0) == 0x80) {
            points.back() = points.back() << 6 | (byte & 0x3Fu);
        } else {
            points.push_back(byte < 0x80 ? byte : byte < 0xE0 ? byte & 0x1Fu : byte < 0xF0 ? byte & 0x0Fu : byte & 7u);
        }
    }
    return points;
}

std::string utf8_of(char32_t point) {
    const auto tail = [&](int shift) { return static_cast<char>(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), tail(0)};
    if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), tail(6), tail(0)};
    return {static_cast<char>(0xF0 | point >> 18), tail(12), tail(6), tail(0)};
}

std::string folded(char32_t point) {
    std::string result;
    append_folded(utf8_of(point), result);
    return result;
}

// RE2 and ICU have their own tables of letter case. All forms of a letter have one atom in RE2, so if each code point
// folds as its atom does, all forms fold alike, and a text that matches a literal holds the literal folded.
TEST(AppendFoldedPropertyTest, folds_alike_what_re2_takes_for_equal) {
    constexpr char32_t k_end = 0x110000;
    constexpr std::size_t k_row = 500;
    re2::RE2::Options options;
    options.set_case_sensitive(false);
    std::size_t changed = 0;
    for (char32_t next = 1; next < k_end;) {
        std::vector<char32_t> row;
        std::string expression;
        for (; row.size() < k_row && next < k_end; ++next) {
            if (next >= 0xD800 && next < 0xE000) continue;
            row.push_back(next);
            expression += re2::RE2::QuoteMeta(utf8_of(next));
        }
        re2::FilteredRE2 filter(1);
        int id = 0;
        ASSERT_EQ(filter.Add(expression, options, &id), re2::RE2::NoError);
        std::vector<std::string> atoms;
        filter.Compile(&atoms);
        ASSERT_EQ(atoms.size(), 1u) << "from " << static_cast<std::uint32_t>(row.front());
        const std::vector<char32_t> lowered = code_points_of(atoms.front());
        ASSERT_EQ(lowered.size(), row.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            ASSERT_EQ(folded(row[i]), folded(lowered[i])) << std::hex << static_cast<std::uint32_t>(row[i]);
            changed += row[i] != lowered[i] ? 1 : 0;
        }
    }
    EXPECT_GT(changed, 1300u);
}

}  // namespace
}  // namespace earshot::match
