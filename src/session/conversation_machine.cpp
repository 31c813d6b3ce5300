#include "earshot/session/conversation_machine.hpp"

#include "announcer.hpp"
#include "chronicle.hpp"
#include "reception.hpp"
#include "roster.hpp"
#include "talk.hpp"
#include "tracker_desk.hpp"

#include <algorithm>
#include <utility>

namespace earshot::session {

using base::Errc;
using base::Error;
using base::MonotonicTime;
using base::Now;
using State = Participant::State;

class ConversationMachine::Impl {
public:
    Impl(const ConversationLimits& limits, const ScorerInfo& scorer, detect::LanguageTools& tools, base::IdSource& ids,
         ReplayBudget& replay)
        : limits_(limits),
          id_(ids.make_digits()),
          announcer_(actions_, limits.replay_bytes, replay),
          chronicle_(id_, actions_),
          talk_({limits, scorer, tools, ids, lists_, roster_, announcer_, chronicle_, actions_}),
          trackers_({limits, scorer, id_, lists_, talk_, actions_}),
          reception_({limits, scorer, id_, roster_, talk_, trackers_, announcer_, chronicle_, actions_}) {}

    // ---- Coming ----------------------------------------------------------------------------------------------------

    void join(SocketId socket, std::unique_ptr<proto::StartRequest> request, Now now) {
        Participant* participant = roster_.find(socket);
        if (participant && participant->state == State::active) {
            reception_.tell_start(*participant, now);
            actions_.emplace_back(Started{socket});
            return;
        }
        if (participant && participant->state != State::paused) return;
        const Participant* former = participant;
        if (!participant) {
            former = roster_.find_returning(*request);
            if (former && former->state == State::compiling) {  // nothing has begun that its failure would end
                participant = roster_.find_number(former->number);
                actions_.emplace_back(Ended{participant->socket, Ended::Why::replaced});
                participant->forget_changes();
            } else if (former) {
                end_successor_of(*former, now);
            } else if (roster_.publishers() >= limits_.publishers) {
                const Error error{
                    Errc::conversation_busy, "the conversation has no room for another publisher", {}, {}};
                reception_.refuse(socket, error, request->request_id, 0);
                return;
            }
            if (!participant) {
                participant = &roster_.add(now);
                participant->replaces = former ? former->number : 0;
            }
        }
        if (participant->socket != socket) participant->socket_start = now.monotonic;
        roster_.set_socket(*participant, socket);
        if (language_.empty()) {
            language_ = request->trackers.settings.language;
            talk_.set_language(language_);
            trackers_.set_language(language_);
        }
        participant->pause = request->pause_seconds ? base::from_seconds(*request->pause_seconds) : limits_.pause;
        roster_.set_request(*participant, std::move(request));
        participant->state = State::compiling;
        participant->due = now.monotonic + limits_.compile;
        auto brought = trackers_.bring(*participant, former);
        if (brought) finish_start(*participant, std::move(*brought), now);
    }

    void subscribe(SocketId socket, const Subscription& subscription, Now now) {
        reception_.subscribe(socket, subscription, now);
    }

    void refresh(SocketId socket) { announcer_.tell_open(socket, talk_.open_hits()); }

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
        if (participant->replaces != 0) {
            Participant* former = roster_.find_number(participant->replaces);
            remove_successor(*participant, now);
            if (former && former->state == State::absent) wait_for(*former, now);  // it was seen again
            return;
        }
        roster_.set_socket(*participant, 0);
        participant->forget_changes();  // nobody is there to be answered; whoever comes back starts anew
        const bool may_return = participant->state == State::active || participant->state == State::compiling;
        if (may_return && !is_shutting_down_ && participant->request->no_connection_seconds > 0) {
            wait_for(*participant, now);
        } else {
            give_up(*participant, now);
        }
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
        const auto taken = talk_.speak(*participant, chunk, reception_.age_ms(now), now);
        if (!taken) {
            reception_.tell_error(*participant, taken.error(), now);
        } else if (chunk.seq) {
            participant->last_seq = chunk.seq;
        }
    }

    void scored(std::uint64_t ticket, detect::Opinion opinion, Now now) {
        talk_.scored(ticket, std::move(opinion));
        settle_participants(now);
    }

    // ---- Trackers --------------------------------------------------------------------------------------------------

    void modify(SocketId socket, proto::ModifyRequest request, Now now) {
        Participant* participant = roster_.find(socket);
        if (participant && participant->state == State::active) trackers_.change(*participant, std::move(request), now);
    }

    void stored_changed() {
        for (const auto& participant : roster_.participants()) {
            if (participant->request->follow && !participant->is_going()) trackers_.follow(*participant);
        }
    }

    void compiled(std::uint64_t ticket, TrackerJobResult result, Now now) {
        Participant* participant = roster_.find_ticket(ticket);
        if (!participant) return;
        if (participant->state == State::compiling) {
            finish_start(*participant, std::move(result), now);
        } else {
            trackers_.finish_change(*participant, std::move(result), now);
            settle_participants(now);
        }
    }

    void prepared(const detect::TrackerList& list, Now now) {
        for (const auto& participant : roster_.participants()) trackers_.prepared(*participant, list, now);
    }

    // ---- Time ------------------------------------------------------------------------------------------------------

    void on_time(Now now) {
        talk_.on_time(now);
        while (Participant* participant = roster_.find_due(now.monotonic)) {
            const auto due = std::exchange(participant->due, std::nullopt);
            Participant* successor = is_shutting_down_ ? nullptr : roster_.find_successor(participant->number);
            if (participant->state == State::absent && successor) {
                successor->former_due = due;  // it is waited for instead
            } else if (participant->state == State::absent) {
                give_up(*participant, now);
            } else if (participant->state == State::compiling) {
                participant->forget_changes();
                fail_start(*participant, {Errc::queue_full, "the trackers could not be compiled in time", {}, {}}, now);
            } else if (participant->state == State::stopping) {
                trackers_.give_up(*participant, now);
            } else {
                finish(*participant, now);
            }
        }
        for (const auto& participant : roster_.participants()) trackers_.on_time(*participant, now.monotonic);
        settle_participants(now);
    }

    std::optional<MonotonicTime> deadline() const noexcept {
        std::optional<MonotonicTime> due = talk_.deadline();
        for (const auto& participant : roster_.participants()) {
            const auto its = participant->deadline();
            if (its) due = due ? std::min(*due, *its) : its;
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

    void finish_start(Participant& starting, TrackerJobResult result, Now now) {
        const bool must_follow = starting.following.is_due();  // what is stored has changed since it was asked for
        starting.forget_changes();
        starting.due.reset();
        Participant* former = roster_.find_number(starting.replaces);
        if (former && former->is_going()) former = nullptr;
        Participant& participant = former ? *former : starting;
        if (const auto error = trackers_.problem_of_start(participant, result)) {
            fail_start(starting, *error, now);
            return;
        }
        if (former) take_over(*former, starting);
        if (must_follow) participant.following.changed();
        trackers_.finish_start(participant, std::move(result));
        begin(participant, now);
    }

    void fail_start(Participant& participant, const Error& error, Now now) {
        reception_.refuse(participant.socket, error, participant.request->request_id, participant.offset_ms(now));
        if (participant.replaces != 0) {
            remove_successor(participant, now);
            return;
        }
        roster_.set_socket(participant, 0);
        give_up(participant, now);  // it may have said something before this start
    }

    /// The speaker's new socket has its place from now on. Its old one may still look open.
    void take_over(Participant& former, Participant& successor) {
        if (former.socket != 0) actions_.emplace_back(Ended{former.socket, Ended::Why::replaced});
        former.forget_changes();
        former.due.reset();
        former.socket_start = successor.socket_start;
        former.pause = successor.pause;
        const SocketId socket = successor.socket;
        auto request = std::move(successor.request);
        roster_.remove(successor);
        roster_.set_socket(former, socket);
        roster_.set_request(former, std::move(request));
    }

    void end_successor_of(const Participant& former, Now now) {
        Participant* successor = roster_.find_successor(former.number);
        if (!successor) return;
        actions_.emplace_back(Ended{successor->socket, Ended::Why::replaced});
        remove_successor(*successor, now);
    }

    /// One that was to take another's place goes without: the other is as it was.
    void remove_successor(const Participant& successor, Now now) {
        Participant* former = roster_.find_number(successor.replaces);
        if (former && successor.former_due && !former->due) former->due = successor.former_due;
        roster_.remove(successor);
        finish_if_empty(now);
    }

    void begin(Participant& participant, Now now) {
        participant.replaces = 0;
        participant.state = State::active;
        reception_.begin(participant, now);
        trackers_.take_up_changes(participant);
    }

    // ---- Ends ------------------------------------------------------------------------------------------------------

    void wait_for(Participant& participant, Now now) {
        const double patience = is_shutting_down_ ? 0 : participant.request->no_connection_seconds;
        participant.state = State::absent;
        participant.due = now.monotonic + base::from_seconds(patience);
    }

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
                reception_.tell_stopped(participant, now);
                actions_.emplace_back(Ended{participant.socket, Ended::Why::paused});
                ++i;
            } else {
                finish(participant, now);  // takes it away
            }
        }
    }

    void finish(Participant& participant, Now now) {
        if (participant.socket != 0) {
            // Completed first: a public client's stop() hangs when it is told of the stopped recognition before.
            reception_.tell_completed(participant, now);
            // A paused one was told of the stop when it stopped.
            if (participant.state != State::paused) reception_.tell_stopped(participant, now);
            actions_.emplace_back(Ended{participant.socket, Ended::Why::completed});
        }
        trackers_.release(participant);
        roster_.remove(participant);
        finish_if_empty(now);
    }

    void finish_if_empty(Now now) {
        if (is_finished_ || !roster_.participants().empty()) return;
        is_finished_ = true;
        reception_.end(now);
        chronicle_.end(now.wall);
        actions_.emplace_back(Finished{});
    }

    const ConversationLimits& limits_;
    const std::string id_;
    std::string language_;  // of the first start
    bool is_finished_ = false;
    bool is_shutting_down_ = false;
    detect::ActiveLists lists_;
    Roster roster_;
    std::vector<ConversationAction> actions_;
    Announcer announcer_;
    Chronicle chronicle_;
    Talk talk_;
    TrackerDesk trackers_;
    Reception reception_;
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

void ConversationMachine::refresh(SocketId socket) {
    impl_->refresh(socket);
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

void ConversationMachine::stored_changed() {
    impl_->stored_changed();
}

void ConversationMachine::compiled(std::uint64_t ticket, TrackerJobResult result, Now now) {
    impl_->compiled(ticket, std::move(result), now);
}

void ConversationMachine::prepared(const detect::TrackerList& list, Now now) {
    impl_->prepared(list, now);
}

void ConversationMachine::scored(std::uint64_t ticket, detect::Opinion opinion, Now now) {
    impl_->scored(ticket, std::move(opinion), now);
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
