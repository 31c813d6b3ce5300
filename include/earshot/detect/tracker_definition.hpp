#pragma once

#include "earshot/detect/tier.hpp"

#include <optional>
#include <string>
#include <vector>

namespace earshot::detect {

/// A tracker as its author gave it: what the management API, a tracker file and a start message all carry.
struct TrackerDefinition {
    std::string id;    ///< of a stored tracker, or as the client gave it, or given at start; unique in a list
    std::string name;  ///< told with each hit
    std::vector<std::string> vocabulary;
    std::vector<std::string> exclude_vocabulary;  ///< no hit may overlap one of these
    std::vector<std::string> patterns;            ///< RE2 expressions
    std::vector<std::string> languages;           ///< BCP 47 codes for which a stored tracker is active; empty: all
    std::vector<std::string> speakers;            ///< roles or user ids it listens to; empty: everybody
    std::vector<std::string> categories;
    std::string description;
    std::optional<double> threshold;  ///< least score of a `fuzzy` or `semantic` hit, 0..1
    std::optional<TierSet> tiers;     ///< in place of those of the list
    double cooldown_seconds = 0;
    friend bool operator==(const TrackerDefinition&, const TrackerDefinition&) = default;
};

/// What holds for all trackers of a list that say nothing else.
struct ListSettings {
    TierSet tiers = TierSet::all();
    std::optional<double> threshold;  ///< none: the scorer's calibrated default
    double phrase_gap_seconds = 10;   ///< a longer silence between two utterances ends a phrase
    std::string language = "en-US";   ///< of the conversation: which stemmer `inflected` uses
    friend bool operator==(const ListSettings&, const ListSettings&) = default;
};

/// Trackers that came together: with one socket, one request or one file.
struct TrackerListDefinition {
    std::vector<TrackerDefinition> trackers;
    ListSettings settings;
    friend bool operator==(const TrackerListDefinition&, const TrackerListDefinition&) = default;
};

}  // namespace earshot::detect
