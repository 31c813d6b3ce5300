#pragma once

#include <unicode/normalizer2.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace earshot::text {

/// Gives words their normal form: the four apostrophes become U+0027, soft hyphens vanish, then NFKC_Casefold.
/// Idempotent. Owns a buffer: one thread.
class Normalizer {
public:
    /// Throws std::runtime_error when ICU's data is missing.
    Normalizer();

    /// Appends the normal form of `word` (well-formed UTF-8) to `out` and returns base::hash_bytes of what was
    /// appended.
    std::uint64_t append(std::string_view word, std::string& out);

private:
    const icu::Normalizer2* case_fold_;  // ICU's own, lives as long as the program
    std::string mapped_;
};

}  // namespace earshot::text
