#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/session/conversation_machine.hpp"

#include "announcer.hpp"
#include "chronicle.hpp"
#include "roster.hpp"
#include "talk.hpp"
#include "tracker_desk.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::session {

/// Tells sockets that the conversation has begun, for them or at all, what they missed before, and that it is over.
/// Owned by the conversation, as is all that it refers to.
class Reception {
public:
    struct Surroundings {
        const ConversationLimits& limits;
        const ScorerInfo& scorer;
        const std::string& conversation_id;
        Roster& roster;
        Talk& talk;
        const TrackerDesk& trackers;
        Announcer& announcer;
        Chronicle& chronicle;
        std::vector<ConversationAction>& actions;
    };

    explicit Reception(const Surroundings& surroundings) : around_(surroundings) {}

    // ---- Publishers

    /// A start has succeeded. With the first one the conversation has begun, and its subscribers are welcomed.
    void begin(const Participant& participant, base::Now now);

    /// The answer to a start of whom has started.
    void tell_start(const Participant& participant, base::Now now);

    void refuse(SocketId socket, const base::Error& error, std::string_view request_id, std::int64_t offset);

    void tell_stopped(const Participant& participant, base::Now now);
    void tell_completed(const Participant& participant, base::Now now);
    void tell_error(const Participant& participant, const base::Error& error, base::Now now);

    // ---- Subscribers

    void subscribe(SocketId socket, const Subscription& subscription, base::Now now);

    /// Nobody publishes any more: the subscribers have heard it all, or wait on for a conversation that has not begun.
    void end(base::Now now);

    /// Since the conversation has begun, which it has.
    std::int64_t age_ms(base::Now now) const noexcept;

private:
    struct Welcome {
        Frame subscribed;
        Frame created;
    };

    proto::StartReport start_report(const Participant& participant) const;
    void bring_up_to_date(SocketId socket, std::optional<std::uint64_t> resume_from,
                          const proto::ListenerWishes& wishes, std::string_view request_id, std::int64_t offset);
    Welcome make_welcome(base::Now now) const;
    void welcome(const Subscriber& subscriber, const Welcome& frames, base::Now now);
    void tell(const Participant& participant, std::string text);

    const Surroundings around_;
    std::optional<base::MonotonicTime> begin_;  // when the first start that succeeded came
};

}  // namespace earshot::session
