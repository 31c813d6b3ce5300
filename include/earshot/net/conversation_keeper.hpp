#pragma once

#include "earshot/detect/conversation_record.hpp"

#include <functional>
#include <optional>
#include <string>

namespace earshot::net {

/// Keeps what is heard, behind those who hear it. Outlives the server. Any thread may call; no call waits.
class ConversationKeeper {
public:
    virtual ~ConversationKeeper() = default;

    /// Adds a change to what is kept, by and by. Those of one conversation are added in the order of the calls.
    virtual void keep(detect::ConversationChange change) = 0;

    /// Calls `done`, on any thread or at once, when all that was given of the conversation so far (none: of all of
    /// them) can be read from the store, or cannot get there for now.
    virtual void when_settled(const std::optional<std::string>& conversation, std::function<void()> done) = 0;

    /// True: something that was given could not get to the store yet, and is not lost.
    virtual bool is_behind() const = 0;

    /// False: so much could not be stored that nothing is kept any more, until there is room.
    virtual bool is_keeping() const = 0;
};

}  // namespace earshot::net
