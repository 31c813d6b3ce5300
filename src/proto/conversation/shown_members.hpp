#pragma once

#include "earshot/proto/conversation_codec.hpp"

#include "message_ref.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

// What the answers of the conversation API have in common.
namespace earshot::proto {

/// The members of a conversation, which outlive this, by id.
class ShownMembers {
public:
    explicit ShownMembers(std::span<const detect::MemberRecord> members) {
        for (const detect::MemberRecord& member : members) by_id_.emplace(member.id, &member);
    }

    /// Null: there is none with this id.
    const detect::MemberRecord* find(std::string_view id) const {
        const auto found = by_id_.find(id);
        return found == by_id_.end() ? nullptr : found->second;
    }

private:
    std::unordered_map<std::string_view, const detect::MemberRecord*> by_id_;
};

/// `time` with its offset from `begin`.
inline ShownTime shown_time(const detect::WallSpan& time, base::WallTime begin) {
    return {time.start, time.end, base::to_seconds(time.start - begin), base::to_seconds(time.end - time.start)};
}

/// `{"id", "name", "email"}`, with `role` where there is one.
void write_member(JsonWriter& json, const detect::MemberRecord& member);

}  // namespace earshot::proto
