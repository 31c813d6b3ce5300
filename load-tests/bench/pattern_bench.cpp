// What patterns cost a chunk: a PatternSet, and beside it the plain loop over the same expressions in the same run.
#include "earshot/match/pattern_set.hpp"

#include "allocations.hpp"
#include "expressions.hpp"

#include <benchmark/benchmark.h>
#include <re2/re2.h>

#include <deque>
#include <malloc.h>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace earshot::bench {
namespace {

using match::PatternMatch;
using match::PatternScratch;
using match::PatternSet;

// A dozen words each. Nothing in the first ones matches, though words of many expressions are said.
const std::vector<std::string>& quiet_chunks() {
    static const std::vector<std::string> chunks{
        "So I was wondering whether you could tell me a bit more today.",
        "Thank you for calling, my name is Anna, how can I help you?",
        "Well, the order came last week, and I am quite happy with it.",
        "Let me just have a look at your account, one moment please.",
        "No, I do not want to change the subject, but it is important.",
        "Good, then I will send you the other documents by mail, okay?",
    };
    return chunks;
}

const std::vector<std::string>& matching_chunks() {
    static const std::vector<std::string> chunks{
        "Yes, my order number is 4711222, and could you please check that?",
        "I would like to cancel my subscription by the end of the month.",
        "You charged me twice for the insurance, that is what I am saying.",
        "They said the package was rejected when I was at the shop yesterday.",
        "Call me back, my number is 555 123 4567, any time before noon.",
        "I already told you that we need to return our router this week.",
    };
    return chunks;
}

const std::vector<std::string>& chunks(bool matching) {
    return matching ? matching_chunks() : quiet_chunks();
}

// As a PatternSet has them.
re2::RE2::Options options() {
    re2::RE2::Options options;
    options.set_case_sensitive(false);
    options.set_max_mem(match::PatternLimits{}.max_mem);
    options.set_never_capture(true);
    return options;
}

// The set's expressions without the set.
const std::deque<re2::RE2>& single_expressions(std::size_t count) {
    static std::map<std::size_t, std::deque<re2::RE2>> kept;
    std::deque<re2::RE2>& single = kept[count];
    if (single.empty()) {
        for (const std::string& expression : make_expressions(count)) single.emplace_back(expression, options());
    }
    return single;
}

const PatternSet& pattern_set(std::size_t count) {
    static std::map<std::size_t, std::shared_ptr<const PatternSet>> kept;
    std::shared_ptr<const PatternSet>& set = kept[count];
    if (!set) set = PatternSet::compile(make_expressions(count), {}).value();
    return *set;
}

// Searches all chunks again and again. `search(chunk, matches)`.
template <typename Search>
void search_chunks(benchmark::State& state, bool matching, Search&& search) {
    std::vector<PatternMatch> matches;
    std::size_t found = 0;
    const auto search_all = [&] {
        for (const std::string& chunk : chunks(matching)) {
            matches.clear();
            search(chunk, matches);
            found += matches.size();
        }
    };
    search_all();  // RE2's automata grow
    found = 0;
    const std::uint64_t allocations_before = allocations();
    for (auto _ : state) search_all();
    const std::uint64_t allocated = allocations() - allocations_before;

    const double searched = static_cast<double>(state.iterations() * chunks(matching).size());
    state.counters["ns_per_chunk"] =
        benchmark::Counter(searched / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["matches_per_chunk"] = static_cast<double>(found) / searched;
    state.counters["allocations_per_chunk"] = static_cast<double>(allocated) / searched;
}

void search_patterns(benchmark::State& state, bool matching) {
    const PatternSet& set = pattern_set(static_cast<std::size_t>(state.range(0)));
    PatternScratch scratch;
    search_chunks(state, matching, [&](const std::string& chunk, std::vector<PatternMatch>& matches) {
        set.find_all(chunk, scratch, matches);
    });
}

void loop_over_patterns(benchmark::State& state, bool matching) {
    const auto& single = single_expressions(static_cast<std::size_t>(state.range(0)));
    search_chunks(state, matching, [&](const std::string& chunk, std::vector<PatternMatch>& matches) {
        const re2::StringPiece whole(chunk);
        for (std::uint32_t i = 0; i < single.size(); ++i) {
            re2::StringPiece match;
            for (std::size_t at = 0; single[i].Match(whole, at, chunk.size(), re2::RE2::UNANCHORED, &match, 1);) {
                const auto begin = static_cast<std::uint32_t>(match.data() - chunk.data());
                const auto end = begin + static_cast<std::uint32_t>(match.size());
                matches.push_back({i, begin, end});  // none of the expressions matches the empty string
                at = end;
            }
        }
    });
}

std::size_t heap_bytes() {
    const struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

// `build(expressions)` gives what holds them compiled.
template <typename Build>
void build_expressions(benchmark::State& state, Build&& build) {
    const std::vector<std::string> expressions = make_expressions(static_cast<std::size_t>(state.range(0)));
    std::size_t bytes = 0;
    for (auto _ : state) {
        const std::size_t before = heap_bytes();
        const auto built = build(expressions);
        bytes = heap_bytes() - before;
    }
    const auto count = static_cast<double>(expressions.size());
    const double compiled = static_cast<double>(state.iterations()) * count;
    state.counters["us_per_pattern"] =
        benchmark::Counter(compiled / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["bytes_per_pattern"] = static_cast<double>(bytes) / count;
}

void build_patterns(benchmark::State& state) {
    build_expressions(state, [](const std::vector<std::string>& expressions) {
        return PatternSet::compile(expressions, {}).value();
    });
}

void build_single_expressions(benchmark::State& state) {
    build_expressions(state, [](const std::vector<std::string>& expressions) {
        auto single = std::make_unique<std::deque<re2::RE2>>();
        for (const std::string& expression : expressions) {
            single->emplace_back(expression, options()).ReverseProgramSize();
        }
        return single;
    });
}

BENCHMARK_CAPTURE(search_patterns, quiet, false)->Arg(1)->Arg(10)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search_patterns, matching, true)->Arg(10)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(loop_over_patterns, quiet, false)->Arg(1)->Arg(10)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(loop_over_patterns, matching, true)->Arg(10)->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK(build_patterns)->Arg(500)->Unit(benchmark::kMillisecond);
BENCHMARK(build_single_expressions)->Arg(500)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace earshot::bench
