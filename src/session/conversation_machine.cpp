#include "earshot/session/conversation_machine.hpp"

#include "announcer.hpp"
#include "participant.hpp"
#include "speaker_state.hpp"
#include "tracker_ids.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <deque>
#include <set>
#include <utility>

namespace earshot::session {
namespace {

using base::Errc;
using base::Error;
using base::MonotonicTime;
using base::Now;
using detect::HitChange;
using detect::HitState;
using detect::Tier;

}  // namespace

class ConversationMachine::Impl {
public:
    Impl(const ConversationLimits& limits, const ScorerInfo& scorer, detect::LanguageTools& tools, base::IdSource& ids)
        : limits_(limits), scorer_(scorer), tools_(tools), ids_(ids), id_(ids.make_digits()) {}

    // ---- Who takes part --------------------------------------------------------------------------------------------

    void join(SocketId socket, std::unique_ptr<proto::StartRequest> request, Now now) {
        Participant* participant = find(socket);
        if (participant && participant->state == Participant::State::active) {
            tell_start(*participant, now);
            return;
        }
        if (participant && participant->state != Participant::State::paused) return;
        if (!participant) participant = find_returning(*request, now);
        if (!participant) {
            if (participants_.size() >= limits_.publishers) {
                refuse(socket, {Errc::conversation_busy, "the conversation has no room for another publisher", {}, {}},
                       request->request_id, 0);
                return;
            }
            participants_.push_back(std::make_unique<Participant>());
            participant = participants_.back().get();
            participant->number = ++last_participant_;
            participant->origin = now;
        }
        if (participant->socket != socket) participant->socket_start = now.monotonic;
        participant->socket = socket;
        participant->due.reset();
        if (language_.empty()) language_ = request->trackers.settings.language;
        participant->pause = request->pause_seconds ? base::from_seconds(*request->pause_seconds) : limits_.pause;
        participant->request = std::move(request);
        bring_trackers(*participant, now);
    }

    void stop(SocketId socket, Now now) {
        Participant* participant = find(socket);
        if (!participant) return;
        if (participant->state == Participant::State::paused) {
            participant->state = Participant::State::stopping;  // this stop is answered in full
            finish(*participant, now);
            return;
        }
        end_utterances_of(*participant, now);
        participant->state = Participant::State::stopping;
        settle_participants(now);
    }

    void leave(SocketId socket, Now now) {
        Participant* participant = find(socket);
        if (!participant) return;
        participant->socket = 0;
        const double patience = participant->request->no_connection_seconds;
        const bool may_return =
            participant->state == Participant::State::active || participant->state == Participant::State::compiling;
        if (patience > 0 && may_return) {
            participant->state = Participant::State::absent;
            participant->due = now.monotonic + base::from_seconds(patience);
            return;
        }
        give_up(*participant, now);
    }

    void compiled(std::uint64_t ticket, base::Result<std::shared_ptr<const detect::TrackerList>> list, Now now) {
        const auto waits = [&](const auto& p) {
            return p->ticket == ticket && p->state == Participant::State::compiling;
        };
        const auto place = std::find_if(participants_.begin(), participants_.end(), waits);
        if (place == participants_.end()) return;
        Participant& participant = **place;
        if (!list) {
            Error error = list.error();
            const std::size_t digits_end = error.path.find('/', 1);
            const std::size_t index = error.path.size() > 1 ? std::stoul(error.path.substr(1, digits_end - 1)) : 0;
            if (index < participant.pointers.size()) {
                error.path = participant.pointers[index] +
                             (digits_end == std::string::npos ? "" : error.path.substr(digits_end));
            }
            refuse(participant.socket, error, participant.request->request_id, offset_ms(participant, now));
            participant.socket = 0;
            give_up(participant, now);  // it may have said something before this start
            return;
        }
        participant.pointers = {};  // no error will need them
        participant.list = lists_.lists.size();
        lists_.lists.push_back(std::move(list.value()));
        ++version_;
        begin(participant, now);
    }

    // ---- What is said ----------------------------------------------------------------------------------------------

    void speak(SocketId socket, const proto::TranscriptChunk& chunk, Now now) {
        Participant* participant = find(socket);
        if (!participant || participant->state != Participant::State::active) return;
        if (chunk.seq) {
            if (participant->last_seq && *chunk.seq <= *participant->last_seq) return;
            participant->last_seq = chunk.seq;
        }
        announcer_.count_chunk();
        SpeakerState* speaker = speaker_of(*participant, chunk);
        if (!speaker) {
            tell_error(*participant, {Errc::too_many, "the conversation has too many speakers", "/speaker", {}}, now);
            return;
        }
        OpenUtterance* utterance = open_utterance(*speaker, *participant, chunk.utterance_id, now);
        if (!utterance) {
            tell_error(*participant, {Errc::too_many, "the speaker has too many open utterances", "/utteranceId", {}},
                       now);
            return;
        }
        speaker->last_chunk = now.monotonic;

        const double arrival = base::to_seconds(now.monotonic - participant->origin.monotonic);
        const double start = chunk.start_time.value_or(chunk.end_time ? std::min(arrival, *chunk.end_time) : arrival);
        const double end = chunk.end_time.value_or(std::max(arrival, start));
        const detect::SpokenText spoken{chunk.text, {start, end}, chunk.words};
        if (audience().captions) {
            announcer_.tell_caption(speaker->voice, chunk, {start, end}, offset_ms(*participant, now));
        }

        const bool ends = chunk.is_final && chunk.end_of_utterance;
        changes_.clear();
        if (chunk.is_final) {
            speaker->window.commit(chunk.utterance_id, spoken, ends ? nullptr : listening_changes());
        } else {
            speaker->window.hypothesize(chunk.utterance_id, spoken, listening_changes());
        }
        announcer_.tell_changes(speaker->voice, changes_, audience());
        cut_long(*speaker, *utterance, ends, now);
        if (ends) end_utterance(*speaker, chunk.utterance_id, now);
    }

    void modify(SocketId socket, const proto::ModifyRequest& request, Now now) {
        Participant* participant = find(socket);
        if (!participant || participant->state != Participant::State::active) return;
        if (request.changes_trackers) {
            const Error error{
                Errc::unsupported, "\"trackers\" cannot be changed in a running session", "/trackers", {}};
            tell(*participant, proto::error_message(error, request.request_id, offset_ms(*participant, now)));
            return;
        }
        tell(*participant, proto::session_modified(request, version_, offset_ms(*participant, now)));
    }

    void scored(std::uint64_t ticket, std::vector<detect::Verdict> verdicts, Now now) {
        for (const auto& speaker : speakers_) {
            for (PendingVerdict& pending : speaker->pending) {
                if (pending.ticket != ticket || pending.is_over) continue;
                pending.is_over = true;
                pending.verdicts = std::move(verdicts);
                settle_verdicts(*speaker);
                settle_participants(now);
                return;
            }
        }
    }

    // ---- Time ------------------------------------------------------------------------------------------------------

    void on_time(Now now) {
        for (const auto& speaker : speakers_) {
            end_silent(*speaker, now);
            for (PendingVerdict& pending : speaker->pending) {
                if (pending.is_over || now.monotonic < pending.due) continue;
                pending.is_over = true;
                for (const Tier tier : {Tier::fuzzy, Tier::semantic}) {
                    if (pending.asked.has(tier)) ++not_evaluated_[{std::string(detect::tier_name(tier)), "timeout"}];
                }
            }
            settle_verdicts(*speaker);
        }
        while (Participant* participant = find_due(now)) {
            participant->due.reset();
            if (participant->socket == 0) {
                give_up(*participant, now);
            } else {
                finish(*participant, now);
            }
        }
        settle_participants(now);
    }

    std::optional<MonotonicTime> deadline() const noexcept {
        std::optional<MonotonicTime> due;
        const auto consider = [&](MonotonicTime time) { due = due ? std::min(*due, time) : time; };
        for (const auto& speaker : speakers_) {
            for (const OpenUtterance& utterance : speaker->open) {
                if (const auto time = silence_due(*speaker, utterance)) consider(*time);
            }
            for (const PendingVerdict& pending : speaker->pending) {
                if (!pending.is_over) consider(pending.due);
            }
        }
        for (const auto& participant : participants_) {
            if (participant->due) consider(*participant->due);
        }
        return due;
    }

    const std::string& id() const noexcept { return id_; }
    bool is_finished() const noexcept { return finished_; }
    const ConversationCounters& counters() const noexcept { return announcer_.counters(); }
    void take_actions(std::vector<ConversationAction>& into) {
        into.clear();
        into.swap(actions_);
    }

    std::size_t memory_bytes() const noexcept {
        std::size_t bytes = sizeof(*this) + participants_.size() * sizeof(Participant);
        for (const auto& speaker : speakers_) bytes += sizeof(*speaker) + speaker->window.memory_bytes();
        return bytes;
    }

private:
    // ---- Participants ----------------------------------------------------------------------------------------------

    Participant* find(SocketId socket) const noexcept {
        for (const auto& participant : participants_) {
            if (participant->socket == socket && socket != 0) return participant.get();
        }
        return nullptr;
    }

    Participant* find_due(Now now) const noexcept {
        for (const auto& participant : participants_) {
            if (participant->due && *participant->due <= now.monotonic) return participant.get();
        }
        return nullptr;
    }

    Participant* find_number(std::uint64_t number) const noexcept {
        for (const auto& participant : participants_) {
            if (participant->number == number) return participant.get();
        }
        return nullptr;
    }

    /// A participant whose speaker comes back on a new socket; its old socket, if it still looks open, is let go.
    Participant* find_returning(const proto::StartRequest& request, Now) {
        if (!request.speaker || request.speaker->user_id.empty()) return nullptr;
        for (const auto& participant : participants_) {
            const auto& speaker = participant->request->speaker;
            const bool is_going =
                participant->state == Participant::State::stopping || participant->state == Participant::State::leaving;
            if (is_going || !speaker || speaker->user_id != request.speaker->user_id) continue;
            if (participant->socket != 0) actions_.emplace_back(Ended{participant->socket, Ended::Why::replaced});
            participant->ticket = 0;
            return participant.get();
        }
        return nullptr;
    }

    /// Has the trackers of the participant's start compiled, unless what it brought before is the same.
    void bring_trackers(Participant& participant, Now now) {
        detect::TrackerListDefinition definition = take_trackers(participant);
        if (participant.list) {
            const auto& brought = lists_.lists[*participant.list];
            if (brought && brought->definition() == definition) {
                begin(participant, now);
                return;
            }
            lists_.lists[*participant.list] = nullptr;
            participant.list.reset();
            ++version_;
        }
        if (definition.trackers.empty()) {
            begin(participant, now);
            return;
        }
        participant.state = Participant::State::compiling;
        participant.ticket = ++last_ticket_;
        actions_.emplace_back(Compile{participant.ticket, std::move(definition)});
    }

    /// The trackers that a start adds: each with an id, none twice, none that another participant brought, none that is
    /// for other languages. Takes them from the request, which is kept: a thousand sessions would hold a thousand
    /// copies of what they share compiled.
    detect::TrackerListDefinition take_trackers(Participant& participant) const {
        std::set<std::string> known;  // also what those brought who are gone
        for (std::size_t i = 0; i < lists_.lists.size(); ++i) {
            if (!lists_.lists[i] || i == participant.list) continue;
            for (const auto& tracker : lists_.lists[i]->definition().trackers) known.insert(tracker.id);
        }
        proto::StartRequest& request = *participant.request;
        const std::vector<detect::TrackerDefinition> brought = std::exchange(request.trackers.trackers, {});
        const std::vector<std::string> pointers = std::exchange(request.tracker_pointers, {});
        detect::TrackerListDefinition definition{{}, request.trackers.settings};
        definition.settings.language = language_;
        definition.settings.phrase_gap_seconds = request.phrase_gap_seconds.value_or(limits_.phrase_gap_seconds);
        participant.pointers.clear();
        participant.ignored.clear();
        for (std::size_t i = 0; i < brought.size(); ++i) {
            detect::TrackerDefinition tracker = brought[i];
            if (tracker.id.empty()) tracker.id = ad_hoc_id(tracker);
            if (!is_for_language(tracker)) {
                participant.ignored.push_back({std::move(tracker.id), "language"});
                continue;
            }
            if (!known.insert(tracker.id).second) continue;
            definition.trackers.push_back(std::move(tracker));
            participant.pointers.push_back(pointers[i]);
        }
        for (const std::string& id : request.tracker_references) participant.ignored.push_back({id, "unknown"});
        return definition;
    }

    bool is_for_language(const detect::TrackerDefinition& tracker) const {
        const auto equal = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
        const auto is_ours = [&](const std::string& code) {
            return std::equal(code.begin(), code.end(), language_.begin(), language_.end(), equal);
        };
        return tracker.languages.empty() || std::any_of(tracker.languages.begin(), tracker.languages.end(), is_ours);
    }

    void begin(Participant& participant, Now now) {
        participant.state = Participant::State::active;
        tell_start(participant, now);
    }

    void tell_start(Participant& participant, Now now) {
        const std::int64_t offset = offset_ms(participant, now);
        tell(participant, proto::started_listening(offset));
        tell(participant, proto::conversation_created(id_, offset));
        tell(participant, proto::recognition_started(start_report(participant), offset));
        actions_.emplace_back(Started{participant.socket});
    }

    proto::StartReport start_report(const Participant& participant) const {
        proto::StartReport report;
        report.conversation_id = id_;
        report.version = version_;
        for (const auto& list : lists_.lists) {
            if (!list) continue;
            for (const auto& tracker : list->definition().trackers) report.active.push_back({tracker.id, tracker.name});
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
        finish_if_empty();
    }

    /// What the participant said is over and nobody is told of it there.
    void give_up(Participant& participant, Now now) {
        end_utterances_of(participant, now);
        participant.state = Participant::State::leaving;
        settle_participants(now);
    }

    bool has_pending(const Participant& participant) const noexcept {
        for (const auto& speaker : speakers_) {
            for (const PendingVerdict& pending : speaker->pending) {
                if (pending.participant == participant.number) return true;
            }
        }
        return false;
    }

    /// Lets those go who asked to and for whom nothing is outstanding.
    void settle_participants(Now now) {
        for (std::size_t i = 0; i < participants_.size();) {
            Participant& participant = *participants_[i];
            const bool is_going =
                participant.state == Participant::State::stopping || participant.state == Participant::State::leaving;
            if (!is_going || has_pending(participant)) {
                ++i;
            } else if (participant.state == Participant::State::stopping && !participant.request->disconnect_on_stop &&
                       participant.request->disconnect_on_stop_seconds > 0) {
                participant.state = Participant::State::paused;
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
            std::vector<proto::NotEvaluated> not_evaluated;
            for (const auto& [key, count] : not_evaluated_) not_evaluated.push_back({key.first, key.second, count});
            const std::int64_t offset = offset_ms(participant, now);
            // Completed first: a public client's stop() hangs when it is told of the stopped recognition before.
            tell(participant, proto::conversation_completed(id_, not_evaluated, offset));
            // A paused one was told of the stop when it stopped.
            if (participant.state != Participant::State::paused) tell(participant, proto::recognition_stopped(offset));
            actions_.emplace_back(Ended{participant.socket, Ended::Why::completed});
        }
        std::erase_if(participants_, [&](const auto& p) { return p.get() == &participant; });
        finish_if_empty();
    }

    void finish_if_empty() {
        if (finished_ || !participants_.empty()) return;
        finished_ = true;
        actions_.emplace_back(Finished{});
    }

    // ---- Speakers --------------------------------------------------------------------------------------------------

    SpeakerState* speaker_of(const Participant& participant, const proto::TranscriptChunk& chunk) {
        static const proto::Speaker nobody;
        const auto& start_speaker = participant.request->speaker;
        const proto::Speaker& who = chunk.speaker ? *chunk.speaker : start_speaker ? *start_speaker : nobody;
        for (const auto& speaker : speakers_) {
            if (!is_same(*speaker, who, participant.socket)) continue;
            proto::Speaker& known = speaker->voice.member.speaker;
            if (known.role.empty() && !who.role.empty()) {
                known.role = who.role;
                speaker->window.set_role(who.role);
            }
            if (known.name.empty() && !who.name.empty()) known.name = who.name;
            return speaker.get();
        }
        if (speakers_.size() >= limits_.speakers) return nullptr;
        speakers_.push_back(std::make_unique<SpeakerState>(
            SpeakerState{{{ids_.make_uuid(), who}, {participant.origin.wall}},
                         who.is_nobody() ? participant.socket : 0,
                         detect::SpeakerWindow(lists_, {who.user_id, who.role}, language_, tools_, ids_),
                         {},
                         {},
                         {}}));
        return speakers_.back().get();
    }

    static bool is_same(const SpeakerState& speaker, const proto::Speaker& who, SocketId socket) noexcept {
        const proto::Speaker& known = speaker.voice.member.speaker;
        if (!who.user_id.empty()) return known.user_id == who.user_id;
        if (!who.name.empty()) return known.user_id.empty() && speaker.socket == 0 && known.name == who.name;
        return speaker.socket != 0 && speaker.socket == socket;
    }

    OpenUtterance* open_utterance(SpeakerState& speaker, const Participant& participant, const std::string& id,
                                  Now now) {
        for (OpenUtterance& utterance : speaker.open) {
            if (utterance.id != id) continue;
            utterance.participant = participant.number;
            return &utterance;
        }
        if (speaker.open.size() >= limits_.open_utterances) return nullptr;
        speaker.open.push_back({id, participant.number, now.monotonic});
        return &speaker.open.back();
    }

    void cut_long(SpeakerState& speaker, OpenUtterance& utterance, bool ends, Now now) {
        while (speaker.window.committed_bytes(utterance.id) > limits_.utterance_bytes) {
            changes_.clear();
            const auto ended =
                speaker.window.cut(utterance.id, limits_.utterance_bytes, ends ? nullptr : listening_changes());
            utterance.first_chunk = now.monotonic;
            announce_end(speaker, utterance.participant, ended, now);
            announcer_.tell_changes(speaker.voice, changes_, audience());
        }
    }

    void end_utterance(SpeakerState& speaker, const std::string& id, Now now) {
        const auto place =
            std::find_if(speaker.open.begin(), speaker.open.end(), [&](const auto& u) { return u.id == id; });
        if (place == speaker.open.end()) return;
        const std::uint64_t participant = place->participant;
        changes_.clear();
        const detect::EndedUtterance ended = speaker.window.end(id, listening_changes());
        speaker.open.erase(place);
        announce_end(speaker, participant, ended, now);
        announcer_.tell_changes(speaker.voice, changes_, audience());
    }

    /// Ends an utterance with its hypothesis taken as it stands.
    void end_as_it_stands(SpeakerState& speaker, const OpenUtterance& utterance, Now now) {
        const std::string id = utterance.id;
        speaker.window.commit_hypothesis(id);
        for (OpenUtterance& open : speaker.open) {
            if (open.id == id) {
                cut_long(speaker, open, true, now);
                break;
            }
        }
        end_utterance(speaker, id, now);
    }

    void end_utterances_of(const Participant& participant, Now now) {
        for (const auto& speaker : speakers_) {
            for (std::size_t i = 0; i < speaker->open.size();) {
                if (speaker->open[i].participant == participant.number) {
                    end_as_it_stands(*speaker, speaker->open[i], now);
                } else {
                    ++i;
                }
            }
        }
    }

    std::optional<MonotonicTime> silence_due(const SpeakerState& speaker,
                                             const OpenUtterance& utterance) const noexcept {
        if (speaker.window.has_hypothesis(utterance.id)) return std::nullopt;
        const Participant* participant = find_number(utterance.participant);
        const base::Duration pause = participant ? participant->pause : limits_.pause;
        return std::min(speaker.last_chunk + pause, utterance.first_chunk + limits_.utterance);
    }

    void end_silent(SpeakerState& speaker, Now now) {
        for (std::size_t i = 0; i < speaker.open.size();) {
            const auto due = silence_due(speaker, speaker.open[i]);
            if (due && *due <= now.monotonic) {
                end_utterance(speaker, std::string(speaker.open[i].id), now);
            } else {
                ++i;
            }
        }
    }

    // ---- What is told ----------------------------------------------------------------------------------------------

    /// What the sockets want to be told now.
    Audience audience() const noexcept {
        Audience audience;
        for (const auto& participant : participants_) {
            const proto::ListenerWishes& wishes = participant->request->wishes;
            audience.interims |= wishes.interim_results;
            audience.revisions |= wishes.revisions;
            audience.captions |= wishes.transcript;
        }
        return audience;
    }

    /// Where a window puts changes of open hits; null where nobody wants to hear of them.
    std::vector<HitChange>* listening_changes() { return audience().interims ? &changes_ : nullptr; }

    void announce_end(SpeakerState& speaker, std::uint64_t participant, const detect::EndedUtterance& ended, Now now) {
        const Participant* owner = find_number(participant);
        const int timezone = owner ? owner->request->timezone_offset_minutes : 0;
        announcer_.tell_end(speaker.voice, ended, timezone, audience());
        if (ended.needs_verdict) ask_for_verdict(speaker, participant, ended.number, now);
    }

    // ---- Verdicts --------------------------------------------------------------------------------------------------

    void ask_for_verdict(SpeakerState& speaker, std::uint64_t participant, std::uint64_t utterance, Now now) {
        PendingVerdict pending;
        pending.ticket = ++last_ticket_;
        pending.utterance = utterance;
        pending.participant = participant;
        pending.due = now.monotonic + limits_.verdict;
        std::vector<std::shared_ptr<const detect::TrackerList>> lists;
        for (const auto& list : lists_.lists) {
            bool scores = false;
            for (const auto& [tier, status] :
                 {std::pair(Tier::fuzzy, scorer_.fuzzy), {Tier::semantic, scorer_.semantic}}) {
                if (!list || !list->has_tier(tier) || status != proto::TierStatus::ready) continue;
                scores = true;
                pending.asked.insert(tier);
            }
            lists.push_back(scores ? list : nullptr);
        }
        pending.is_over = std::all_of(lists.begin(), lists.end(), [](const auto& list) { return list == nullptr; });
        if (!pending.is_over) {
            actions_.emplace_back(
                Score{pending.ticket, std::string(speaker.window.ended_text(utterance)), std::move(lists)});
        }
        speaker.pending.push_back(std::move(pending));
        settle_verdicts(speaker);
    }

    /// Applies verdicts in the order of the utterances' ends, as far as they are there.
    void settle_verdicts(SpeakerState& speaker) {
        while (!speaker.pending.empty() && speaker.pending.front().is_over) {
            const PendingVerdict pending = std::move(speaker.pending.front());
            speaker.pending.pop_front();
            const auto hits = speaker.window.judge(pending.utterance, pending.verdicts, scorer_.default_threshold);
            announcer_.tell_confirmed(speaker.voice, hits, audience());
        }
    }

    // ---- Frames ----------------------------------------------------------------------------------------------------

    void tell(const Participant& participant, std::string text) {
        if (participant.socket != 0) actions_.emplace_back(Tell{participant.socket, make_frame(std::move(text))});
    }

    void tell_error(const Participant& participant, const Error& error, Now now) {
        tell(participant, proto::error_message(error, {}, offset_ms(participant, now)));
    }

    static std::int64_t offset_ms(const Participant& participant, Now now) noexcept {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now.monotonic - participant.socket_start).count();
    }

    const ConversationLimits& limits_;
    const ScorerInfo& scorer_;
    detect::LanguageTools& tools_;
    base::IdSource& ids_;
    std::string id_;
    std::string language_;  // of the first start
    detect::ActiveLists lists_;
    std::uint64_t version_ = 0;
    std::vector<std::unique_ptr<Participant>> participants_;
    std::vector<std::unique_ptr<SpeakerState>> speakers_;
    std::uint64_t last_participant_ = 0;
    std::uint64_t last_ticket_ = 0;
    std::map<std::pair<std::string, std::string>, std::uint64_t> not_evaluated_;  // by tier and reason
    bool finished_ = false;
    std::vector<HitChange> changes_;  // scratch of one chunk
    std::vector<ConversationAction> actions_;
    Announcer announcer_{actions_};
};

ConversationMachine::ConversationMachine(const ConversationLimits& limits, const ScorerInfo& scorer,
                                         detect::LanguageTools& tools, base::IdSource& ids)
    : impl_(std::make_unique<Impl>(limits, scorer, tools, ids)) {}

ConversationMachine::~ConversationMachine() = default;
ConversationMachine::ConversationMachine(ConversationMachine&&) noexcept = default;

const std::string& ConversationMachine::id() const noexcept {
    return impl_->id();
}

void ConversationMachine::join(SocketId socket, std::unique_ptr<proto::StartRequest> request, Now now) {
    impl_->join(socket, std::move(request), now);
}

void ConversationMachine::speak(SocketId socket, const proto::TranscriptChunk& chunk, Now now) {
    impl_->speak(socket, chunk, now);
}

void ConversationMachine::modify(SocketId socket, const proto::ModifyRequest& request, Now now) {
    impl_->modify(socket, request, now);
}

void ConversationMachine::stop(SocketId socket, Now now) {
    impl_->stop(socket, now);
}
void ConversationMachine::leave(SocketId socket, Now now) {
    impl_->leave(socket, now);
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
