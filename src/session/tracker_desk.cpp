#include "tracker_desk.hpp"

#include "announcer.hpp"

#include <iterator>
#include <optional>
#include <utility>

namespace earshot::session {
namespace {

using base::Errc;
using base::Error;
using base::Now;

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

bool TrackerDesk::has_room() const noexcept {
    return around_.lists.free_slot() < around_.limits.tracker_lists;
}

bool TrackerDesk::has_room_for(const proto::StartRequest& request) const noexcept {
    return request.trackers.trackers.empty() || has_room();
}

// The request is kept: a thousand sessions would hold a thousand copies of what they share compiled.
bool TrackerDesk::bring(Participant& participant) {
    proto::StartRequest& request = *participant.request;
    BroughtTrackers brought(language_);
    brought.start(std::exchange(request.trackers.trackers, {}), std::exchange(request.tracker_pointers, {}));
    participant.ignored = brought.ignored();
    for (const proto::PlacedName& id : request.tracker_references) participant.ignored.push_back({id.name, "unknown"});
    detect::TrackerListDefinition definition{brought.trackers(), settings_of(participant)};
    if (is_in_force(participant, definition)) return true;
    if (definition.trackers.empty()) {
        put_list(participant, nullptr);
        return true;
    }
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

/// Puts what the participant brings into force; null: it brings nothing.
void TrackerDesk::put_list(Participant& participant, std::shared_ptr<const detect::TrackerList> list) {
    if (!participant.slot && !list) return;
    const std::size_t slot = participant.slot.value_or(around_.lists.free_slot());
    participant.slot = list ? std::optional(slot) : std::nullopt;
    around_.talk.follow(around_.lists.put(slot, std::move(list)));
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

/// Takes up the changes that wait: those that can be applied are compiled as one, the others are answered.
void TrackerDesk::take_up_changes(Participant& participant, Now now) {
    std::vector<proto::ModifyRequest> requests = std::exchange(participant.changes, {});
    while (!requests.empty()) {
        BroughtTrackers brought(language_);
        if (participant.slot) brought.keep(around_.lists.list(*participant.slot)->definition().trackers);
        if (!apply(participant, requests, brought, now)) continue;
        detect::TrackerListDefinition definition{brought.trackers(), settings_of(participant)};
        TrackerCompilation compilation{0, std::move(requests), std::move(brought)};
        if (is_in_force(participant, definition) || definition.trackers.empty()) {
            if (definition.trackers.empty()) put_list(participant, nullptr);
            answer(participant, compilation, now);
        } else if (participant.slot || has_room()) {
            compile(participant, std::move(compilation), std::move(definition));
        } else {
            const Error error{Errc::conversation_busy, "the conversation has no room for more trackers", {}, {}};
            tell_failed(participant, compilation, error, now);
        }
        return;
    }
}

/// False if one of the requests was wrong: it is answered, and the others must be applied anew.
bool TrackerDesk::apply(const Participant& participant, std::vector<proto::ModifyRequest>& requests,
                        BroughtTrackers& brought, Now now) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto applied = brought.apply(*requests[i].trackers, around_.limits, i);
        if (applied) continue;
        tell_error(participant, requests[i], applied.error(), now);
        requests.erase(requests.begin() + static_cast<std::ptrdiff_t>(i));
        return false;
    }
    return true;
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
                             Now now) {
    tell(participant, proto::error_message(error, request.request_id, participant.offset_ms(now)));
}

void TrackerDesk::tell(const Participant& participant, std::string text) {
    if (participant.socket != 0) around_.actions.emplace_back(Tell{participant.socket, make_frame(std::move(text))});
}

}  // namespace earshot::session
