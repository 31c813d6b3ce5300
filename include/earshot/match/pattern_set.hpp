#pragma once

#include "earshot/base/error.hpp"

#include <cstdint>
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

/// Limits of one expression.
struct PatternLimits {
    std::size_t max_bytes = 1024;        ///< length of the expression
    std::int64_t max_mem = 1024 * 1024;  ///< RE2's max_mem
};

/// What one search works in, kept for its memory: with the same scratch and much the same texts, searches allocate
/// nothing but for `out`. Of one thread at a time; any sets may use it in turn.
struct PatternScratch {
    std::vector<std::uint8_t> met;          ///< by pattern: what it needs and the text holds
    std::vector<std::uint32_t> candidates;  ///< patterns to be run, in rising order
};

/// RE2 expressions, compiled case-insensitively over UTF-8. Immutable, safe for any number of threads.
class PatternSet {
public:
    /// Compiles each of `expressions`. Errors: Errc::too_large (over max_bytes), Errc::invalid_pattern; `path` is the
    /// index as a JSON pointer ("/3"), `details` RE2's own words.
    static base::Result<std::shared_ptr<const PatternSet>> compile(std::vector<std::string> expressions,
                                                                   const PatternLimits& limits);
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
