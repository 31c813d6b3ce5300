#pragma once

#include "earshot/detect/tracker_definition.hpp"
#include "earshot/proto/client_codec.hpp"

#include "json_reader.hpp"

#include <string>
#include <vector>

namespace earshot::proto {

/// Reads trackers wherever they come: in a start message, a management body, a file.
class TrackerReader {
public:
    explicit TrackerReader(const MessageLimits& limits) : limits_(limits) {}

    /// Appends the trackers of an array. With `references`, elements that have an id and neither vocabulary nor
    /// patterns go there; without, they are an error. `pointers` gets the place of each tracker.
    void read_list(JsonValue value, std::vector<detect::TrackerDefinition>& trackers,
                   std::vector<PlacedName>* references, std::vector<std::string>* pointers = nullptr);

private:
    void read_tracker(JsonValue value, detect::TrackerDefinition& tracker, bool& has_phrases);
    void read_strings(JsonValue value, std::vector<std::string>& strings, std::size_t max_bytes);
    void read_phrases(JsonValue value, std::vector<std::string>& phrases);

    const MessageLimits& limits_;
    std::size_t phrases_ = 0;
};

/// Reads an array of tier names.
detect::TierSet read_tiers(JsonValue value);

}  // namespace earshot::proto
