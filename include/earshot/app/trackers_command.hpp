#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace earshot::app {

enum class TrackersAction : std::uint8_t { list, get, create, update, remove, import, export_all };

/// What `earshot trackers` is told.
struct TrackersOptions {
    std::string url = "http://127.0.0.1:8080";  ///< of the server
    std::string token = {};                     ///< empty: none is sent
    bool insecure = false;                      ///< any certificate of an https:// server is taken
    bool json = false;                          ///< print what the server answers, not a table
    TrackersAction action = TrackersAction::list;
    std::string name = {};              ///< list: only the tracker of this name; empty: all
    std::vector<std::string> ids = {};  ///< get: an id or a name; update: an id; remove: some
    std::string file = {};              ///< create, update, import: JSON; export_all: where to, empty for `out`
};

/// Reads and changes the trackers that a running server stores. Results go to `out`, problems and what the server says
/// of them to `err`. Returns 0; 1 if the server refuses or cannot be reached, 2 for wrong usage and unusable files.
int trackers(const TrackersOptions& options, std::ostream& out, std::ostream& err);

}  // namespace earshot::app
