#pragma once

#include "earshot/detect/tracker_definition.hpp"
#include "earshot/proto/client_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace earshot::support {

/// From where on a client asks to be told again.
enum class Resume : std::uint8_t { no, from_last_seen, from_the_beginning };

/// A change of what a publisher brought.
struct WorldChange {
    std::optional<std::vector<detect::TrackerDefinition>> replace;
    std::vector<std::string> remove;  ///< ids or names, perhaps of nobody
    std::vector<detect::TrackerDefinition> add;
    bool does_not_compile = false;  ///< the last of `add` holds no word
};

/// One thing that happens. Clients are named by small numbers, publishers first.
struct WorldStep {
    enum class Kind : std::uint8_t {
        start,      ///< a publisher's new socket starts with `list`, also while an older one of its is open
        speak,      ///< `chunk` of a publisher
        modify,     ///< `change` of a publisher's trackers
        subscribe,  ///< a subscriber's new socket
        lose,       ///< the client's socket breaks
        stop,       ///< a publisher stops, unless it is the last
        hold,       ///< from now on, nothing is compiled until it is released
        release,    ///< one of what waits to be compiled is
        go_on,      ///< the rest too, in its order, and what follows at once
        wait,       ///< `seconds` pass
    };
    Kind kind = Kind::speak;
    std::size_t client = 0;
    detect::TrackerListDefinition list{};
    proto::ListenerWishes wishes{};
    Resume resume = Resume::no;
    proto::TranscriptChunk chunk{};
    WorldChange change{};
    std::size_t number = 0;  ///< which of those that wait, modulo how many do
    double seconds = 0;
};

/// Sockets and a conversation, with all that may happen to them.
struct WorldTrial {
    std::string language;  ///< of all start messages
    std::size_t publishers = 1;
    std::size_t subscribers = 0;
    bool has_observer = false;  ///< a subscriber that is there from the beginning to the end
    bool begins_with_a_failure = false;
    bool compiles_to_the_end = true;          ///< false: what waits at the end is never compiled
    std::optional<std::size_t> replay_bytes;  ///< none: enough for all; else there must be an observer
    std::vector<WorldStep> steps;
};

struct WorldSummary {
    std::size_t hits = 0;
    std::size_t interim_hits = 0;
    std::size_t changes = 0;  ///< of trackers that were taken
    std::size_t refused_changes = 0;
    std::size_t resumptions = 0;
    std::size_t gaps = 0;
};

/// Plays the trial through the machines, as clients see them: nothing but frames is looked at. Held to the contract:
///
/// - each change of trackers is answered once, rightly and before the completion;
/// - who applies what it is told by hitId and state knows what the oracle hears in the open utterances, whenever it
///   came and however often it was lost;
/// - each final response comes once and in order, over losses too; what is no longer kept is told by the right number;
/// - at the end the confirmed hits are the oracle's, and everybody is told of the completion and closed with 1000.
///
/// Returns the first disagreement; empty if there is none.
std::string run_world_trial(const WorldTrial& trial, WorldSummary* summary = nullptr);

WorldTrial shrink(WorldTrial trial);
std::string describe(const WorldTrial& trial);

}  // namespace earshot::support
