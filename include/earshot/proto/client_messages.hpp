#pragma once

#include "earshot/detect/conversation_record.hpp"
#include "earshot/detect/speaker_window.hpp"
#include "earshot/detect/tracker_definition.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace earshot::proto {

/// Who speaks, as a client names them. All members may be empty.
struct Speaker {
    std::string user_id;
    std::string name;
    std::string role;
    bool is_nobody() const noexcept { return user_id.empty() && name.empty(); }
    friend bool operator==(const Speaker&, const Speaker&) = default;
};

/// One text chunk of a recogniser: a hypothesis or a final.
struct TranscriptChunk {
    std::string text;
    bool is_final = true;
    bool end_of_utterance = true;    ///< only meaningful on a final
    std::string utterance_id;        ///< empty: the speaker's nameless utterance
    std::optional<Speaker> speaker;  ///< none: the speaker of the start message
    std::optional<std::int64_t> seq;
    std::optional<double> start_time;  ///< seconds
    std::optional<double> end_time;
    std::vector<detect::TimedWord> words;
    friend bool operator==(const TranscriptChunk&, const TranscriptChunk&);
};

/// What a socket is told beyond Symbl's default (`config.trackers`).
struct ListenerWishes {
    bool interim_results = false;
    bool revisions = false;  ///< implies interim_results
    bool explain = false;
    bool transcript = false;  ///< `config.echoTranscript`: chunks as recognition_result
    friend bool operator==(const ListenerWishes&, const ListenerWishes&) = default;
};

/// How a transcript comes in (`config.transcriptFormat`): as native chunks alone, or as a recogniser's events too.
/// `automatic` tells each event by its shape. Formats that are not here are refused.
enum class TranscriptFormat : std::uint8_t { automatic, native, deepgram, vosk, symbl };

/// A place in a message, as a JSON pointer, and the id or name that stands there.
struct PlacedName {
    std::string name;
    std::string pointer;
    friend bool operator==(const PlacedName&, const PlacedName&) = default;
};

/// Trackers as a message gives them.
struct GivenTrackers {
    std::vector<detect::TrackerDefinition> definitions;
    std::vector<std::string> pointers;   ///< where each of those stands in the message, as a JSON pointer
    std::vector<PlacedName> references;  ///< ids given alone
    friend bool operator==(const GivenTrackers&, const GivenTrackers&) = default;
};

/// A `start_request`, with every loose form of it made one.
struct StartRequest {
    std::optional<Speaker> speaker;
    detect::TrackerListDefinition trackers;      ///< those given by definition
    std::vector<std::string> tracker_pointers;   ///< where each of those stands in the message, as a JSON pointer
    std::vector<PlacedName> tracker_references;  ///< ids given alone
    bool enable_all_trackers = false;
    bool follow = false;  ///< stored trackers that change, change in the session too
    ListenerWishes wishes;
    std::string meeting_title;
    int timezone_offset_minutes = 0;
    TranscriptFormat transcript_format = TranscriptFormat::automatic;
    std::vector<Speaker> channels;             ///< who speaks on channel n of a recogniser's events
    std::optional<double> phrase_gap_seconds;  ///< silence that ends a phrase
    std::optional<double> pause_seconds;       ///< silence that ends an utterance
    std::optional<detect::Keeping> keeping;    ///< `config.store`
    bool disconnect_on_stop = true;            ///< `disconnectOnStopRequest`
    double disconnect_on_stop_seconds = 1800;  ///< `disconnectOnStopRequestTimeout`
    double no_connection_seconds = 0;          ///< `noConnectionTimeout`
    std::optional<std::uint64_t> resume_from;  ///< sequence number: the final responses after it are told again
    std::optional<std::uint32_t> sample_rate_hertz;
    std::string encoding;
    std::string request_id;
    friend bool operator==(const StartRequest&, const StartRequest&) = default;
};

/// How a running session's trackers change: first replaced as a whole, then some taken away, then some added.
struct TrackerChange {
    std::optional<GivenTrackers> replace;
    std::vector<PlacedName> remove;  ///< ids or names
    GivenTrackers add;
    friend bool operator==(const TrackerChange&, const TrackerChange&) = default;
};

/// A `modify_request`.
struct ModifyRequest {
    std::string request_id;
    std::optional<std::uint32_t> sample_rate_hertz;
    std::string encoding;
    std::optional<TrackerChange> trackers;
    friend bool operator==(const ModifyRequest&, const ModifyRequest&) = default;
};

}  // namespace earshot::proto
