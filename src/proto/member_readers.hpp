#pragma once

#include "earshot/proto/client_codec.hpp"

#include "json_reader.hpp"

#include <cstddef>
#include <string>
#include <string_view>

// What messages of ours and events of recognisers have in common.
namespace earshot::proto {

inline constexpr double k_most_seconds = 1e9;  // about thirty years, either way

/// A point in time on some recogniser's or client's axis. By reference: a copy of the value for each number of each
/// word costs a quarter of the time that a chunk takes.
inline double read_seconds(JsonValue& value) {
    return value.read_number(-k_most_seconds, k_most_seconds);
}

/// Reads who speaks; false, and nothing read, where the value is null.
bool has_speaker(JsonValue value, Speaker& speaker, const MessageLimits& limits);

/// Calls `read(JsonValue)` for each of an array of words; Errc::too_many beyond the limit.
template <typename Read>
void for_each_word(JsonValue value, const MessageLimits& limits, Read&& read) {
    std::size_t words = 0;
    value.for_each_element([&](JsonValue element) {
        if (words++ == limits.words) {
            fail(base::Errc::too_many, value.place(), "holds over " + std::to_string(limits.words) + " words");
        }
        read(element);
    });
}

}  // namespace earshot::proto
