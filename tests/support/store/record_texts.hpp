#pragma once

#include "earshot/base/error.hpp"
#include "earshot/store/conversation_store.hpp"
#include "earshot/store/job_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace earshot::support {

// Records as texts that are equal exactly where all of their members are, numbers to the last bit: to be compared, and
// read where they differ.

std::string text_of(const detect::ConversationRecord& record);
std::string text_of(const detect::MemberRecord& member);
std::string text_of(const detect::MessageRecord& message);
std::string text_of(const detect::KeptHit& hit);
std::string text_of(const detect::MemberFigures& figures);
std::string text_of(const store::JobRecord& job);
std::string text_of(const store::ClaimedJob& job);
std::string text_of(const store::Delivery& delivery);
inline std::string text_of(bool flag) {
    return flag ? "true" : "false";
}
inline std::string text_of(std::size_t number) {
    return std::to_string(number);
}

template <typename Record>
std::string text_of(const std::optional<Record>& record) {
    return record ? text_of(*record) : "none";
}

template <typename Record>
std::string text_of(const std::vector<Record>& records) {
    std::string text;
    for (const Record& record : records) text += "\n  " + text_of(record);
    return text;
}

/// Of an error its code alone.
template <typename Record>
std::string text_of(const base::Result<Record>& result) {
    return result ? text_of(*result) : std::string(base::code_word(result.error().code));
}

/// How `result` differs from what was expected, in words; none: it does not.
template <typename Record>
std::optional<std::string> difference(const std::string& what, const base::Result<Record>& result,
                                      const base::Result<Record>& expected) {
    const std::string found = text_of(result);
    if (found == text_of(expected)) return std::nullopt;
    return what + " gave " + found + (result ? "" : " (" + result.error().details + ")") +
           "\nexpected: " + text_of(expected);
}

}  // namespace earshot::support
