#include "earshot/match/pattern_set.hpp"

#include "pattern_filter.hpp"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <utility>

namespace earshot::match {
namespace {

// So few patterns are run in less time than the pass over the text would take.
constexpr std::size_t k_min_filtered = 4;

// A single character may be all that an expression must have: `\$\d+`.
constexpr int k_min_atom_bytes = 1;

base::Error refusal(base::Errc code, std::size_t index, std::string message, std::string details) {
    std::string path = std::to_string(index);
    path.insert(path.begin(), '/');
    return {code, std::move(message), std::move(path), std::move(details)};
}

// Where the code point at `at` ends.
std::size_t behind_code_point(std::string_view text, std::size_t at) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
    return at;
}

void find_one(const re2::RE2& expression, std::uint32_t pattern, std::string_view text,
              std::vector<PatternMatch>& out) {
    const re2::StringPiece whole(text.data(), text.size());
    re2::StringPiece match;
    for (std::size_t at = 0; at < text.size();) {
        if (!expression.Match(whole, at, text.size(), re2::RE2::UNANCHORED, &match, 1)) break;
        const auto begin = static_cast<std::size_t>(match.data() - text.data());
        const std::size_t end = begin + match.size();
        if (match.empty()) {
            if (begin >= text.size()) break;
            at = behind_code_point(text, begin);
            continue;
        }
        out.push_back({pattern, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
        at = end;
    }
}

}  // namespace

class PatternSet::Impl {
public:
    std::vector<std::string> expressions;
    // A filter compiles its expression itself and keeps it; another copy would take half as long again. One filter for
    // each, so that what an expression needs does not depend on the others.
    std::vector<re2::FilteredRE2> compiled;
    PatternFilter filter{{}};
};

PatternSet::PatternSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PatternSet::~PatternSet() = default;

base::Result<std::shared_ptr<const PatternSet>> PatternSet::compile(std::vector<std::string> expressions,
                                                                    const PatternLimits& limits) {
    re2::RE2::Options options;
    options.set_case_sensitive(false);
    options.set_log_errors(false);
    options.set_max_mem(limits.max_mem);
    options.set_never_capture(true);  // only whole matches are told

    auto impl = std::make_unique<Impl>();
    impl->compiled.reserve(expressions.size());
    std::vector<Clauses> required;
    required.reserve(expressions.size());
    for (std::size_t i = 0; i < expressions.size(); ++i) {
        const std::string& expression = expressions[i];
        if (expression.size() > limits.max_bytes) {
            return refusal(base::Errc::too_large, i,
                           "The pattern is longer than " + std::to_string(limits.max_bytes) + " bytes.", "");
        }
        re2::FilteredRE2& compiled = impl->compiled.emplace_back(k_min_atom_bytes);
        int id = 0;
        if (compiled.Add(expression, options, &id) != re2::RE2::NoError) {
            // What was wrong is told by the expression, and the filter has thrown that away.
            return refusal(base::Errc::invalid_pattern, i, "The pattern does not compile.",
                           re2::RE2(expression, options).error());
        }
        // RE2 compiles the program that finds a match's start when it first needs it; one over the memory limit would
        // make every search slow, so it is asked for here.
        if (compiled.GetRE2(id).ReverseProgramSize() < 0) {
            return refusal(base::Errc::invalid_pattern, i, "The pattern needs too much memory.",
                           "pattern too large - reverse compile failed");
        }
        required.push_back(expressions.size() < k_min_filtered ? Clauses{} : required_literals(compiled));
    }
    impl->filter = PatternFilter(required);
    impl->expressions = std::move(expressions);
    return std::shared_ptr<const PatternSet>(new PatternSet(std::move(impl)));
}

void PatternSet::find_all(std::string_view text, PatternScratch& scratch, std::vector<PatternMatch>& out) const {
    if (text.empty()) return;  // it has no non-empty match
    impl_->filter.find_candidates(text, scratch);
    for (const std::uint32_t pattern : scratch.candidates) {
        find_one(impl_->compiled[pattern].GetRE2(0), pattern, text, out);
    }
}

const std::vector<std::string>& PatternSet::expressions() const noexcept {
    return impl_->expressions;
}
std::size_t PatternSet::size() const noexcept {
    return impl_->expressions.size();
}

}  // namespace earshot::match
