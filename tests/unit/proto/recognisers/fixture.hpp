#pragma once

#include "earshot/base/error.hpp"
#include "earshot/proto/client_codec.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace earshot::proto {

// A file of fixtures/: `> ` an event, `< ` a chunk that it becomes, as a native message of what is known; `# ` a
// remark, or `# channels: ` and what `config.channels` would hold. The name up to the first `_` or `.` is the format's.
struct FixtureEvent {
    std::string event;
    std::vector<std::string> chunks;
};

struct Fixture {
    std::string name;  ///< of its file
    std::string format;
    std::string channels = "[]";
    std::vector<std::string> lines;  ///< all, as they stand
    std::vector<FixtureEvent> events;
};

const std::vector<Fixture>& fixtures();

/// Reads events as a socket does; `source` is as after a start message.
class EventReader {
public:
    explicit EventReader(const Fixture& fixture) : EventReader(fixture.format, fixture.channels) {}
    explicit EventReader(std::string_view format, std::string_view channels = "[]");

    base::Result<std::vector<TranscriptChunk>> read(std::string_view event);
    /// The chunks in short; the error's code and path where there is one.
    std::vector<std::string> told(std::string_view event);

    RecogniserSource source;

private:
    ClientCodec codec_{MessageLimits{}};
};

/// A chunk as a native message without `type`: only what is known, finality always.
std::string written(const TranscriptChunk& chunk);

/// Text, speaker and kind of a chunk: "speaker-0: how much ..." a hypothesis, "how much it" a final, "... it costs."
/// the end of an utterance.
std::string brief(const TranscriptChunk& chunk);

/// Where a value stands in a text of JSON, and where the name of the member does whose value it is.
struct JsonSpot {
    std::string pointer;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t name_begin = 0;  ///< of the name without quotes; 0 for elements
    std::size_t name_end = 0;
};

/// All values of valid JSON without escapes, outer ones after inner ones.
std::vector<JsonSpot> spots(std::string_view json);

}  // namespace earshot::proto
