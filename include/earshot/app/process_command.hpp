#pragma once

#include "earshot/base/time.hpp"

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace earshot::app {

/// What `earshot process` is told.
struct ProcessCommandOptions {
    std::string url = "http://127.0.0.1:8080";  ///< of the server
    std::string token = {};                     ///< empty: none is sent
    bool insecure = false;                      ///< any certificate of an https:// server is taken
    bool json = false;                          ///< print what the server detected as it answers, a line for each call
    std::vector<std::string> files = {};        ///< see read_process_file
    std::string trackers_file = {};             ///< empty: the server's trackers
    bool enable_all = false;                    ///< the server's trackers too
    std::string language = {};                  ///< BCP 47; empty: the server's default

    /// How it waits between two looks at a job; none: it sleeps.
    std::function<void(base::Duration)> wait = {};
};

/// Has calls heard by a running server after they were held: posts each as text, waits for its job and shows what was
/// detected. Results go to `out`, progress and problems to `err`. Returns 0; 1 if a call was refused or its job failed,
/// or the server cannot be reached; 2 for wrong usage and unusable files, before anything is posted.
int process(const ProcessCommandOptions& options, std::ostream& out, std::ostream& err);

}  // namespace earshot::app
