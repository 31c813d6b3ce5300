#pragma once

#include "earshot/app/call_file.hpp"
#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::load {

/// A call as it is in a file: chunks that each have a startTime, an endTime and a `type`.
using Call = std::vector<app::CallChunk>;

/// Reads calls: a file of transcript chunks is one call; a file of conversations, as `earshot detect` reads them
/// (`{"turns": […]}` in each line), is many, each turn being cut into growing hypotheses and a final. Chunks without
/// times get those of an even pace. Errors: those of app::parse_call, or a line that is no conversation.
base::Result<std::vector<Call>> parse_calls(std::string_view text);

/// How a session speaks.
struct Pace {
    std::optional<double> chunks_per_second;  ///< none: as the call's own times say, at `speed`
    double speed = 1;
    bool interims = false;  ///< hypotheses are sent too
    base::Duration duration = std::chrono::seconds(60);
};

/// One thing a session says, and when: counted from its first moment to speak.
struct Line {
    std::shared_ptr<const std::string> frame;
    proto::TranscriptChunk chunk;
    base::Duration due{};
};

/// What a session says from its start to its stop: its call over and over, with times that go on, until the duration is
/// over. Sessions with one call share one script.
using Script = std::vector<Line>;

Script make_script(const Call& call, const Pace& pace);

}  // namespace earshot::load
