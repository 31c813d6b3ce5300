#pragma once

#include "earshot/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::match {

/// One place where a pattern was found, in bytes of the text searched.
struct PatternMatch {
    std::uint32_t pattern = 0;  ///< index in the set
    std::uint32_t byte_begin = 0;
    std::uint32_t byte_end = 0;
    friend bool operator==(const PatternMatch&, const PatternMatch&) = default;
};

/// Limits of one expression, and of all that share them: by default these have none.
struct PatternLimits {
    std::size_t max_bytes = 1024;                                 ///< length of the expression
    std::int64_t max_mem = 1024 * 1024;                           ///< RE2's max_mem
    std::size_t count = std::numeric_limits<std::size_t>::max();  ///< expressions of a set
    std::size_t cost = std::numeric_limits<std::size_t>::max();   ///< of compiling all of them, see PatternSet
    friend bool operator==(const PatternLimits&, const PatternLimits&) = default;
};

/// What one search works in, kept for its memory: with the same scratch and much the same texts, searches allocate
/// nothing but for `out`. Of one thread at a time; any sets may use it in turn.
struct PatternScratch {
    std::vector<std::uint8_t> met;          ///< by pattern: what it needs and the text holds
    std::vector<std::uint32_t> candidates;  ///< patterns to be run, in rising order
};

/// RE2 expressions, compiled case-insensitively over UTF-8. Immutable, safe for any number of threads.
///
/// What an expression costs is known without a clock: its bytes, the instructions of RE2's two programs for it, and
/// k_class_cost for each class with ranges beyond ASCII, whose letter cases are found one by one. The cost of one that
/// needs too much memory is what fits into that memory. A unit takes 0.8 us in common expressions, at most some 5 us in
/// ones made for it.
class PatternSet {
public:
    static constexpr std::size_t k_class_cost = 200;

    /// Compiles each of `expressions`, as long as the limits allow. Errors: Errc::too_many (over `count`),
    /// Errc::too_large (over max_bytes or `cost`), Errc::invalid_pattern; `path` is the index as a JSON pointer ("/3"),
    /// `details` RE2's own words.
    static base::Result<std::shared_ptr<const PatternSet>> compile(std::vector<std::string> expressions,
                                                                   const PatternLimits& limits);

    /// The same where several sets have one limit of cost together: `spent` is what those before cost, and becomes that
    /// with these, also where they are refused.
    static base::Result<std::shared_ptr<const PatternSet>> compile(std::vector<std::string> expressions,
                                                                   const PatternLimits& limits, std::size_t& spent);
    ~PatternSet();

    /// Appends, for each pattern in order, its leftmost-first, non-overlapping, non-empty matches in `text` (valid
    /// UTF-8); `^` and `$` are the edges of `text`. Where a pattern matches nothing but the empty string at a place,
    /// the search goes on one code point further. Only patterns whose literals stand in the text are run; whether there
    /// are any is found out for all in one pass.
    void find_all(std::string_view text, PatternScratch& scratch, std::vector<PatternMatch>& out) const;

    const std::vector<std::string>& expressions() const noexcept;
    std::size_t size() const noexcept;

private:
    class Impl;
    explicit PatternSet(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::match
