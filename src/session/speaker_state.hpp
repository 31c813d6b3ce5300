#pragma once

#include "earshot/base/time.hpp"
#include "earshot/detect/speaker_window.hpp"
#include "earshot/session/actions.hpp"

#include "announcer.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace earshot::session {

/// What is known about an open utterance besides its words.
struct OpenUtterance {
    std::string id;
    std::uint64_t participant = 0;  ///< who sent its last chunk
    base::MonotonicTime first_chunk{};
    std::uint64_t ticket = 0;  ///< under which it was asked what is to be assumed of it; 0: nothing is outstanding
    bool has_changed = false;  ///< since then
    std::vector<std::shared_ptr<const detect::TrackerList>> lists{};  ///< by slot, as they were asked about
};

/// An ended utterance whose verdict is outstanding.
struct PendingVerdict {
    std::uint64_t ticket = 0;
    std::uint64_t utterance = 0;
    std::uint64_t participant = 0;
    base::MonotonicTime due{};
    detect::TierSet asked;
    std::vector<std::shared_ptr<const detect::TrackerList>> lists;  ///< by slot, as they were asked about
    bool is_over = false;                                           ///< answered, or too late
    std::vector<detect::Verdict> verdicts;
};

/// One speaker of the conversation.
struct SpeakerState {
    Voice voice;
    base::MonotonicTime origin{};  ///< second 0 of its times: that of the publisher who spoke for it first
    SocketId socket = 0;           ///< of a speaker without id and name: its only key
    detect::SpeakerWindow window;
    std::vector<OpenUtterance> open;
    std::deque<PendingVerdict> pending;  ///< in the order of the utterances' ends
    base::MonotonicTime last_chunk{};
};

}  // namespace earshot::session
