#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_definition.hpp"
#include "earshot/proto/client_messages.hpp"
#include "earshot/proto/server_codec.hpp"
#include "earshot/session/limits.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace earshot::session {

/// The trackers of one socket as they are, or as they would be after some changes: each with an id, no id twice, none
/// that is for other languages. Knows where each of them stands in the message that brought it, so that an error which
/// compiling finds can be told there.
class BroughtTrackers {
public:
    /// Where a tracker came from.
    struct Origin {
        std::size_t message = 0;  ///< as `apply` was told
        std::string pointer;      ///< in that message
    };

    /// `language`: of the conversation, BCP 47.
    explicit BroughtTrackers(std::string language) : language_(std::move(language)) {}

    /// Begins with what is compiled already, where no error is to be found.
    void keep(std::vector<detect::TrackerDefinition> trackers);

    /// Begins with what a start message gives; of several with one id the first is taken.
    void start(std::vector<detect::TrackerDefinition> trackers, std::vector<std::string> pointers);

    /// Applies the change that stands in a message. After an error what this holds is of no use. Errors:
    /// unknown_tracker (an id or name that is none of these; an id alone, as nothing is stored), invalid_value (an id
    /// that another definition has), too_many (over `limits`).
    base::Result<void> apply(const proto::TrackerChange& change, const ConversationLimits& limits, std::size_t message);

    const std::vector<detect::TrackerDefinition>& trackers() const noexcept { return trackers_; }

    /// What was given and is for other languages.
    const std::vector<proto::IgnoredTracker>& ignored() const noexcept { return ignored_; }

    const Origin& origin(std::size_t tracker) const noexcept { return origins_[tracker]; }

private:
    base::Result<void> remove(const proto::PlacedName& name);
    base::Result<void> take(const proto::GivenTrackers& given, std::size_t message);
    bool is_for_language(const detect::TrackerDefinition& tracker) const;

    std::string language_;
    std::vector<detect::TrackerDefinition> trackers_;
    std::vector<Origin> origins_;  // by tracker
    std::vector<proto::IgnoredTracker> ignored_;
};

/// A path that TrackerList::compile gives, "/3/vocabulary/0": the tracker's index and what is behind it.
struct TrackerPath {
    std::size_t tracker = 0;
    std::string rest;
};

/// None if the path does not begin with a tracker.
std::optional<TrackerPath> split_tracker_path(const std::string& path);

}  // namespace earshot::session
