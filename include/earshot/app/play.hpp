#pragma once

#include "earshot/detect/tier.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace earshot::app {

/// What `earshot play` is told.
struct PlayOptions {
    std::string call_file;                    ///< JSON lines, each a `transcript` frame whose `type` may be missing
    std::string trackers_file;                ///< empty: the trackers that are stored at the server
    std::string url = "ws://127.0.0.1:8080";  ///< without a path: a conversation of its own under /v1/streaming/
    std::string speed = "1";                  ///< how many times faster than spoken, or "max"
    bool interims = false;                    ///< send hypotheses too and follow hits from when they are first heard
    std::optional<detect::TierSet> tiers;     ///< none: the server's default
    std::optional<double> threshold;
    std::string language;      ///< BCP 47; empty: the server's default
    std::string access_token;  ///< empty: none is sent
    bool insecure = false;     ///< any certificate of a wss:// server is taken
    bool json = false;         ///< the server's frames to `out`, one a line; the summary to `err`
    std::string summary_file;  ///< gets the summary's figures as JSON; empty: none
};

/// Plays a call against a server and shows what is heard in it: captions and hits to `out` as they come, then a
/// summary; problems to `err`. Colours only if `out` is std::cout, that is a terminal, and NO_COLOR is not set. Returns
/// the exit code: 0 done, 1 failed at work (no connection, an error told by the server, the session ended before the
/// call), 2 wrong usage or unusable files.
int play(const PlayOptions& options, std::ostream& out, std::ostream& err);

}  // namespace earshot::app
