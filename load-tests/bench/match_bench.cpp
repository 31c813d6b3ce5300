// What hearing costs: from UTF-8 bytes to occurrences, beside the plainest loops over the same bytes in the same run.
// bench_ratios.py prints the ratios; absolute figures mean little from machine to machine.
#include "earshot/match/phrase_set.hpp"
#include "earshot/text/tokenizer.hpp"

#include "allocations.hpp"
#include "speech.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

namespace earshot::bench {
namespace {

using match::Inflection;
using match::Occurrence;
using match::PhraseSet;
using match::PhraseSetDefinition;
using match::PhraseState;
using match::StemCache;
using match::WordIds;

constexpr std::size_t k_words = 300'000;
constexpr const char* k_language = "en";

// The text all benchmarks share.
struct Speech {
    std::vector<Utterance> utterances = make_speech(k_words, 10);
    std::size_t bytes = 0;

    Speech() {
        for (const Utterance& utterance : utterances) bytes += utterance.size();
    }
};

const Speech& speech() {
    static const Speech instance;
    return instance;
}

PhraseSetDefinition definition_of(std::size_t phrases, Inflection inflection) {
    text::Tokenizer tokenizer;
    PhraseSetDefinition definition;
    for (const std::string& phrase : make_phrases(phrases)) {
        definition.phrases.push_back(PhraseSet::normalise(phrase, tokenizer));
    }
    std::sort(definition.phrases.begin(), definition.phrases.end());
    const auto end = std::unique(definition.phrases.begin(), definition.phrases.end());
    definition.phrases.erase(end, definition.phrases.end());
    definition.inflection = inflection;
    if (inflection == Inflection::on) definition.language = k_language;
    return definition;
}

const PhraseSet& phrase_set(std::size_t phrases, Inflection inflection) {
    static std::map<std::pair<std::size_t, Inflection>, std::unique_ptr<PhraseSet>> sets;
    std::unique_ptr<PhraseSet>& set = sets[{phrases, inflection}];
    if (!set) set = std::make_unique<PhraseSet>(definition_of(phrases, inflection));
    return *set;
}

void report_text(benchmark::State& state) {
    const auto rounds = static_cast<double>(state.iterations());
    // Google Benchmark prints seconds with a unit of their own; the names say nanoseconds and gigabytes.
    state.counters["ns_per_word"] =
        benchmark::Counter(rounds * k_words / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["GB/s"] =
        benchmark::Counter(rounds * static_cast<double>(speech().bytes) / 1e9, benchmark::Counter::kIsRate);
}

// 1 tok: each byte folded and hashed, each word's hash taken.
void fold_and_hash(benchmark::State& state) {
    for (auto _ : state) {
        std::uint64_t sum = 0;
        for (const Utterance& utterance : speech().utterances) {
            std::uint64_t hash = 0xCBF29CE484222325;
            bool in_word = false;
            for (const char c : utterance) {
                auto byte = static_cast<unsigned char>(c);
                if (byte >= 'A' && byte <= 'Z') byte = static_cast<unsigned char>(byte | 0x20);
                if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '\'' || byte >= 0x80) {
                    hash = (hash ^ byte) * 0x100000001B3;
                    in_word = true;
                } else if (in_word) {
                    sum += hash;
                    hash = 0xCBF29CE484222325;
                    in_word = false;
                }
            }
            if (in_word) sum += hash;
        }
        benchmark::DoNotOptimize(sum);
    }
    report_text(state);
}

void find_blanks(benchmark::State& state) {
    for (auto _ : state) {
        std::size_t blanks = 0;
        for (const Utterance& utterance : speech().utterances) {
            const char* at = utterance.data();
            const char* const end = at + utterance.size();
            while (const void* blank = std::memchr(at, ' ', static_cast<std::size_t>(end - at))) {
                at = static_cast<const char*>(blank) + 1;
                ++blanks;
            }
        }
        benchmark::DoNotOptimize(blanks);
    }
    report_text(state);
}

void tokenise(benchmark::State& state) {
    text::Tokenizer tokenizer;
    text::WordList list;
    for (auto _ : state) {
        std::size_t words = 0;
        for (const Utterance& utterance : speech().utterances) {
            list.clear();
            tokenizer.append_words(utterance, {}, list);
            words += list.words.size();
        }
        benchmark::DoNotOptimize(words);
    }
    report_text(state);
}

// A speaker's stream: an utterance is a chunk, and the ids of the words that a phrase can still reach are kept.
class Listener {
public:
    explicit Listener(const PhraseSet& set) : set_(set), stems_(set.definition().language) {}

    void hear(const Utterance& utterance) {
        list_.clear();
        tokenizer_.append_words(utterance, {}, list_);
        set_.advance(list_, 0, list_.words.size(), next_word_, state_, &stems_, ids_, exact_, inflected_);
        next_word_ += static_cast<std::uint32_t>(list_.words.size());
        const std::size_t keep = set_.max_words();
        if (ids_.size() > keep) ids_.erase(ids_.begin(), ids_.end() - static_cast<std::ptrdiff_t>(keep));
    }

    // Occurrences since the last call.
    std::size_t take_heard() {
        const std::size_t heard = exact_.size() + inflected_.size();
        exact_.clear();
        inflected_.clear();
        return heard;
    }

private:
    const PhraseSet& set_;
    text::Tokenizer tokenizer_;
    text::WordList list_;
    StemCache stems_;
    std::uint32_t next_word_ = 0;
    PhraseState state_;
    std::vector<WordIds> ids_;
    std::vector<Occurrence> exact_;
    std::vector<Occurrence> inflected_;
};

void hear(benchmark::State& state, Inflection inflection) {
    const PhraseSet& set = phrase_set(static_cast<std::size_t>(state.range(0)), inflection);
    Listener listener(set);
    std::size_t heard = 0;
    const auto hear_all = [&] {
        for (const Utterance& utterance : speech().utterances) {
            listener.hear(utterance);
            heard += listener.take_heard();
        }
    };
    hear_all();  // vectors grow, caches fill
    heard = 0;
    const std::uint64_t allocations_before = allocations();
    for (auto _ : state) hear_all();
    const std::uint64_t allocated = allocations() - allocations_before;

    const auto rounds = static_cast<double>(state.iterations());
    report_text(state);
    state.counters["heard_per_1000_words"] = static_cast<double>(heard) / rounds / (k_words / 1000.0);
    state.counters["allocations_per_chunk"] =
        static_cast<double>(allocated) / rounds / static_cast<double>(speech().utterances.size());
}

void build(benchmark::State& state, Inflection inflection) {
    const PhraseSetDefinition definition = definition_of(static_cast<std::size_t>(state.range(0)), inflection);
    std::size_t bytes = 0;
    for (auto _ : state) {
        state.PauseTiming();
        PhraseSetDefinition copy = definition;
        state.ResumeTiming();
        const PhraseSet set(std::move(copy));
        benchmark::DoNotOptimize(&set);
        state.PauseTiming();
        bytes = set.memory_bytes();
        state.ResumeTiming();
    }
    state.counters["bytes_per_phrase"] = static_cast<double>(bytes) / static_cast<double>(definition.phrases.size());
}

BENCHMARK(fold_and_hash)->Unit(benchmark::kMillisecond);
BENCHMARK(find_blanks)->Unit(benchmark::kMillisecond);
BENCHMARK(tokenise)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(hear, exact, Inflection::off)
    ->Arg(100)
    ->Arg(1000)
    ->Arg(5000)
    ->Arg(25000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(hear, inflected, Inflection::on)
    ->Arg(100)
    ->Arg(1000)
    ->Arg(5000)
    ->Arg(25000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(build, exact, Inflection::off)
    ->Arg(200)
    ->Arg(1000)
    ->Arg(5000)
    ->Arg(25000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(build, inflected, Inflection::on)->Arg(200)->Arg(5000)->Arg(25000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace earshot::bench
