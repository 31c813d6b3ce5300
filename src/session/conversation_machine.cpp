#include "earshot/session/conversation_machine.hpp"

#include "announcer.hpp"
#include "brought_trackers.hpp"
#include "roster.hpp"
#include "talk.hpp"

#include <algorithm>
#include <utility>

namespace earshot::session {

using base::Errc;
using base::Error;
using base::MonotonicTime;
using base::Now;
using detect::Tier;
using State = Participant::State;

class ConversationMachine::Impl {
public:
    Impl(const ConversationLimits& limits, const ScorerInfo& scorer, detect::LanguageTools& tools, base::IdSource& ids,
         ReplayBudget& replay)
        : limits_(limits),
          scorer_(scorer),
          id_(ids.make_digits()),
          announcer_(actions_, limits.replay_bytes, replay),
          talk_({limits, scorer, tools, ids, lists_, roster_, announcer_, actions_}) {}

    // ---- Coming ----------------------------------------------------------------------------------------------------

    void join(SocketId socket, std::unique_ptr<proto::StartRequest> request, Now now) {
        Participant* participant = roster_.find(socket);
        if (participant && participant->state == State::active) {
            tell_start(*participant, now);
            actions_.emplace_back(Started{socket});
            return;
        }
        if (participant && participant->state != State::paused) return;
        if (!participant && (participant = roster_.find_returning(*request))) {
            // Its old socket may still look open.
            if (participant->socket != 0) actions_.emplace_back(Ended{participant->socket, Ended::Why::replaced});
            participant->compilation.reset();
            participant->changes.clear();
        }
        if (!participant) {
            if (roster_.participants().size() >= limits_.publishers || !has_room_for_list()) {
                refuse(socket, {Errc::conversation_busy, "the conversation has no room for another publisher", {}, {}},
                       request->request_id, 0);
                return;
            }
            participant = &roster_.add(now);
        }
        if (participant->socket != socket) participant->socket_start = now.monotonic;
        participant->socket = socket;
        participant->due.reset();
        if (language_.empty()) {
            language_ = request->trackers.settings.language;
            talk_.set_language(language_);
        }
        participant->pause = request->pause_seconds ? base::from_seconds(*request->pause_seconds) : limits_.pause;
        roster_.set_request(*participant, std::move(request));
        bring_trackers(*participant, now);
    }

    void subscribe(SocketId socket, const Subscription& subscription, Now now) {
        if (roster_.subscribers().size() >= limits_.subscribers) {
            const Error error{Errc::too_many, "the conversation has no room for another subscriber", {}, {}};
            actions_.emplace_back(Tell{socket, make_frame(proto::error_message(error, {}, 0))});
            actions_.emplace_back(Ended{socket, Ended::Why::failed});
            return;
        }
        roster_.add({socket, subscription});
        if (begin_) welcome(roster_.subscribers().back(), make_welcome(now), now);
    }

    // ---- Going -----------------------------------------------------------------------------------------------------

    void stop(SocketId socket, Now now) {
        Participant* participant = roster_.find(socket);
        if (!participant) return;
        if (participant->state == State::paused) {
            participant->state = State::stopping;  // this stop is answered in full
            finish(*participant, now);
            return;
        }
        talk_.end_utterances_of(*participant, now);
        participant->state = State::stopping;
        if (participant->compilation) participant->due = now.monotonic + limits_.verdict;
        settle_participants(now);
    }

    void leave(SocketId socket, Now now) {
        if (roster_.remove_subscriber(socket)) return;
        Participant* participant = roster_.find(socket);
        if (!participant) return;
        participant->socket = 0;
        participant->compilation.reset();  // nobody is there to be answered; whoever comes back starts anew
        participant->changes.clear();
        const double patience = is_shutting_down_ ? 0 : participant->request->no_connection_seconds;
        const bool may_return = participant->state == State::active || participant->state == State::compiling;
        if (patience > 0 && may_return) {
            participant->state = State::absent;
            participant->due = now.monotonic + base::from_seconds(patience);
            return;
        }
        give_up(*participant, now);
    }

    void shut_down(Now now) {
        is_shutting_down_ = true;
        for (const auto& participant : roster_.participants()) {
            if (participant->state == State::absent) participant->due = now.monotonic;
        }
        on_time(now);
    }

    // ---- Speaking --------------------------------------------------------------------------------------------------

    void speak(SocketId socket, const proto::TranscriptChunk& chunk, Now now) {
        Participant* participant = roster_.find(socket);
        if (!participant || participant->state != State::active) return;
        if (chunk.seq && participant->last_seq && *chunk.seq <= *participant->last_seq) return;
        announcer_.count_chunk();
        const auto taken = talk_.speak(*participant, chunk, now);
        if (!taken) {
            tell(*participant, proto::error_message(taken.error(), {}, offset_ms(*participant, now)));
        } else if (chunk.seq) {
            participant->last_seq = chunk.seq;
        }
    }

    void scored(std::uint64_t ticket, std::vector<detect::Verdict> verdicts, Now now) {
        talk_.scored(ticket, std::move(verdicts));
        settle_participants(now);
    }

    // ---- Trackers --------------------------------------------------------------------------------------------------

    void modify(SocketId socket, proto::ModifyRequest request, Now now) {
        Participant* participant = roster_.find(socket);
        if (!participant || participant->state != State::active) return;
        if (!request.trackers) {
            tell(*participant, proto::session_modified(request, lists_.epoch(), {}, offset_ms(*participant, now)));
            return;
        }
        participant->changes.push_back(std::move(request));
        if (!participant->compilation) change_trackers(*participant, now);
    }

    void compiled(std::uint64_t ticket, base::Result<std::shared_ptr<const detect::TrackerList>> list, Now now) {
        Participant* participant = roster_.find_ticket(ticket);
        if (!participant) return;
        TrackerCompilation compilation = std::move(*participant->compilation);
        participant->compilation.reset();
        if (compilation.requests.empty()) {
            finish_start(*participant, compilation, std::move(list), now);
            return;
        }
        if (list) {
            put_list(*participant, std::move(list.value()));
            answer(*participant, compilation, now);
        } else {
            tell_failed(*participant, compilation, list.error(), now);
        }
        change_trackers(*participant, now);
        settle_participants(now);
    }

    // ---- Time ------------------------------------------------------------------------------------------------------

    void on_time(Now now) {
        talk_.on_time(now);
        while (Participant* participant = roster_.find_due(now.monotonic)) {
            participant->due.reset();
            if (participant->state == State::absent) {
                give_up(*participant, now);
            } else if (participant->state == State::stopping) {
                give_up_changes(*participant, now);
            } else {
                finish(*participant, now);
            }
        }
        settle_participants(now);
    }

    std::optional<MonotonicTime> deadline() const noexcept {
        std::optional<MonotonicTime> due = talk_.deadline();
        for (const auto& participant : roster_.participants()) {
            if (participant->due) due = due ? std::min(*due, *participant->due) : *participant->due;
        }
        return due;
    }

    const std::string& id() const noexcept { return id_; }
    bool is_finished() const noexcept { return is_finished_; }
    const ConversationCounters& counters() const noexcept { return announcer_.counters(); }
    void take_actions(std::vector<ConversationAction>& into) {
        into.clear();
        into.swap(actions_);
    }

    std::size_t memory_bytes() const noexcept {
        return sizeof(*this) + roster_.memory_bytes() + talk_.memory_bytes() + announcer_.replay_bytes();
    }

private:
    // ---- Starts ----------------------------------------------------------------------------------------------------

    bool has_room_for_list() const noexcept { return lists_.free_slot() < limits_.tracker_lists; }

    detect::ListSettings settings_of(const Participant& participant) const {
        detect::ListSettings settings = participant.request->trackers.settings;
        settings.language = language_;
        settings.phrase_gap_seconds = participant.request->phrase_gap_seconds.value_or(limits_.phrase_gap_seconds);
        return settings;
    }

    /// Has the trackers of the participant's start compiled, unless what it brought before is the same. They are taken
    /// from the request, which is kept: a thousand sessions would hold a thousand copies of what they share compiled.
    void bring_trackers(Participant& participant, Now now) {
        proto::StartRequest& request = *participant.request;
        BroughtTrackers brought(language_);
        brought.start(std::exchange(request.trackers.trackers, {}), std::exchange(request.tracker_pointers, {}));
        participant.ignored = brought.ignored();
        for (const proto::PlacedName& id : request.tracker_references) {
            participant.ignored.push_back({id.name, "unknown"});
        }
        detect::TrackerListDefinition definition{brought.trackers(), settings_of(participant)};
        if (is_in_force(participant, definition)) {
            begin(participant, now);
        } else if (definition.trackers.empty()) {
            put_list(participant, nullptr);
            begin(participant, now);
        } else {
            participant.state = State::compiling;
            compile(participant, {}, std::move(brought), std::move(definition));
        }
    }

    bool is_in_force(const Participant& participant, const detect::TrackerListDefinition& definition) const {
        if (!participant.slot) return definition.trackers.empty();
        return lists_.list(*participant.slot)->definition() == definition;
    }

    void compile(Participant& participant, std::vector<proto::ModifyRequest> requests, BroughtTrackers brought,
                 detect::TrackerListDefinition definition) {
        participant.compilation.emplace(TrackerCompilation{++last_ticket_, std::move(requests), std::move(brought)});
        actions_.emplace_back(Compile{last_ticket_, std::move(definition)});
    }

    /// Puts what the participant brings into force; null: it brings nothing.
    void put_list(Participant& participant, std::shared_ptr<const detect::TrackerList> list) {
        if (!participant.slot && !list) return;
        const bool is_gone = !list;
        const std::size_t slot = participant.slot.value_or(lists_.free_slot());
        talk_.follow(lists_.put(slot, std::move(list)));
        participant.slot = slot;
        if (is_gone) participant.slot.reset();
    }

    void finish_start(Participant& participant, const TrackerCompilation& compilation,
                      base::Result<std::shared_ptr<const detect::TrackerList>> list, Now now) {
        if (list) {
            put_list(participant, std::move(list.value()));
            begin(participant, now);
            return;
        }
        Error error = list.error();
        place(error, compilation.trackers);
        refuse(participant.socket, error, participant.request->request_id, offset_ms(participant, now));
        participant.socket = 0;
        give_up(participant, now);  // it may have said something before this start
    }

    /// Gives an error of compiling the place in the message that brought the tracker; returns that message.
    static std::optional<std::size_t> place(Error& error, const BroughtTrackers& trackers) {
        const auto path = split_tracker_path(error.path);
        if (!path || path->tracker >= trackers.trackers().size()) return std::nullopt;
        const BroughtTrackers::Origin& origin = trackers.origin(path->tracker);
        error.path = origin.pointer + path->rest;
        return origin.message;
    }

    void begin(Participant& participant, Now now) {
        participant.state = State::active;
        tell_start(participant, now);
        const proto::StartRequest& request = *participant.request;
        bring_up_to_date(participant.socket, request.resume_from, request.wishes, request.request_id,
                         offset_ms(participant, now));
        actions_.emplace_back(Started{participant.socket});
        if (begin_) return;
        begin_ = participant.origin.monotonic;
        const Welcome frames = make_welcome(now);
        for (const Subscriber& subscriber : roster_.subscribers()) welcome(subscriber, frames, now);
    }

    void tell_start(const Participant& participant, Now now) {
        const std::int64_t offset = offset_ms(participant, now);
        tell(participant, proto::started_listening(offset));
        tell(participant, proto::conversation_created(id_, offset));
        tell(participant, proto::recognition_started(start_report(participant), offset));
    }

    proto::StartReport start_report(const Participant& participant) const {
        proto::StartReport report;
        report.conversation_id = id_;
        report.version = lists_.epoch();
        for (std::size_t slot = 0; slot < lists_.size(); ++slot) {
            if (!lists_.list(slot)) continue;
            const auto& trackers = lists_.list(slot)->definition().trackers;
            for (std::uint32_t i = 0; i < trackers.size(); ++i) {
                if (!lists_.is_muted(slot, i)) report.active.push_back({trackers[i].id, trackers[i].name});
            }
        }
        report.ignored = participant.ignored;
        for (const Tier tier : detect::k_all_tiers) report.tiers[tier] = proto::TierStatus::ready;
        report.tiers[Tier::fuzzy] = scorer_.fuzzy;
        report.tiers[Tier::semantic] = scorer_.semantic;
        report.last_seq = participant.last_seq;
        return report;
    }

    void refuse(SocketId socket, const Error& error, std::string_view request_id, std::int64_t offset) {
        actions_.emplace_back(Tell{socket, make_frame(proto::error_message(error, request_id, offset))});
        actions_.emplace_back(Ended{socket, Ended::Why::failed});
        finish_if_empty({});
    }

    /// What a socket missed, and what is open.
    void bring_up_to_date(SocketId socket, std::optional<std::uint64_t> resume_from,
                          const proto::ListenerWishes& wishes, std::string_view request_id, std::int64_t offset) {
        if (socket == 0) return;
        if (resume_from) announcer_.replay(socket, *resume_from, wishes, request_id, offset);
        if (!wishes.revisions) return;
        const std::vector<proto::OpenHits> open = talk_.open_hits();
        if (resume_from || !open.empty()) announcer_.tell_open(socket, open);
    }

    // ---- Subscribers -----------------------------------------------------------------------------------------------

    struct Welcome {
        Frame subscribed;
        Frame created;
    };

    Welcome make_welcome(Now now) const {
        return {make_frame(proto::subscription_started(id_, age_ms(now))),
                make_frame(proto::conversation_created(id_, age_ms(now)))};
    }

    void welcome(const Subscriber& subscriber, const Welcome& frames, Now now) {
        actions_.emplace_back(Tell{subscriber.socket, frames.subscribed});
        actions_.emplace_back(Tell{subscriber.socket, frames.created});
        const Subscription& wanted = subscriber.subscription;
        bring_up_to_date(subscriber.socket, wanted.resume_from, wanted.wishes, {}, age_ms(now));
        actions_.emplace_back(Started{subscriber.socket});
    }

    std::int64_t age_ms(Now now) const noexcept {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now.monotonic - *begin_).count();
    }

    // ---- Changes of trackers ---------------------------------------------------------------------------------------

    /// Takes up the changes that wait: those that can be applied are compiled as one, the others are answered.
    void change_trackers(Participant& participant, Now now) {
        std::vector<proto::ModifyRequest> requests = std::exchange(participant.changes, {});
        while (!requests.empty()) {
            BroughtTrackers brought(language_);
            if (participant.slot) brought.keep(lists_.list(*participant.slot)->definition().trackers);
            if (!apply(participant, requests, brought, now)) continue;
            detect::TrackerListDefinition definition{brought.trackers(), settings_of(participant)};
            TrackerCompilation compilation{0, std::move(requests), std::move(brought)};
            if (!is_in_force(participant, definition) && !definition.trackers.empty()) {
                if (participant.slot || has_room_for_list()) {
                    compile(participant, std::move(compilation.requests), std::move(compilation.trackers),
                            std::move(definition));
                    return;
                }
                const Error error{Errc::conversation_busy, "the conversation has no room for more trackers", {}, {}};
                tell_failed(participant, compilation, error, now);
                return;
            }
            if (definition.trackers.empty()) put_list(participant, nullptr);
            answer(participant, compilation, now);
            return;
        }
    }

    /// False if one of the requests was wrong: it is answered, and the others must be applied anew.
    bool apply(const Participant& participant, std::vector<proto::ModifyRequest>& requests, BroughtTrackers& brought,
               Now now) {
        for (std::size_t i = 0; i < requests.size(); ++i) {
            const auto applied = brought.apply(*requests[i].trackers, limits_, i);
            if (applied) continue;
            tell_change_error(participant, requests[i], applied.error(), now);
            requests.erase(requests.begin() + static_cast<std::ptrdiff_t>(i));
            return false;
        }
        return true;
    }

    void answer(const Participant& participant, const TrackerCompilation& compilation, Now now) {
        for (const proto::ModifyRequest& request : compilation.requests) {
            tell(participant, proto::session_modified(request, lists_.epoch(), compilation.trackers.ignored(),
                                                      offset_ms(participant, now)));
        }
    }

    /// The change that brought what does not compile is answered, the others wait for the next try; where it is
    /// nobody's in particular, all are.
    void tell_failed(Participant& participant, TrackerCompilation& compilation, Error error, Now now) {
        std::vector<proto::ModifyRequest>& requests = compilation.requests;
        const auto culprit = place(error, compilation.trackers);
        if (!culprit) {
            for (const proto::ModifyRequest& request : requests) tell_change_error(participant, request, error, now);
            return;
        }
        tell_change_error(participant, requests[*culprit], error, now);
        requests.erase(requests.begin() + static_cast<std::ptrdiff_t>(*culprit));
        participant.changes.insert(participant.changes.begin(), std::move_iterator(requests.begin()),
                                   std::move_iterator(requests.end()));
    }

    void tell_change_error(const Participant& participant, const proto::ModifyRequest& request, Error error, Now now) {
        tell(participant, proto::error_message(error, request.request_id, offset_ms(participant, now)));
    }

    /// A stop does not wait for ever for a change before it.
    void give_up_changes(Participant& participant, Now now) {
        const Error error{Errc::queue_full, "the trackers could not be compiled before the stop", "/trackers", {}};
        if (participant.compilation) {
            for (const proto::ModifyRequest& request : participant.compilation->requests) {
                tell_change_error(participant, request, error, now);
            }
        }
        for (const proto::ModifyRequest& request : participant.changes) {
            tell_change_error(participant, request, error, now);
        }
        participant.compilation.reset();
        participant.changes.clear();
    }

    // ---- Ends ------------------------------------------------------------------------------------------------------

    /// What the participant said is over and nobody is told of it there.
    void give_up(Participant& participant, Now now) {
        talk_.end_utterances_of(participant, now);
        participant.state = State::leaving;
        settle_participants(now);
    }

    bool has_pending(const Participant& participant) const noexcept {
        return participant.compilation || talk_.has_pending(participant);
    }

    /// Lets those go who asked to and for whom nothing is outstanding.
    void settle_participants(Now now) {
        const auto& participants = roster_.participants();
        for (std::size_t i = 0; i < participants.size();) {
            Participant& participant = *participants[i];
            if (!participant.is_going() || has_pending(participant)) {
                ++i;
            } else if (participant.state == State::stopping && !participant.request->disconnect_on_stop &&
                       participant.request->disconnect_on_stop_seconds > 0) {
                participant.state = State::paused;
                participant.due = now.monotonic + base::from_seconds(participant.request->disconnect_on_stop_seconds);
                tell(participant, proto::recognition_stopped(offset_ms(participant, now)));
                actions_.emplace_back(Ended{participant.socket, Ended::Why::paused});
                ++i;
            } else {
                finish(participant, now);  // takes it away
            }
        }
    }

    void finish(Participant& participant, Now now) {
        if (participant.socket != 0) {
            const std::int64_t offset = offset_ms(participant, now);
            // Completed first: a public client's stop() hangs when it is told of the stopped recognition before.
            tell(participant, proto::conversation_completed(id_, talk_.not_evaluated(), offset));
            // A paused one was told of the stop when it stopped.
            if (participant.state != State::paused) tell(participant, proto::recognition_stopped(offset));
            actions_.emplace_back(Ended{participant.socket, Ended::Why::completed});
        }
        roster_.remove(participant);
        finish_if_empty(now);
    }

    void finish_if_empty(std::optional<Now> now) {
        if (is_finished_ || !roster_.participants().empty()) return;
        is_finished_ = true;
        const Frame completed =
            begin_ && now ? make_frame(proto::conversation_completed(id_, talk_.not_evaluated(), age_ms(*now)))
                          : nullptr;
        for (const Subscriber& subscriber : roster_.subscribers()) {
            if (completed) actions_.emplace_back(Tell{subscriber.socket, completed});
            actions_.emplace_back(Ended{subscriber.socket, completed ? Ended::Why::completed : Ended::Why::not_begun});
        }
        actions_.emplace_back(Finished{});
    }

    // ---- Frames ----------------------------------------------------------------------------------------------------

    void tell(const Participant& participant, std::string text) {
        if (participant.socket != 0) actions_.emplace_back(Tell{participant.socket, make_frame(std::move(text))});
    }

    static std::int64_t offset_ms(const Participant& participant, Now now) noexcept {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now.monotonic - participant.socket_start).count();
    }

    const ConversationLimits& limits_;
    const ScorerInfo& scorer_;
    const std::string id_;
    std::string language_;                // of the first start
    std::optional<MonotonicTime> begin_;  // when the first start that succeeded came
    bool is_finished_ = false;
    bool is_shutting_down_ = false;
    std::uint64_t last_ticket_ = 0;
    detect::ActiveLists lists_;
    Roster roster_;
    std::vector<ConversationAction> actions_;
    Announcer announcer_;
    Talk talk_;
};

ConversationMachine::ConversationMachine(const ConversationLimits& limits, const ScorerInfo& scorer,
                                         detect::LanguageTools& tools, base::IdSource& ids, ReplayBudget& replay)
    : impl_(std::make_unique<Impl>(limits, scorer, tools, ids, replay)) {}

ConversationMachine::~ConversationMachine() = default;
ConversationMachine::ConversationMachine(ConversationMachine&&) noexcept = default;

const std::string& ConversationMachine::id() const noexcept {
    return impl_->id();
}

void ConversationMachine::join(SocketId socket, std::unique_ptr<proto::StartRequest> request, Now now) {
    impl_->join(socket, std::move(request), now);
}

void ConversationMachine::subscribe(SocketId socket, const Subscription& subscription, Now now) {
    impl_->subscribe(socket, subscription, now);
}

void ConversationMachine::speak(SocketId socket, const proto::TranscriptChunk& chunk, Now now) {
    impl_->speak(socket, chunk, now);
}

void ConversationMachine::modify(SocketId socket, proto::ModifyRequest request, Now now) {
    impl_->modify(socket, std::move(request), now);
}

void ConversationMachine::stop(SocketId socket, Now now) {
    impl_->stop(socket, now);
}
void ConversationMachine::leave(SocketId socket, Now now) {
    impl_->leave(socket, now);
}
void ConversationMachine::shut_down(Now now) {
    impl_->shut_down(now);
}

void ConversationMachine::compiled(std::uint64_t ticket, base::Result<std::shared_ptr<const detect::TrackerList>> list,
                                   Now now) {
    impl_->compiled(ticket, std::move(list), now);
}

void ConversationMachine::scored(std::uint64_t ticket, std::vector<detect::Verdict> verdicts, Now now) {
    impl_->scored(ticket, std::move(verdicts), now);
}

void ConversationMachine::on_time(Now now) {
    impl_->on_time(now);
}
std::optional<MonotonicTime> ConversationMachine::deadline() const noexcept {
    return impl_->deadline();
}
bool ConversationMachine::is_finished() const noexcept {
    return impl_->is_finished();
}
const ConversationCounters& ConversationMachine::counters() const noexcept {
    return impl_->counters();
}
std::size_t ConversationMachine::memory_bytes() const noexcept {
    return impl_->memory_bytes();
}
void ConversationMachine::take_actions(std::vector<ConversationAction>& into) {
    impl_->take_actions(into);
}

}  // namespace earshot::session
