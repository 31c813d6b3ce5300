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
};

/// Serves until SIGTERM or SIGINT, then drains: running sessions get what is due and are closed. Returns 0 after a
/// clean stop, 1 if the server could not listen or keep its files, 2 if the settings are wrong (all that is wrong goes
/// to `err`). Blocks those two signals in the calling thread, which must be the program's only one.
int serve(const ServeOptions& options, std::ostream& err);

}  // namespace earshot::app
