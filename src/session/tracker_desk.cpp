#include "tracker_desk.hpp"

#include "announcer.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace earshot::session {
namespace {

using base::Errc;
using base::Error;
using base::Now;

Error no_room() {
    return {Errc::conversation_busy, "the conversation has no room for more trackers", "/trackers", {}};
}

/// Gives an error of compiling the place in the message that brought the tracker; returns that message.
std::optional<std::size_t> place(Error& error, const BroughtTrackers& trackers) {
    const auto path = split_tracker_path(error.path);
    if (!path || path->tracker >= trackers.trackers().size()) return std::nullopt;
    const BroughtTrackers::Origin& origin = trackers.origin(path->tracker);
    error.path = origin.pointer + path->rest;
    return origin.message;
}

}  // namespace

// ---- Starts --------------------------------------------------------------------------------------------------------

// The request is kept: a thousand sessions would hold a thousand copies of what they share compiled.
base::Result<bool> TrackerDesk::bring(Participant& participant) {
    proto::StartRequest& request = *participant.request;
    BroughtTrackers brought(language_);
    brought.start(std::exchange(request.trackers.trackers, {}), std::exchange(request.tracker_pointers, {}));
    participant.ignored = brought.ignored();
    for (const proto::PlacedName& id : request.tracker_references) participant.ignored.push_back({id.name, "unknown"});
    detect::TrackerListDefinition definition{brought.trackers(), settings_of(participant)};
    if (is_in_force(participant, definition) || share(participant, definition)) return true;
    if (definition.trackers.empty()) {
        put_list(participant, nullptr);
        return true;
    }
    if (!can_put(participant)) return no_room();
    compile(participant, {0, {}, std::move(brought)}, std::move(definition));
    return false;
}

base::Result<void> TrackerDesk::finish_start(Participant& participant, CompiledList list) {
    const TrackerCompilation compilation = std::move(*participant.compilation);
    participant.compilation.reset();
    if (list) {
        put_list(participant, std::move(list.value()));
        return {};
    }
    Error error = list.error();
    place(error, compilation.trackers);
    return error;
}

detect::ListSettings TrackerDesk::settings_of(const Participant& participant) const {
    const proto::StartRequest& request = *participant.request;
    detect::ListSettings settings = request.trackers.settings;
    settings.language = language_;
    settings.phrase_gap_seconds = request.phrase_gap_seconds.value_or(around_.limits.phrase_gap_seconds);
    return settings;
}

bool TrackerDesk::is_in_force(const Participant& participant, const detect::TrackerListDefinition& definition) const {
    if (!participant.slot) return definition.trackers.empty();
    return around_.lists.list(*participant.slot)->definition() == definition;
}

void TrackerDesk::compile(Participant& participant, TrackerCompilation compilation,
                          detect::TrackerListDefinition definition) {
    compilation.ticket = ++last_ticket_;
    participant.compilation = std::move(compilation);
    around_.actions.emplace_back(Compile{last_ticket_, std::move(definition)});
}

/// Puts what the participant brings into force; null: it brings nothing. What others left stays theirs.
void TrackerDesk::put_list(Participant& participant, std::shared_ptr<const detect::TrackerList> list) {
    if (std::exchange(participant.shares_slot, false)) participant.slot.reset();
    if (!participant.slot && !list) return;
    const std::size_t slot = participant.slot.value_or(around_.lists.free_slot());
    participant.slot = list ? std::optional(slot) : std::nullopt;
    around_.talk.follow(around_.lists.put(slot, std::move(list)));
}

bool TrackerDesk::can_put(const Participant& participant) const noexcept {
    return (participant.slot && !participant.shares_slot) || around_.lists.free_slot() < around_.limits.tracker_lists;
}

/// Publishers who come and go with one list need one slot.
bool TrackerDesk::share(Participant& participant, const detect::TrackerListDefinition& definition) const {
    if (participant.slot) return false;
    const auto is_equal = [&](std::size_t slot) { return around_.lists.list(slot)->definition() == definition; };
    const auto slot = std::find_if(left_.begin(), left_.end(), is_equal);
    if (slot == left_.end()) return false;
    participant.slot = *slot;
    return participant.shares_slot = true;
}

void TrackerDesk::release(const Participant& participant) {
    if (participant.slot && !participant.shares_slot) left_.push_back(*participant.slot);
}

std::vector<proto::NamedTracker> TrackerDesk::active() const {
    std::vector<proto::NamedTracker> active;
    for (std::size_t slot = 0; slot < around_.lists.size(); ++slot) {
        if (!around_.lists.list(slot)) continue;
        const auto& trackers = around_.lists.list(slot)->definition().trackers;
        for (std::uint32_t i = 0; i < trackers.size(); ++i) {
            if (!around_.lists.is_muted(slot, i)) active.push_back({trackers[i].id, trackers[i].name});
        }
    }
    return active;
}

// ---- Changes -------------------------------------------------------------------------------------------------------

void TrackerDesk::change(Participant& participant, proto::ModifyRequest request, Now now) {
    if (!request.trackers) {
        tell(participant, proto::session_modified(request, version(), {}, participant.offset_ms(now)));
        return;
    }
    if (participant.changes.size() >= around_.limits.waiting_changes) {
        const Error error{Errc::queue_full, "too many changes are waiting for one that is compiled", "/trackers", {}};
        tell_error(participant, request, error, now);
        return;
    }
    participant.changes.push_back(std::move(request));
    if (!participant.compilation) take_up_changes(participant, now);
}

void TrackerDesk::finish_change(Participant& participant, CompiledList list, Now now) {
    TrackerCompilation compilation = std::move(*participant.compilation);
    participant.compilation.reset();
    if (list) {
        put_list(participant, std::move(list.value()));
        answer(participant, compilation, now);
    } else {
        tell_failed(participant, compilation, list.error(), now);
    }
    take_up_changes(participant, now);
}

/// Takes up the changes that wait: as one, those of which none depends on another. What is wrong is answered.
void TrackerDesk::take_up_changes(Participant& participant, Now now) {
    std::vector<proto::ModifyRequest>& changes = participant.changes;
    while (!changes.empty() && !participant.compilation) {
        const auto end = changes.begin() + static_cast<std::ptrdiff_t>(count_joint(participant, now));
        if (end == changes.begin()) {
            changes.erase(end);  // it was wrong
            continue;
        }
        std::vector<proto::ModifyRequest> joint{std::move_iterator(changes.begin()), std::move_iterator(end)};
        changes.erase(changes.begin(), end);
        settle(participant, std::move(joint), now);
    }
}

BroughtTrackers TrackerDesk::brought_by(const Participant& participant) const {
    BroughtTrackers brought(language_);
    if (participant.slot) brought.keep(around_.lists.list(*participant.slot)->definition().trackers);
    return brought;
}

/// How many of the changes that wait can be compiled as one; 0: the first is wrong, and is answered. Only the first is
/// judged for good, and only it takes something away: what comes before a later one may not compile.
std::size_t TrackerDesk::count_joint(const Participant& participant, Now now) const {
    BroughtTrackers brought = brought_by(participant);
    for (std::size_t i = 0; i < participant.changes.size(); ++i) {
        const proto::TrackerChange& wanted = *participant.changes[i].trackers;
        if (i > 0 && (wanted.replace || !wanted.remove.empty())) return i;
        const auto applied = brought.apply(wanted, around_.limits, i);
        if (applied) continue;
        if (i == 0) tell_error(participant, participant.changes[i], applied.error(), now);
        return i;
    }
    return participant.changes.size();
}

/// Brings changes that can all be applied into force, or has them compiled.
void TrackerDesk::settle(Participant& participant, std::vector<proto::ModifyRequest> requests, Now now) {
    BroughtTrackers brought = brought_by(participant);
    for (std::size_t i = 0; i < requests.size(); ++i) brought.apply(*requests[i].trackers, around_.limits, i).value();
    detect::TrackerListDefinition definition{brought.trackers(), settings_of(participant)};
    TrackerCompilation compilation{0, std::move(requests), std::move(brought)};
    if (is_in_force(participant, definition) || definition.trackers.empty()) {
        if (definition.trackers.empty()) put_list(participant, nullptr);
        answer(participant, compilation, now);
    } else if (can_put(participant)) {
        compile(participant, std::move(compilation), std::move(definition));
    } else {
        tell_failed(participant, compilation, no_room(), now);
    }
}

void TrackerDesk::answer(const Participant& participant, const TrackerCompilation& compilation, Now now) {
    for (const proto::ModifyRequest& request : compilation.requests) {
        tell(participant,
             proto::session_modified(request, version(), compilation.trackers.ignored(), participant.offset_ms(now)));
    }
}

/// The change that brought what does not compile is answered, the others wait for the next try; where it is nobody's in
/// particular, all are.
void TrackerDesk::tell_failed(Participant& participant, TrackerCompilation& compilation, Error error, Now now) {
    std::vector<proto::ModifyRequest>& requests = compilation.requests;
    const auto culprit = place(error, compilation.trackers);
    if (!culprit) {
        for (const proto::ModifyRequest& request : requests) tell_error(participant, request, error, now);
        return;
    }
    tell_error(participant, requests[*culprit], error, now);
    requests.erase(requests.begin() + static_cast<std::ptrdiff_t>(*culprit));
    participant.changes.insert(participant.changes.begin(), std::move_iterator(requests.begin()),
                               std::move_iterator(requests.end()));
}

void TrackerDesk::give_up(Participant& participant, Now now) {
    const Error error{Errc::queue_full, "the trackers could not be compiled before the stop", "/trackers", {}};
    if (participant.compilation) {
        for (const proto::ModifyRequest& request : participant.compilation->requests) {
            tell_error(participant, request, error, now);
        }
    }
    for (const proto::ModifyRequest& request : participant.changes) tell_error(participant, request, error, now);
    participant.forget_changes();
}

// ---- Frames --------------------------------------------------------------------------------------------------------

void TrackerDesk::tell_error(const Participant& participant, const proto::ModifyRequest& request, const Error& error,
                             Now now) const {
    tell(participant, proto::error_message(error, request.request_id, participant.offset_ms(now)));
}

void TrackerDesk::tell(const Participant& participant, std::string text) const {
    if (participant.socket != 0) around_.actions.emplace_back(Tell{participant.socket, make_frame(std::move(text))});
}

}  // namespace earshot::session
