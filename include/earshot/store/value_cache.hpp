#pragma once

#include "earshot/base/time.hpp"
#include "earshot/store/database.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace earshot::store {

/// Values that cost much to make and can be made again: each under a key that names all that decides it, so that a key
/// has one value for ever, whichever server made it. What was not used for long goes once the whole grows too large.
///
/// Any thread; `database` outlives the calls.
class ValueCache {
public:
    /// `at_most_bytes`: of all values as they are kept (a third more than their own size), and for a while a little
    /// more.
    ValueCache(Database& database, std::uint64_t at_most_bytes);

    /// The values of `keys`, in their order; one that is not kept is empty. Errors: as Database::run.
    void get(std::vector<std::string> keys, base::WallTime now, Done<std::vector<std::string>> done);

    struct Entry {
        std::string key;    ///< at most 256 bytes of ASCII
        std::string value;  ///< any bytes, at least one
    };

    /// Keeps `entries`; one whose key is kept already stays as it is. Errors: invalid_value (a key, an empty value),
    /// as Database::run.
    void put(std::vector<Entry> entries, base::WallTime now, Done<bool> done);

private:
    bool is_to_trim(const std::vector<Entry>& entries);

    Database& database_;
    std::uint64_t at_most_bytes_;
    std::atomic<std::uint64_t> untrimmed_;  // bytes that were put since; at first as many as may be, since nobody knows
};

}  // namespace earshot::store
