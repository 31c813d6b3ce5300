#include "earshot/match/pattern_set.hpp"

#include <re2/re2.h>

#include <utility>

namespace earshot::match {
namespace {

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

}  // namespace

class PatternSet::Impl {
public:
    std::vector<std::string> expressions;
    std::vector<std::unique_ptr<const re2::RE2>> compiled;
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
    for (std::size_t i = 0; i < expressions.size(); ++i) {
        const std::string& expression = expressions[i];
        if (expression.size() > limits.max_bytes) {
            return refusal(base::Errc::too_large, i,
                           "The pattern is longer than " + std::to_string(limits.max_bytes) + " bytes.", "");
        }
        auto compiled = std::make_unique<re2::RE2>(expression, options);
        if (!compiled->ok()) {
            return refusal(base::Errc::invalid_pattern, i, "The pattern does not compile.", compiled->error());
        }
        // RE2 compiles the program that finds a match's start when it first needs it; one over the memory limit would
        // make every search slow, so it is asked for here.
        if (compiled->ReverseProgramSize() < 0) {
            return refusal(base::Errc::invalid_pattern, i, "The pattern needs too much memory.",
                           "pattern too large - reverse compile failed");
        }
        impl->compiled.push_back(std::move(compiled));
    }
    impl->expressions = std::move(expressions);
    return std::shared_ptr<const PatternSet>(new PatternSet(std::move(impl)));
}

void PatternSet::find_all(std::string_view text, std::vector<PatternMatch>& out) const {
    if (text.empty()) return;  // it has no non-empty match
    const re2::StringPiece whole(text.data(), text.size());
    for (std::size_t pattern = 0; pattern < impl_->compiled.size(); ++pattern) {
        const re2::RE2& expression = *impl_->compiled[pattern];
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
            out.push_back({static_cast<std::uint32_t>(pattern), static_cast<std::uint32_t>(begin),
                           static_cast<std::uint32_t>(end)});
            at = end;
        }
    }
}

const std::vector<std::string>& PatternSet::expressions() const noexcept {
    return impl_->expressions;
}
std::size_t PatternSet::size() const noexcept {
    return impl_->expressions.size();
}

}  // namespace earshot::match
