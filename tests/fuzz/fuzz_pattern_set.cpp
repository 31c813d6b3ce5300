// Expressions and a text: each expression is refused or compiles within its memory, and the set, which runs only what
// the literals in the text let through, finds what single expressions find, tried anchored at one place after another.
// Ends of the text follow with the same scratch.
//
// Input: expressions, each ended by '\n', up to an empty line; behind it the text. At most 4 expressions of 128 bytes
// and 256 bytes of text; a text that is no UTF-8 is not searched.
#include "earshot/match/pattern_set.hpp"
#include "earshot/text/utf8.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace {

using earshot::base::Errc;
using earshot::match::PatternLimits;
using earshot::match::PatternMatch;
using earshot::match::PatternScratch;
using earshot::match::PatternSet;

constexpr std::size_t k_max_expressions = 4;
constexpr std::size_t k_max_text_bytes = 256;
constexpr std::size_t k_many = 8;
constexpr PatternLimits k_limits{.max_bytes = 128, .max_mem = 256 * 1024};

void require(bool condition) {
    if (!condition) std::abort();
}

struct Input {
    std::vector<std::string> expressions;
    std::string_view text;
};

Input parse(std::string_view bytes) {
    Input input;
    while (!bytes.empty()) {
        const std::string_view line = bytes.substr(0, bytes.find('\n'));
        bytes.remove_prefix(line.size() < bytes.size() ? line.size() + 1 : line.size());
        if (line.empty()) break;
        if (input.expressions.size() < k_max_expressions) input.expressions.emplace_back(line);
    }
    input.text = bytes.substr(0, k_max_text_bytes);
    return input;
}

re2::RE2::Options options_of_oracle() {
    re2::RE2::Options options;
    options.set_case_sensitive(false);
    options.set_log_errors(false);
    return options;
}

void naive_find(const re2::RE2& one, std::uint32_t index, std::string_view text, std::vector<PatternMatch>& out) {
    const re2::StringPiece whole(text.data(), text.size());
    for (std::size_t at = 0; at < text.size();) {
        re2::StringPiece match;
        if (one.Match(whole, at, text.size(), re2::RE2::ANCHOR_START, &match, 1) && !match.empty()) {
            out.push_back({index, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + match.size())});
            at += match.size();
        } else {
            do ++at;
            while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
        }
    }
}

// A refusal names the first expression that is at fault, and says why.
void check_refusal(const earshot::base::Error& error, const std::vector<std::string>& expressions) {
    require(error.path.size() == 2 && error.path[0] == '/');
    const auto index = static_cast<std::size_t>(error.path[1] - '0');
    require(index < expressions.size());
    const bool is_long = expressions[index].size() > k_limits.max_bytes;
    require(error.code == (is_long ? Errc::too_large : Errc::invalid_pattern));
    require(!error.message.empty() && (is_long || !error.details.empty()));
    const std::vector<std::string> before(expressions.begin(), expressions.begin() + error.path[1] - '0');
    require(PatternSet::compile(before, k_limits).has_value());
}

// What a list of `count` expressions finds that has the first `period` over and over.
std::vector<PatternMatch> given_again(const std::vector<PatternMatch>& once, std::size_t period, std::size_t count) {
    std::vector<PatternMatch> matches;
    for (std::size_t first = 0; first < count; first += period) {
        for (PatternMatch match : once) {
            match.pattern += static_cast<std::uint32_t>(first);
            matches.push_back(match);
        }
    }
    return matches;
}

// The second half, in whole code points: what a literal of the first half let through must be held back now.
std::string_view half_of(std::string_view text) {
    std::size_t at = text.size() / 2 + 1;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    return text.substr(std::min(at, text.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Input input = parse({reinterpret_cast<const char*>(data), size});
    const auto compiled = PatternSet::compile(input.expressions, k_limits);
    if (compiled.has_error()) {
        check_refusal(compiled.error(), input.expressions);
        return 0;
    }
    require(compiled.value()->expressions() == input.expressions);
    if (input.expressions.empty() || earshot::text::find_invalid_utf8(input.text)) return 0;

    std::deque<re2::RE2> single;
    for (const std::string& expression : input.expressions) single.emplace_back(expression, options_of_oracle());
    // Few patterns are run without asking the filter. Given again, they are many.
    std::vector<std::string> many = input.expressions;
    while (many.size() < k_many) many.insert(many.end(), input.expressions.begin(), input.expressions.end());
    const auto filtered = PatternSet::compile(many, k_limits);
    require(filtered.has_value());
    PatternScratch scratch;
    for (std::string_view text = input.text;; text = half_of(text)) {
        std::vector<PatternMatch> matches;
        compiled.value()->find_all(text, scratch, matches);
        std::vector<PatternMatch> expected;
        for (std::uint32_t i = 0; i < single.size(); ++i) naive_find(single[i], i, text, expected);
        require(matches == expected);

        matches.clear();
        filtered.value()->find_all(text, scratch, matches);
        require(matches == given_again(expected, single.size(), many.size()));
        if (text.empty()) break;
    }
    return 0;
}
