#include "member_readers.hpp"

#include <string>

namespace earshot::proto {

bool has_speaker(JsonValue value, Speaker& speaker, const MessageLimits& limits) {
    if (value.is_null()) return false;
    speaker.user_id.clear();
    speaker.name.clear();
    speaker.role.clear();
    std::string email;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (member.is_null()) return;
        if (key == "userId") member.read(speaker.user_id, limits.name_bytes);
        if (key == "name") member.read(speaker.name, limits.name_bytes);
        if (key == "role") member.read(speaker.role, limits.name_bytes);
        if (key == "email" && member.is_string()) member.read(email, limits.name_bytes);
    });
    if (speaker.user_id.empty()) speaker.user_id = email;
    return true;
}

}  // namespace earshot::proto
