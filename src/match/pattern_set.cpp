#include "earshot/match/pattern_set.hpp"

#include "pattern_filter.hpp"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <optional>
#include <utility>

namespace earshot::match {
namespace {

// So few patterns are run in less time than the pass over the text would take.
constexpr std::size_t k_min_filtered = 4;

// A single character may be all that an expression must have: `\$\d+`.
constexpr int k_min_atom_bytes = 1;

// RE2 compiles no programs of more instructions than this many bytes of memory each.
constexpr std::size_t k_instruction_bytes = 16;

base::Error refusal(base::Errc code, std::size_t index, std::string message, std::string details) {
    std::string path = std::to_string(index);
    path.insert(path.begin(), '/');
    return {code, std::move(message), std::move(path), std::move(details)};
}

// How many classes with ranges beyond ASCII the expression may have at most, told by its letters alone: finding the
// letter cases of one takes RE2 as long as hundreds of instructions, and may leave none of them.
std::size_t wide_classes(std::string_view expression) {
    std::size_t count = 0;
    for (std::size_t i = 0; i + 1 < expression.size(); ++i) {
        const auto next = static_cast<unsigned char>(expression[i + 1]);
        if (expression[i] == '-' && (next >= 0x80 || next == '\\')) ++count;  // the end of a range
        if (expression[i] != '\\') continue;
        if (next == 'p' || next == 'P') ++count;
        ++i;
    }
    return count;
}

// What is known of an expression's cost before anything is done with it.
std::size_t cost_of_reading(std::string_view expression) {
    return expression.size() + PatternSet::k_class_cost * wide_classes(expression);
}

re2::RE2::Options options_of(const PatternLimits& limits) {
    re2::RE2::Options options;
    options.set_case_sensitive(false);
    options.set_log_errors(false);
    options.set_max_mem(limits.max_mem);
    options.set_never_capture(true);  // only whole matches are told
    return options;
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
    /// Compiles the next one, or says why not.
    std::optional<base::Error> add(const std::string& expression, std::size_t index, const PatternLimits& limits,
                                   std::size_t& spent);

    std::vector<std::string> expressions;
    // A filter compiles its expression itself and keeps it; another copy would take half as long again. One filter for
    // each, so that what an expression needs does not depend on the others.
    std::vector<re2::FilteredRE2> compiled;
    PatternFilter filter{{}};
};

std::optional<base::Error> PatternSet::Impl::add(const std::string& expression, std::size_t index,
                                                 const PatternLimits& limits, std::size_t& spent) {
    if (expression.size() > limits.max_bytes) {
        return refusal(base::Errc::too_large, index,
                       "The pattern is longer than " + std::to_string(limits.max_bytes) + " bytes.", "");
    }
    const auto too_costly = [&] {
        return refusal(base::Errc::too_large, index,
                       "The patterns cost more than " + std::to_string(limits.cost) + " together.", "");
    };
    const auto over_memory = [&](const char* details) {
        spent += static_cast<std::size_t>(limits.max_mem) / k_instruction_bytes;
        return refusal(base::Errc::invalid_pattern, index, "The pattern needs too much memory.", details);
    };
    spent += cost_of_reading(expression);
    if (spent > limits.cost) return too_costly();

    const re2::RE2::Options options = options_of(limits);
    re2::FilteredRE2& added = compiled.emplace_back(k_min_atom_bytes);
    int id = 0;
    const auto outcome = added.Add(expression, options, &id);
    if (outcome == re2::RE2::ErrorPatternTooLarge) return over_memory("pattern too large - compile failed");
    if (outcome != re2::RE2::NoError) {
        // What was wrong is told by the expression, and the filter has thrown that away.
        return refusal(base::Errc::invalid_pattern, index, "The pattern does not compile.",
                       re2::RE2(expression, options).error());
    }
    // RE2 compiles the program that finds a match's start when it first needs it; one over the memory limit would make
    // every search slow, so it is asked for here.
    const int forward = added.GetRE2(id).ProgramSize();
    const int reverse = added.GetRE2(id).ReverseProgramSize();
    if (reverse < 0) return over_memory("pattern too large - reverse compile failed");
    spent += static_cast<std::size_t>(forward) + static_cast<std::size_t>(reverse);
    if (spent > limits.cost) return too_costly();
    return std::nullopt;
}

PatternSet::PatternSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PatternSet::~PatternSet() = default;

base::Result<std::shared_ptr<const PatternSet>> PatternSet::compile(std::vector<std::string> expressions,
                                                                    const PatternLimits& limits) {
    std::size_t spent = 0;
    return compile(std::move(expressions), limits, spent);
}

base::Result<std::shared_ptr<const PatternSet>> PatternSet::compile(std::vector<std::string> expressions,
                                                                    const PatternLimits& limits, std::size_t& spent) {
    if (expressions.size() > limits.count) {
        return refusal(base::Errc::too_many, limits.count,
                       "There are over " + std::to_string(limits.count) + " patterns.", "");
    }
    auto impl = std::make_unique<Impl>();
    impl->compiled.reserve(expressions.size());
    std::vector<Clauses> required;
    required.reserve(expressions.size());
    for (std::size_t i = 0; i < expressions.size(); ++i) {
        if (auto refused = impl->add(expressions[i], i, limits, spent)) return std::move(*refused);
        required.push_back(expressions.size() < k_min_filtered ? Clauses{} : required_literals(impl->compiled.back()));
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
