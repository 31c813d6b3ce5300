#pragma once

#include "earshot/proto/client_messages.hpp"
#include "earshot/session/limits.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace earshot::support {

/// How a fake scorer treats one utterance.
enum class ScorerMood : std::uint8_t { at_once, late, twice, too_late, never };

/// One thing that happens in a call. Speakers and sockets are named by small numbers.
struct CallStep {
    enum class Kind : std::uint8_t {
        speak,     ///< `chunk` from `socket`
        wait,      ///< `seconds` pass
        join,      ///< `socket` joins with its start message
        lose,      ///< `socket` is lost and comes back as another one at once
        overtake,  ///< as `lose`, but the old socket still looks open
    };
    Kind kind = Kind::speak;
    std::size_t socket = 0;
    double seconds = 0;
    proto::TranscriptChunk chunk{};
};

/// A whole call: who takes part and what happens, in steps; at its end all stop.
struct CallTrial {
    std::vector<proto::StartRequest> starts;  ///< by socket; all with a speaker that has a userId
    std::vector<CallStep> steps;
    std::vector<ScorerMood> moods;  ///< of the utterances to score, in turn; none: no scorer
    std::uint64_t verdict_seed = 0;
    session::ConversationLimits limits{};
};

struct CallSummary {
    std::size_t hits = 0;
    std::size_t scored_hits = 0;
    std::size_t open_scores = 0;
    std::size_t interim_hits = 0;
    std::size_t not_evaluated = 0;
};

/// Runs the trial through a ConversationMachine, holds every frame to the contract, and the confirmed hits to what the
/// oracle hears in the utterances as a model of the contract's section 2 has them end. Returns the first disagreement.
std::string run_call_trial(const CallTrial& trial, CallSummary* summary = nullptr);

CallTrial shrink(CallTrial trial);
std::string describe(const CallTrial& trial);

}  // namespace earshot::support
