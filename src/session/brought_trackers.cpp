#include "brought_trackers.hpp"

#include "tracker_ids.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace earshot::session {

using base::Errc;
using base::Error;
using base::Result;

void BroughtTrackers::keep(std::vector<detect::TrackerDefinition> trackers) {
    trackers_ = std::move(trackers);
    origins_.assign(trackers_.size(), {});
}

void BroughtTrackers::start(std::vector<detect::TrackerDefinition> trackers, std::vector<std::string> pointers) {
    std::unordered_set<std::string> known;
    for (std::size_t i = 0; i < trackers.size(); ++i) {
        detect::TrackerDefinition& tracker = trackers[i];
        if (tracker.id.empty()) tracker.id = ad_hoc_id(tracker);
        if (!is_for_language(tracker)) {
            ignored_.push_back({std::move(tracker.id), "language"});
        } else if (known.insert(tracker.id).second) {
            trackers_.push_back(std::move(tracker));
            origins_.push_back({0, std::move(pointers[i])});
        }
    }
}

Result<void> BroughtTrackers::apply(const proto::TrackerChange& wanted, const ConversationLimits& limits,
                                    std::size_t message) {
    if (wanted.replace) {
        trackers_.clear();
        origins_.clear();
        if (auto taken = take(*wanted.replace, message); !taken) return taken;
    }
    for (const proto::PlacedName& name : wanted.remove) {
        if (auto removed = remove(name); !removed) return removed;
    }
    if (auto taken = take(wanted.add, message); !taken) return taken;

    std::size_t phrases = 0;
    for (const detect::TrackerDefinition& tracker : trackers_) {
        phrases += tracker.vocabulary.size() + tracker.exclude_vocabulary.size() + tracker.patterns.size();
    }
    const auto too_many = [](std::size_t limit, const char* what) {
        return Error{Errc::too_many, "the session would have over " + std::to_string(limit) + what, "/trackers", {}};
    };
    if (trackers_.size() > limits.trackers) return too_many(limits.trackers, " trackers");
    if (phrases > limits.phrases) return too_many(limits.phrases, " phrases");
    return {};
}

Result<void> BroughtTrackers::remove(const proto::PlacedName& name) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < trackers_.size(); ++i) {
        if (trackers_[i].id == name.name || trackers_[i].name == name.name) continue;
        if (kept != i) {
            trackers_[kept] = std::move(trackers_[i]);
            origins_[kept] = std::move(origins_[i]);
        }
        ++kept;
    }
    if (kept == trackers_.size()) {
        return Error{Errc::unknown_tracker, "\"remove\" names no tracker of this session", name.pointer, name.name};
    }
    trackers_.resize(kept);
    origins_.resize(kept);
    return {};
}

Result<void> BroughtTrackers::take(const proto::GivenTrackers& given, std::size_t message) {
    if (!given.references.empty()) {
        const proto::PlacedName& unknown = given.references.front();
        return Error{Errc::unknown_tracker, "\"id\" names no stored tracker", unknown.pointer + "/id", unknown.name};
    }
    std::unordered_map<std::string, std::size_t> places;  // by id
    for (std::size_t i = 0; i < trackers_.size(); ++i) places.emplace(trackers_[i].id, i);
    for (std::size_t i = 0; i < given.definitions.size(); ++i) {
        detect::TrackerDefinition tracker = given.definitions[i];
        if (tracker.id.empty()) tracker.id = ad_hoc_id(tracker);
        if (!is_for_language(tracker)) {
            ignored_.push_back({std::move(tracker.id), "language"});
            continue;
        }
        const auto [place, is_new] = places.emplace(tracker.id, trackers_.size());
        if (is_new) {
            trackers_.push_back(std::move(tracker));
            origins_.push_back({message, given.pointers[i]});
        } else if (trackers_[place->second] != tracker) {
            return Error{Errc::invalid_value, "\"id\" is that of another tracker of this session",
                         given.pointers[i] + "/id", tracker.id};
        }
    }
    return {};
}

bool BroughtTrackers::is_for_language(const detect::TrackerDefinition& tracker) const {
    const auto equal = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
    const auto is_ours = [&](const std::string& code) {
        return std::equal(code.begin(), code.end(), language_.begin(), language_.end(), equal);
    };
    return tracker.languages.empty() || std::any_of(tracker.languages.begin(), tracker.languages.end(), is_ours);
}

std::optional<TrackerPath> split_tracker_path(const std::string& path) {
    TrackerPath result;
    if (path.empty()) return std::nullopt;
    const char* const end = path.data() + path.size();
    const auto [rest, error] = std::from_chars(path.data() + 1, end, result.tracker);
    if (error != std::errc{}) return std::nullopt;
    result.rest.assign(rest, end);
    return result;
}

}  // namespace earshot::session
