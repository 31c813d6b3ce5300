#pragma once

#include "earshot/app/settings.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace earshot::app {

/// What `earshot serve` is told.
struct ServeOptions {
    std::string config_file;        ///< empty: configs/earshot.yaml where it is there, else the defaults
    std::vector<NamedValue> flags;  ///< settings given on the command line
    bool print_config = false;      ///< only write the settings that would hold, as a settings file
};

/// Serves until SIGTERM or SIGINT, then drains: running sessions get what is due and are closed. Returns 0 after a
/// clean stop, 1 if the server could not listen or keep its files, 2 if the settings are wrong (all that is wrong goes
/// to `err`). With print_config it writes to `out` and returns. Blocks those two signals in the calling thread, which
/// must be the program's only one.
int serve(const ServeOptions& options, std::ostream& out, std::ostream& err);

}  // namespace earshot::app
