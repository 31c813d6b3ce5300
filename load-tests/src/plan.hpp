#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_list.hpp"

#include "generator.hpp"

#include <memory>
#include <string>
#include <vector>

namespace earshot::load {

/// All that is known before the first connection.
struct LoadPlan {
    app::WsUrl url;
    std::shared_ptr<const std::string> start;
    std::shared_ptr<const std::string> deaf_start;
    std::shared_ptr<const detect::TrackerList> trackers;
    std::vector<Part> parts;
};

/// Reads the files and foretells what is to be heard. Errors: unusable files or options.
base::Result<LoadPlan> make_plan(const LoadOptions& options);

}  // namespace earshot::load
