#pragma once

#include "earshot/detect/tracker_definition.hpp"
#include "earshot/proto/client_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace earshot::testing {

/// One publisher of a call: who it is, what it brings and what it wants to be told.
struct WirePublisher {
    proto::Speaker speaker;
    detect::TrackerListDefinition list;
    bool interim_results = false;
    bool revisions = false;
};

/// How a change of trackers is put; what it brings about is the same.
enum class ChangeForm : std::uint8_t {
    ids,    ///< `remove` holds ids
    names,  ///< `remove` holds names
    whole,  ///< `replace` holds all that stay and all that are new
};

/// One thing that happens in a call. Publishers and listeners are named by small numbers.
struct WireStep {
    enum class Kind : std::uint8_t {
        begin,          ///< the publisher `who` comes
        speak,          ///< `chunk` from the publisher `who`, which comes back first if it was lost
        read,           ///< the publisher `who` reads what is there
        lose,           ///< the connection of the publisher `who` is cut
        overtake,       ///< the publisher `who` comes on a second connection while the first is still open
        change,         ///< the publisher `who` removes and adds trackers
        listen,         ///< the listener `who` comes
        lose_listener,  ///< the connection of the listener `who` is cut, and it comes back at once
    };
    Kind kind = Kind::speak;
    std::size_t who = 0;
    proto::TranscriptChunk chunk{};
    std::vector<detect::TrackerDefinition> added{};
    std::vector<std::string> removed{};  ///< ids
    ChangeForm form = ChangeForm::ids;
    bool revisions = false;            ///< of a listener
    std::optional<unsigned> resume{};  ///< of a listener: how many quarters of what was told so far it knows
};

/// A whole call; at its end all publishers come back and stop, in `stop_order`.
struct WireCall {
    std::vector<WirePublisher> publishers;
    std::size_t listeners = 0;
    bool has_witness = false;
    std::vector<WireStep> steps;
    std::vector<std::size_t> stop_order;
};

/// Whether the first listener is a witness: one that comes before the call begins and is never lost.
enum class Witness : std::uint8_t { no, yes };

/// A random call, full of hypotheses, losses, listeners and changes of trackers. The same seed gives the same call.
WireCall make_wire_call(std::uint64_t seed, Witness witness);

/// The call for a person who looks for a defect.
std::string describe(const WireCall& call);

// ---- As it goes over the wire

std::string start_frame(const WirePublisher& publisher, const std::vector<detect::TrackerDefinition>& trackers,
                        std::optional<std::uint64_t> resume_from);
std::string chunk_frame(const proto::TranscriptChunk& chunk);
/// `step` as a message; `trackers`: what its publisher brings after it.
std::string change_frame(const std::string& request_id, const WireStep& step,
                         const std::vector<detect::TrackerDefinition>& trackers);

}  // namespace earshot::testing
