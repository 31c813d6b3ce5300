#include "brought_trackers.hpp"

#include "earshot/detect/tracker_language.hpp"

#include "tracker_ids.hpp"

#include <algorithm>
#include <charconv>

namespace earshot::session {
namespace {

using base::Errc;
using base::Error;
using base::Result;
using detect::TrackerDefinition;

/// A definition that somebody else holds on to.
std::shared_ptr<const TrackerDefinition> borrow(const TrackerDefinition& tracker) {
    return {std::shared_ptr<const void>(), &tracker};
}

/// The definition of a message with its id, which is made from the definition where it has none.
std::shared_ptr<const TrackerDefinition> with_id(const TrackerDefinition& tracker) {
    if (!tracker.id.empty()) return borrow(tracker);
    auto named = std::make_shared<TrackerDefinition>(tracker);
    named->id = ad_hoc_id(tracker);
    return named;
}

std::size_t phrases_of(const TrackerDefinition& tracker) {
    return tracker.vocabulary.size() + tracker.exclude_vocabulary.size() + tracker.patterns.size();
}

}  // namespace

BroughtTrackers::BroughtTrackers(const TrackerJob& job, const TrackerJobResult& before, const StoredTrackers* stored)
    : job_(&job), stored_(stored) {
    if (before.stored) {
        wants_all_ = before.stored->all;
        dismissed_ = before.stored->dismissed;
    }
    if (!before.list) return;
    for (const TrackerDefinition& tracker : before.list->definition().trackers) {
        const bool is_stored = before.stored && before.stored->ids.contains(tracker.id);
        entries_.push_back({borrow(tracker), {}, is_stored});
    }
}

Result<void> BroughtTrackers::apply(std::size_t index) {
    const TrackerStep& step = job_->steps[index];
    ignored_.clear();
    switch (step.kind) {
        case TrackerStep::Kind::start:
            start(step, index);
            break;
        case TrackerStep::Kind::change:
            if (auto changed = change(step.change, index); !changed) return changed;
            break;
        case TrackerStep::Kind::follow:
            if (auto followed = follow(index); !followed) return followed;
            break;
    }
    return check_limits();
}

void BroughtTrackers::start(const TrackerStep& step, std::size_t index) {
    entries_.clear();
    dismissed_.clear();
    wants_all_ = step.all_stored;
    Places known;
    if (step.change.replace) {
        const proto::GivenTrackers& given = *step.change.replace;
        for (std::size_t i = 0; i < given.definitions.size(); ++i) {
            const TrackerDefinition* tracker = find_stored(given.definitions[i].id);
            add(known, {tracker ? borrow(*tracker) : with_id(given.definitions[i]),
                        {index, given.pointers[i]},
                        tracker != nullptr});
        }
        for (const proto::PlacedName& id : given.references) {
            if (const TrackerDefinition* tracker = find_stored(id.name)) {
                add(known, {borrow(*tracker), {index, id.pointer}, true});
            } else {
                ignored_.push_back({id.name, stored_ ? "unknown" : "unavailable"});
            }
        }
    }
    if (!wants_all_) return;
    if (stored_) {
        take_all_stored(known, index);
    } else {
        ignored_.push_back({"*", "unavailable"});
    }
}

Result<void> BroughtTrackers::change(const proto::TrackerChange& wanted, std::size_t step) {
    if (wanted.replace) {
        entries_.clear();
        dismissed_.clear();
        wants_all_ = false;
        if (auto taken = take(*wanted.replace, step); !taken) return taken;
    }
    if (auto removed = remove(wanted.remove); !removed) return removed;
    return take(wanted.add, step);
}

Result<void> BroughtTrackers::follow(std::size_t step) {
    if (!stored_) return Error{Errc::store_away, "the stored trackers cannot be had at the moment", {}, {}};
    std::vector<Entry> kept;
    for (Entry& entry : entries_) {
        if (entry.is_stored) {
            const TrackerDefinition* now = stored_->find(entry.tracker->id);
            if (!now || !is_for_language(*now)) continue;
            entry = {borrow(*now), {step, {}}, true};
        }
        kept.push_back(std::move(entry));
    }
    entries_ = std::move(kept);
    if (!wants_all_) return {};
    Places known = places();
    take_all_stored(known, step);
    return {};
}

// A tracker may be named twice, by its id and its name: what is named is judged before anything goes.
Result<void> BroughtTrackers::remove(const std::vector<proto::PlacedName>& names) {
    std::vector<bool> goes(entries_.size(), false);
    for (const proto::PlacedName& name : names) {
        bool is_known = false;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            const TrackerDefinition& tracker = *entries_[i].tracker;
            if (tracker.id != name.name && tracker.name != name.name) continue;
            goes[i] = is_known = true;
        }
        if (is_known) continue;
        return Error{Errc::unknown_tracker, "\"remove\" names no tracker of this session", name.pointer, name.name};
    }
    std::vector<Entry> kept;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (!goes[i]) {
            kept.push_back(std::move(entries_[i]));
        } else if (entries_[i].is_stored && wants_all_) {
            dismissed_.insert(entries_[i].tracker->id);
        }
    }
    entries_ = std::move(kept);
    return {};
}

Result<void> BroughtTrackers::take(const proto::GivenTrackers& given, std::size_t step) {
    Places known = places();
    if (auto taken = take_references(given.references, known, step); !taken) return taken;
    for (std::size_t i = 0; i < given.definitions.size(); ++i) {
        if (const TrackerDefinition* stored = find_stored(given.definitions[i].id)) {
            if (auto taken = take_stored(*stored, {step, given.pointers[i]}, known); !taken) return taken;
            continue;
        }
        const auto tracker = with_id(given.definitions[i]);
        if (add(known, {tracker, {step, given.pointers[i]}, false})) continue;
        const auto place = known.find(tracker->id);
        if (place == known.end() || *entries_[place->second].tracker == *tracker) continue;
        return Error{Errc::invalid_value, "\"id\" is that of another tracker of this session",
                     given.pointers[i] + "/id", tracker->id};
    }
    return {};
}

Result<void> BroughtTrackers::take_references(const std::vector<proto::PlacedName>& ids, Places& known,
                                              std::size_t step) {
    if (!ids.empty() && !stored_) {
        return Error{Errc::store_away, "the stored trackers cannot be had at the moment", ids.front().pointer, {}};
    }
    for (const proto::PlacedName& id : ids) {
        const TrackerDefinition* tracker = find_stored(id.name);
        if (!tracker) {
            return Error{Errc::unknown_tracker, "\"id\" names no stored tracker", id.pointer + "/id", id.name};
        }
        if (auto taken = take_stored(*tracker, {step, id.pointer}, known); !taken) return taken;
    }
    return {};
}

Result<void> BroughtTrackers::take_stored(const TrackerDefinition& tracker, Origin origin, Places& known) {
    dismissed_.erase(tracker.id);
    const auto place = known.find(tracker.id);
    if (place == known.end()) {
        add(known, {borrow(tracker), std::move(origin), true});
        return {};
    }
    const std::size_t index = place->second;
    Entry& entry = entries_[index];
    if (*entry.tracker == tracker) return {};
    if (!entry.is_stored) {
        return Error{Errc::invalid_value, "\"id\" is that of another tracker of this session", origin.pointer + "/id",
                     tracker.id};
    }
    known.erase(place);  // its key lies in the old definition
    known.emplace(tracker.id, index);
    entry = {borrow(tracker), std::move(origin), true};
    return {};
}

void BroughtTrackers::take_all_stored(Places& known, std::size_t step) {
    for (const TrackerDefinition& tracker : stored_->trackers()) {
        if (dismissed_.contains(tracker.id) || !is_for_language(tracker)) continue;
        add(known, {borrow(tracker), {step, {}}, true});
    }
}

/// False if one with its id is there, or it is for other languages and is told so.
bool BroughtTrackers::add(Places& known, Entry entry) {
    if (!is_for_language(*entry.tracker)) {
        ignored_.push_back({entry.tracker->id, "language"});
        return false;
    }
    if (!known.emplace(entry.tracker->id, entries_.size()).second) return false;
    entries_.push_back(std::move(entry));
    return true;
}

Result<void> BroughtTrackers::check_limits() const {
    const auto too_many = [](std::size_t limit, const char* what) {
        return Error{Errc::too_many, "the session would have over " + std::to_string(limit) + what, "/trackers", {}};
    };
    std::size_t phrases = 0;
    for (const Entry& entry : entries_) phrases += phrases_of(*entry.tracker);
    if (entries_.size() > job_->max_trackers) return too_many(job_->max_trackers, " trackers");
    if (phrases > job_->max_phrases) return too_many(job_->max_phrases, " phrases");
    return {};
}

/// Null if there is none with that id, or they cannot be had.
const TrackerDefinition* BroughtTrackers::find_stored(const std::string& id) const {
    return stored_ ? stored_->find(id) : nullptr;
}

BroughtTrackers::Places BroughtTrackers::places() const {
    Places places;
    for (std::size_t i = 0; i < entries_.size(); ++i) places.emplace(entries_[i].tracker->id, i);
    return places;
}

std::vector<TrackerDefinition> BroughtTrackers::definitions() const {
    std::vector<TrackerDefinition> definitions;
    definitions.reserve(entries_.size());
    for (const Entry& entry : entries_) definitions.push_back(*entry.tracker);
    return definitions;
}

StoredShare BroughtTrackers::stored_share() const {
    StoredShare share{wants_all_, {}, dismissed_};
    for (const Entry& entry : entries_) {
        if (entry.is_stored) share.ids.insert(entry.tracker->id);
    }
    return share;
}

bool BroughtTrackers::is_for_language(const TrackerDefinition& tracker) const {
    return detect::is_for_language(tracker, job_->settings.language);
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
