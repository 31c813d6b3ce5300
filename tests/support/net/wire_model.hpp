#pragma once

#include "earshot/detect/tracker_definition.hpp"
#include "earshot/proto/client_messages.hpp"

#include "support/known_utterance.hpp"
#include "support/oracle.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace earshot::testing {

/// What the contract says of a call of which only the clients end utterances: it follows what is sent, and says at the
/// end whether what was told is what must be heard.
class WireModel {
public:
    /// Trackers that hear the utterances which begin from now on.
    void bring(std::vector<detect::TrackerDefinition> trackers, const detect::ListSettings& settings);

    /// A tracker that hears only what has ended.
    void remove(const std::string& tracker);

    void speak(std::size_t publisher, const proto::Speaker& who, const proto::TranscriptChunk& chunk);
    void stop(std::size_t publisher);

    /// Holds final responses, by sequence number, to all that was said. A disagreement is a std::runtime_error; returns
    /// the number of hits.
    std::size_t check(const std::map<std::uint64_t, std::string>& finals) const;

private:
    struct Open {
        std::string id;
        std::size_t publisher;  // who sent the last chunk
        support::KnownUtterance words;
    };
    struct Speaker {
        std::string key;
        support::OracleSpeaker said;
        std::vector<Open> open;
    };
    class Reading;

    Speaker& speaker_of(const proto::Speaker& who);
    std::vector<support::OracleHit> due() const;
    static void end(Speaker& speaker, std::size_t index);

    std::vector<detect::TrackerListDefinition> lists_;
    std::vector<Speaker> speakers_;
    std::map<std::string, std::vector<std::size_t>> removed_;  // by tracker: how much each speaker had said
};

}  // namespace earshot::testing
