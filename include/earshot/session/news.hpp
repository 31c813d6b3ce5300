#pragma once

#include "earshot/detect/conversation_record.hpp"

#include <cstdint>
#include <vector>

namespace earshot::session {

/// What whoever watches a whole account may be told of a conversation. A value, shared between threads.
struct News {
    enum class Kind : std::uint8_t {
        begun,
        heard,  ///< hits were confirmed
        over,
    };
    Kind kind = Kind::heard;
    detect::ConversationRecord conversation;  ///< `members`, of `heard`: who said it
    std::vector<detect::KeptHit> hits;        ///< of `heard`, all by one member
};

}  // namespace earshot::session
