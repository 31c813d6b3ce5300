#pragma once

#include "earshot/detect/hit.hpp"
#include "earshot/detect/speaker_window.hpp"
#include "earshot/proto/server_codec.hpp"
#include "earshot/session/actions.hpp"
#include "earshot/session/conversation_machine.hpp"

#include "replay_ring.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::session {

/// Who says something, and on which axis its seconds are.
struct Voice {
    proto::Member member;
    proto::TimeAxis axis;
};

/// What at least one socket of the conversation wants to be told.
struct Audience {
    bool interims = false;
    bool revisions = false;
    bool captions = false;
    bool explanations = false;
};

/// Text as the sockets of a conversation share it.
Frame make_frame(std::string text);

/// Turns what was heard into broadcasts, each form of them serialised once and only if somebody wants it, gives them
/// the conversation's sequence numbers, and keeps the final ones for replay. Owned by its conversation, which owns the
/// actions too.
class Announcer {
public:
    Announcer(std::vector<ConversationAction>& actions, std::size_t replay_bytes, ReplayBudget& budget)
        : actions_(actions), replay_(replay_bytes, budget) {}

    /// Open hits that came, changed or went.
    void tell_changes(const Voice& voice, const std::vector<detect::HitChange>& changes, const Audience& audience);

    /// The end of an utterance: what it takes back, its messages, its hits, in this order.
    void tell_end(const Voice& voice, const detect::EndedUtterance& ended, int timezone_offset_minutes,
                  const Audience& audience);

    /// What a verdict takes back, then what it confirms.
    void tell_judged(const Voice& voice, const detect::Judged& judged, const Audience& audience);

    void tell_caption(const Voice& voice, const proto::TranscriptChunk& chunk, const detect::TimeSpan& time,
                      std::int64_t offset_ms);

    /// To one socket: the final responses after `sequence`, again; an error first, if some are no longer kept.
    void replay(SocketId socket, std::uint64_t sequence, const proto::ListenerWishes& wishes,
                std::string_view request_id, std::int64_t offset_ms);

    /// To one socket that follows revisions: what is open.
    void tell_open(SocketId socket, std::span<const proto::OpenHits> open);

    std::size_t replay_bytes() const noexcept { return replay_.bytes(); }

    void count_chunk() noexcept { ++counters_.chunks; }
    const ConversationCounters& counters() const noexcept { return counters_; }

private:
    void tell_confirmed(const Voice& voice, const std::vector<detect::Hit>& hits, const Audience& audience);
    void tell_retracted(const Voice& voice, const std::vector<detect::Hit>& hits, const Audience& audience);
    void tell_interim(const Voice& voice, const std::vector<detect::HitChange>& plain,
                      const std::vector<detect::HitChange>& revised, const Audience& audience);

    std::vector<ConversationAction>& actions_;
    ConversationCounters counters_;
    std::uint64_t sequence_ = 0;
    ReplayRing replay_;
};

}  // namespace earshot::session
