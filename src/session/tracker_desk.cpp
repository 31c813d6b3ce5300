#include "tracker_desk.hpp"

#include "earshot/base/hash.hpp"

#include "announcer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace earshot::session {

using base::Errc;
using base::Error;
using base::Now;
using Kind = TrackerStep::Kind;

namespace {

Error no_room() {
    return {Errc::conversation_busy, "the conversation has no room for more trackers", "/trackers", {}};
}

/// Why stored trackers are not in force, as told to who follows them: its message is none that it just sent, but the
/// start whose switch this is.
Error not_followed(const Error& error) {
    return {error.code, "the stored trackers as they are now cannot be followed: " + error.message,
            "/config/trackers/follow", error.details};
}

}  // namespace

TrackerDesk::TrackerDesk(const Surroundings& surroundings)
    : around_(surroundings),
      share_(static_cast<double>(base::hash_bytes(surroundings.conversation_id) % 1024) / 1024) {}

// ---- Starts --------------------------------------------------------------------------------------------------------

// The request is kept without its trackers: a thousand sessions would hold a thousand copies of what they share
// compiled.
std::optional<TrackerJobResult> TrackerDesk::bring(Participant& participant, const Participant* former) {
    proto::StartRequest& request = *participant.request;
    if (request.trackers.trackers.empty() && request.tracker_references.empty() && !request.enable_all_trackers) {
        return TrackerJobResult{nullptr, nullptr, {{}}};
    }
    TrackerStep step{Kind::start, {}, request.enable_all_trackers};
    step.change.replace =
        proto::GivenTrackers{std::exchange(request.trackers.trackers, {}), std::exchange(request.tracker_pointers, {}),
                             std::exchange(request.tracker_references, {})};
    TrackerJob job = job_on(former, participant);
    job.steps.push_back(std::move(step));
    ask(participant, std::move(job), {});
    return std::nullopt;
}

std::optional<Error> TrackerDesk::problem_of_start(const Participant& participant,
                                                   const TrackerJobResult& result) const {
    const std::optional<Error>& error = result.outcomes.front().error;
    if (error || has_room(participant, result.list)) return error;
    return no_room();
}

void TrackerDesk::finish_start(Participant& participant, TrackerJobResult result) {
    participant.ignored = std::move(result.outcomes.front().ignored);
    put(participant, result);
}

TrackerJob TrackerDesk::job_on(const Participant* base, const Participant& participant) const {
    TrackerJob job;
    if (base) {
        job.base = current(*base);
        job.base_stored = base->stored;
    }
    const proto::StartRequest& request = *participant.request;
    job.settings = request.trackers.settings;
    job.settings.language = language_;
    job.settings.phrase_gap_seconds = request.phrase_gap_seconds.value_or(around_.limits.phrase_gap_seconds);
    job.max_trackers = around_.limits.trackers;
    job.max_phrases = around_.limits.phrases;
    return job;
}

void TrackerDesk::ask(Participant& participant, TrackerJob job, std::vector<proto::ModifyRequest> requests) {
    participant.compilation = {++last_ticket_, std::move(requests)};
    around_.actions.emplace_back(Compile{last_ticket_, std::move(job)});
}

bool TrackerDesk::has_room(const Participant& participant, const List& list) const {
    const bool has_own_slot = participant.slot && !participant.shares_slot;
    return has_own_slot || list == current(participant) || find_left(list) ||
           around_.lists.free_slot() < around_.limits.tracker_lists;
}

/// Puts what the participant brings into force. What others left stays theirs, and is shared by who brings the same, so
/// that publishers who come and go with one list need one slot.
void TrackerDesk::put(Participant& participant, TrackerJobResult& result) {
    participant.stored = std::move(result.stored);
    const List before = current(participant);
    if (result.list == before) return;
    const bool was_prepared = participant.is_prepared;
    const bool has_own_slot = participant.slot && !participant.shares_slot;
    const auto left = has_own_slot ? std::nullopt : find_left(result.list);
    const std::size_t slot = has_own_slot ? *participant.slot : left.value_or(around_.lists.free_slot());
    participant.shares_slot = left.has_value();
    participant.slot = result.list ? std::optional(slot) : std::nullopt;
    participant.is_prepared = result.is_prepared;
    const bool is_put = has_own_slot || (result.list && !left);
    if (is_put && (result.is_prepared || !result.list || !has_own_slot)) {
        around_.talk.stand_in(slot, nullptr);
    } else if (is_put && was_prepared) {
        around_.talk.stand_in(slot, before);
    }
    if (is_put) around_.talk.follow(around_.lists.put(slot, std::move(result.list)));
    const List now = current(participant);
    if (around_.scorer.semantic == proto::TierStatus::absent || !now || participant.is_prepared) return;
    if (now->has_tier(detect::Tier::semantic)) around_.actions.emplace_back(Prepare{now});
}

void TrackerDesk::prepared(Participant& participant, const detect::TrackerList& list, Now now) {
    if (participant.is_prepared || current(participant).get() != &list) return;
    participant.is_prepared = true;
    around_.talk.stand_in(*participant.slot, nullptr);
    if (participant.state != Participant::State::active) return;
    tell(participant, proto::tier_ready(detect::Tier::semantic, version(), participant.offset_ms(now)));
}

proto::TierStates TrackerDesk::tiers(const Participant& participant) const {
    proto::TierStates tiers;
    for (const detect::Tier tier : detect::k_all_tiers) tiers[tier] = proto::TierStatus::ready;
    tiers[detect::Tier::fuzzy] = around_.scorer.fuzzy;
    tiers[detect::Tier::semantic] = around_.scorer.semantic;
    if (around_.scorer.semantic == proto::TierStatus::absent) return tiers;
    const List list = current(participant);
    const bool waits = list && list->has_tier(detect::Tier::semantic) && !participant.is_prepared;
    tiers[detect::Tier::semantic] = waits ? proto::TierStatus::preparing : proto::TierStatus::ready;
    return tiers;
}

TrackerDesk::List TrackerDesk::current(const Participant& participant) const {
    return participant.slot ? around_.lists.list(*participant.slot) : nullptr;
}

/// The slot of an equal list that somebody left.
std::optional<std::size_t> TrackerDesk::find_left(const List& list) const {
    const auto is_equal = [&](std::size_t slot) {
        const List& there = around_.lists.list(slot);
        return there == list || there->definition() == list->definition();
    };
    const auto slot = list ? std::find_if(left_.begin(), left_.end(), is_equal) : left_.end();
    return slot == left_.end() ? std::nullopt : std::optional(*slot);
}

void TrackerDesk::release(const Participant& participant) {
    if (!participant.slot || participant.shares_slot) return;
    left_.push_back(*participant.slot);
    around_.talk.stand_in(*participant.slot, nullptr);  // nobody is left to be told when its own is ready
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
        tell(participant,
             proto::session_modified(request, version(), tiers(participant), {}, participant.offset_ms(now)));
        return;
    }
    if (participant.changes.size() >= around_.limits.waiting_changes) {
        const Error error{Errc::queue_full, "too many changes are waiting for one that is compiled", "/trackers", {}};
        tell_error(participant, request, error, now);
        return;
    }
    participant.changes.push_back(std::move(request));
    take_up_changes(participant);
}

void TrackerDesk::follow(Participant& participant) {
    participant.following.changed();
    take_up_changes(participant);
}

void TrackerDesk::on_time(Participant& participant, base::MonotonicTime now) {
    if (participant.state != Participant::State::active) return;
    participant.following.on_time(now);
    take_up_changes(participant);
}

/// Those that wait are worked out as one.
void TrackerDesk::take_up_changes(Participant& participant) {
    if (participant.compilation) return;
    const bool follows = participant.state == Participant::State::active && participant.following.begin();
    if (!follows && participant.changes.empty()) return;
    std::vector<proto::ModifyRequest> requests = std::exchange(participant.changes, {});
    TrackerJob job = job_on(&participant, participant);
    if (follows) job.steps.push_back({Kind::follow, {}, false});
    for (proto::ModifyRequest& request : requests) {
        job.steps.push_back({Kind::change, std::move(*std::exchange(request.trackers, std::nullopt)), false});
    }
    ask(participant, std::move(job), std::move(requests));
}

void TrackerDesk::finish_change(Participant& participant, TrackerJobResult result, Now now) {
    const TrackerCompilation compilation = *std::exchange(participant.compilation, std::nullopt);
    const bool is_other = result.list != current(participant);
    if (has_room(participant, result.list)) {
        put(participant, result);
    } else {
        for (StepOutcome& outcome : result.outcomes) outcome.error = outcome.error.value_or(no_room());
    }
    const std::size_t requests = compilation.requests.size();
    const std::size_t first = result.outcomes.size() - requests;  // before them, what follows the stored ones
    if (first > 0) finish_following(participant, result.outcomes.front(), is_other, now);
    for (std::size_t i = 0; i < requests; ++i) {
        const proto::ModifyRequest& request = compilation.requests[i];
        const StepOutcome& outcome = result.outcomes[first + i];
        if (outcome.error) {
            tell_error(participant, request, *outcome.error, now);
        } else {
            tell(participant, proto::session_modified(request, version(), tiers(participant), outcome.ignored,
                                                      participant.offset_ms(now)));
            participant.following.changed_itself();
        }
    }
    take_up_changes(participant);
}

void TrackerDesk::finish_following(Participant& participant, const StepOutcome& outcome, bool is_other, Now now) {
    if (outcome.error && base::may_pass(outcome.error->code)) {
        participant.following.failed(now.monotonic, share_);
        return;
    }
    const std::int64_t offset = participant.offset_ms(now);
    if (outcome.error) {
        if (!participant.following.refused(*outcome.error)) return;
        tell(participant, proto::error_message(not_followed(*outcome.error), {}, offset));
        return;
    }
    participant.following.succeeded();
    if (is_other) tell(participant, proto::stored_followed(version(), tiers(participant), offset));
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
