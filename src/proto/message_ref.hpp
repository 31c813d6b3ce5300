#pragma once

#include "earshot/base/time.hpp"
#include "earshot/detect/tier.hpp"
#include "earshot/proto/json_writer.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

// What a messageRef holds, live and of what is kept: one writer for both. Views live as long as what they were taken
// of.
namespace earshot::proto {

struct ShownSpeaker {
    std::string_view id;
    std::string_view name;
    std::string_view user_id;
    std::string_view role;
};

/// When something was said.
struct ShownTime {
    base::WallTime start;
    base::WallTime end;
    double offset;    ///< seconds, of `start` on the axis of its publisher, or from the conversation's begin
    double duration;  ///< seconds
};

/// One place where a hit was heard.
struct MessageRef {
    std::string_view message;  ///< id
    std::string_view text;     ///< of the message
    std::uint32_t begin;       ///< in UTF-16 code units of `text`
    std::uint32_t end;
    std::string_view hit;  ///< id
    detect::Tier tier;
    double score;
    ShownSpeaker speaker;
    std::optional<ShownTime> time;
};

/// To thousandths: milliseconds are as fine as any recogniser is, and thousandths as any score; more digits would only
/// be noise of the arithmetic.
double rounded(double value);

/// `{"id", "name", "userId"}`, with `role` where there is one.
void write_speaker(JsonWriter& json, const ShownSpeaker& speaker);

/// The members `startTime`, `endTime`, `timeOffset`, `duration` of an object that is open.
void write_times(JsonWriter& json, const ShownTime& time);

/// All members of a messageRef, into an object that is open.
void write_ref_members(JsonWriter& json, const MessageRef& ref);

}  // namespace earshot::proto
