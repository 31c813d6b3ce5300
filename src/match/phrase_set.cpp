#include "earshot/match/phrase_set.hpp"

#include "earshot/base/hash.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>
#include <utility>

namespace earshot::match {
namespace {

constexpr std::string_view k_inner_blank = "\u00A0";

// `word` with each `from` replaced by `to`.
std::string replace_all(std::string_view word, std::string_view from, std::string_view to) {
    std::string result;
    while (true) {
        const std::size_t at = word.find(from);
        result += word.substr(0, at);
        if (at == std::string_view::npos) return result;
        result += to;
        word.remove_prefix(at + from.size());
    }
}

WordId insert_word(std::string_view word, Vocabulary& vocabulary) {
    if (word.find(k_inner_blank) == std::string_view::npos) return vocabulary.insert({word, base::hash_bytes(word)});
    const std::string normal = replace_all(word, k_inner_blank, " ");
    return vocabulary.insert({normal, base::hash_bytes(normal)});
}

// Appends `phrase`, a normal form, to `phrases`, and its new words to `vocabulary`.
void append_phrase(std::string_view phrase, Vocabulary& vocabulary, PhraseWords& phrases) {
    while (!phrase.empty()) {
        const std::string_view word = phrase.substr(0, phrase.find(' '));
        if (!word.empty()) phrases.words.push_back(insert_word(word, vocabulary));
        phrase.remove_prefix(std::min(phrase.size(), word.size() + 1));
    }
    phrases.end_phrase();
}

// Numbers of sets that grow together: `join` two members, `class_of` any.
class Classes {
public:
    explicit Classes(std::size_t size) : parents_(size) { std::iota(parents_.begin(), parents_.end(), WordId{0}); }

    WordId class_of(WordId member) {
        while (parents_[member] != member) {
            parents_[member] = parents_[parents_[member]];
            member = parents_[member];
        }
        return member;
    }

    void join(WordId a, WordId b) { parents_[class_of(a)] = class_of(b); }

private:
    std::vector<WordId> parents_;
};

std::size_t heap_bytes(const std::string& text) {
    return text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0;
}

template <typename T>
std::size_t heap_bytes(const std::vector<T>& list) {
    return list.capacity() * sizeof(T);
}

}  // namespace

// Some words of a list, as keys.
class PhraseSet::TextWords {
public:
    TextWords(const text::WordList& list, std::size_t from)
        : words_(list.words.data() + from), normal_(list.normal.data()), normal_end_(normal_ + list.normal.size()) {
        if (list.normal.size() >= sizeof(short_)) return;
        // A key needs eight readable bytes.
        std::copy(normal_, normal_end_, short_);
        normal_ = short_;
        normal_end_ = short_ + sizeof(short_);
    }
    TextWords(const TextWords&) = delete;
    TextWords& operator=(const TextWords&) = delete;

    WordKey operator[](std::size_t index) const noexcept {
        const text::Word& word = words_[index];
        return WordKey::inside({normal_ + word.normal_begin, word.normal_size}, word.hash, normal_end_);
    }

private:
    const text::Word* words_;
    const char* normal_;
    const char* normal_end_;
    char short_[8] = {};
};

PhraseSet::PhraseSet(PhraseSetDefinition definition) : definition_(std::move(definition)) {
    assert(std::is_sorted(definition_.phrases.begin(), definition_.phrases.end()));
    definition_.phrases.shrink_to_fit();
    PhraseWords phrases;
    phrases.ends.reserve(size());
    for (const std::string& phrase : definition_.phrases) {
        const std::size_t begin = phrases.words.size();
        append_phrase(phrase, vocabulary_, phrases);
        max_words_ = std::max(max_words_, static_cast<std::uint32_t>(phrases.words.size() - begin));
    }
    vocabulary_.shrink();
    automaton_ = PhraseAutomaton(phrases, vocabulary_.size());
    if (definition_.inflection == Inflection::on) compile_stems(std::move(phrases));
}

void PhraseSet::compile_stems(PhraseWords phrases) {
    Stemmer stemmer(definition_.language);
    const auto insert_stem = [&](std::string_view word) {
        const std::string_view stem = stemmer.stem(word);
        return stems_.vocabulary.insert({stem, base::hash_bytes(stem)});
    };
    stems_.of_word.reserve(vocabulary_.size() + 1);
    stems_.of_plain.reserve(vocabulary_.size() + 1);
    stems_.of_word.push_back(k_no_word);
    stems_.of_plain.push_back(k_no_word);
    for (WordId id = 0; id < vocabulary_.size(); ++id) {
        const std::string_view word = vocabulary_.word(id);
        const std::string plain = replace_all(word, "'", "");
        stems_.of_word.push_back(insert_stem(word));
        stems_.of_plain.push_back(plain.size() == word.size() || plain.empty() ? k_no_word : insert_stem(plain));
    }
    stems_.vocabulary.shrink();

    Classes classes(stems_.vocabulary.size());
    for (std::size_t i = 1; i < stems_.of_plain.size(); ++i) {
        if (stems_.of_plain[i] != k_no_word) classes.join(stems_.of_word[i], stems_.of_plain[i]);
    }
    stems_.classes.reserve(stems_.vocabulary.size() + 1);
    stems_.classes.push_back(k_no_word);
    for (WordId stem = 0; stem < stems_.vocabulary.size(); ++stem) stems_.classes.push_back(classes.class_of(stem));

    PhraseWords by_class;
    by_class.ends = phrases.ends;
    by_class.words.reserve(phrases.words.size());
    for (const WordId word : phrases.words) by_class.words.push_back(stems_.classes[stems_.of_word[word + 1] + 1]);
    stems_.automaton = PhraseAutomaton(by_class, stems_.vocabulary.size());

    phrases.words.shrink_to_fit();
    stems_.phrases = std::move(phrases);
}

std::string PhraseSet::normalise(std::string_view phrase, text::Tokenizer& tokenizer) {
    const text::WordList list = tokenizer.words_of(phrase);
    std::string normal;
    normal.reserve(list.normal.size() + list.words.size());
    for (const text::Word& word : list.words) {
        if (!normal.empty()) normal += ' ';
        normal += replace_all(list.normal_form(word), " ", k_inner_blank);
    }
    return normal;
}

const PhraseSetDefinition& PhraseSet::definition() const noexcept {
    return definition_;
}
std::size_t PhraseSet::size() const noexcept {
    return definition_.phrases.size();
}
std::uint32_t PhraseSet::max_words() const noexcept {
    return max_words_;
}

std::optional<PhraseId> PhraseSet::find(std::string_view normal_form) const noexcept {
    const auto at = std::lower_bound(definition_.phrases.begin(), definition_.phrases.end(), normal_form);
    if (at == definition_.phrases.end() || *at != normal_form) return std::nullopt;
    return static_cast<PhraseId>(at - definition_.phrases.begin());
}

std::size_t PhraseSet::memory_bytes() const noexcept {
    std::size_t bytes = heap_bytes(definition_.phrases) + heap_bytes(definition_.language);
    for (const std::string& phrase : definition_.phrases) bytes += heap_bytes(phrase);
    return bytes + vocabulary_.memory_bytes() + automaton_.memory_bytes() + stems_.vocabulary.memory_bytes() +
           stems_.automaton.memory_bytes() + heap_bytes(stems_.phrases.words) + heap_bytes(stems_.phrases.ends) +
           heap_bytes(stems_.of_word) + heap_bytes(stems_.of_plain) + heap_bytes(stems_.classes);
}

void PhraseSet::advance(const text::WordList& list, std::size_t from, std::size_t to, std::uint32_t first_word,
                        PhraseState& state, StemCache* stems, std::vector<WordIds>& ids, std::vector<Occurrence>& exact,
                        std::vector<Occurrence>& inflected) const {
    const std::size_t older = ids.size();
    ids.resize(older + (to - from));
    const std::span<WordIds> words = std::span(ids).subspan(older);
    const std::uint32_t first = first_word + static_cast<std::uint32_t>(from);

    const TextWords text(list, from);
    hear_exact(text, words, first, state, exact);
    if (definition_.inflection == Inflection::off) return;
    assert(stems != nullptr);
    find_stems(text, words, *stems);
    hear_inflected(words, first, state, inflected);
}

void PhraseSet::hear_exact(const TextWords& text, std::span<WordIds> words, std::uint32_t first_word,
                           PhraseState& state, std::vector<Occurrence>& out) const {
    PhraseAutomaton::State at = state.exact;
    for (std::size_t i = 0; i < words.size(); ++i) {
        words[i].exact = vocabulary_.find(text[i]);
        at = automaton_.advance(at, words[i].exact);
        if (automaton_.has_match(at)) [[unlikely]]
            report_exact(first_word + static_cast<std::uint32_t>(i), at, out);
    }
    state.exact = at;
}

// Words of the set have their stems ready. The others are gathered first, again so that no branch asks which is which.
void PhraseSet::find_stems(const TextWords& text, std::span<WordIds> words, StemCache& stems) const {
    constexpr std::size_t k_block = 64;
    std::array<std::uint32_t, k_block> others;
    for (std::size_t begin = 0; begin < words.size(); begin += k_block) {
        const std::size_t end = std::min(words.size(), begin + k_block);
        std::size_t count = 0;
        for (std::size_t i = begin; i < end; ++i) {
            const WordId exact = words[i].exact;
            words[i].stem = stems_.of_word[static_cast<WordId>(exact + 1)];
            others[count] = static_cast<std::uint32_t>(i);
            count += exact == k_no_word ? 1 : 0;
        }
        for (std::size_t i = 0; i < count; ++i) {
            words[others[i]].stem = stems_.vocabulary.find(stems.stem(text[others[i]]));
        }
    }
}

void PhraseSet::hear_inflected(std::span<const WordIds> words, std::uint32_t first_word, PhraseState& state,
                               std::vector<Occurrence>& out) const {
    PhraseAutomaton::State at = state.inflected;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const WordId stem_class = stems_.classes[static_cast<WordId>(words[i].stem + 1)];
        at = stems_.automaton.advance(at, stem_class);
        if (!stems_.automaton.has_match(at)) [[likely]]
            continue;
        report_inflected(first_word + static_cast<std::uint32_t>(i), at, &words[i], out);
    }
    state.inflected = at;
}

[[gnu::noinline]] void PhraseSet::report_exact(std::uint32_t last_word, PhraseAutomaton::State state,
                                               std::vector<Occurrence>& out) const {
    automaton_.for_each_match(
        state, [&](PhraseId phrase, std::uint32_t word_count) { out.push_back({phrase, last_word, word_count}); });
}

[[gnu::noinline]] void PhraseSet::report_inflected(std::uint32_t last_word, PhraseAutomaton::State state,
                                                   const WordIds* last_ids, std::vector<Occurrence>& out) const {
    stems_.automaton.for_each_match(state, [&](PhraseId phrase, std::uint32_t word_count) {
        if (verify(phrase, last_ids + 1 - word_count)) out.push_back({phrase, last_word, word_count});
    });
}

// A class may hold stems of several words, so a candidate is only one whose words may be right: this looks at each.
bool PhraseSet::verify(PhraseId phrase, const WordIds* text) const noexcept {
    bool literal = true;
    for (const WordId word : stems_.phrases[phrase]) {
        if (text->exact != word) {
            literal = false;
            if (text->stem != stems_.of_word[word + 1] && text->stem != stems_.of_plain[word + 1]) return false;
        }
        ++text;
    }
    return !literal;
}

}  // namespace earshot::match
