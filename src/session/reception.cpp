#include "reception.hpp"

#include "earshot/proto/server_codec.hpp"

#include <chrono>
#include <utility>

namespace earshot::session {

using base::Errc;
using base::Error;
using base::Now;

// ---- Publishers ----------------------------------------------------------------------------------------------------

void Reception::begin(const Participant& participant, Now now) {
    const proto::StartRequest& request = *participant.request;
    if (!begin_) {
        const auto keeping =
            around_.limits.can_keep ? request.keeping.value_or(around_.limits.keeping) : detect::Keeping::none;
        around_.chronicle.begin(keeping, request.meeting_title, participant.origin.wall);
    }
    tell_start(participant, now);
    bring_up_to_date(participant.socket, request.resume_from, request.wishes, request.request_id,
                     participant.offset_ms(now));
    around_.actions.emplace_back(Started{participant.socket});
    if (begin_) return;
    begin_ = participant.origin.monotonic;
    const Welcome frames = make_welcome(now);
    for (const Subscriber& subscriber : around_.roster.subscribers()) welcome(subscriber, frames, now);
}

void Reception::tell_start(const Participant& participant, Now now) {
    const std::int64_t offset = participant.offset_ms(now);
    tell(participant, proto::started_listening(offset));
    tell(participant, proto::conversation_created(around_.conversation_id, around_.chronicle.keeping(), offset));
    tell(participant, proto::recognition_started(start_report(participant), offset));
}

proto::StartReport Reception::start_report(const Participant& participant) const {
    const TrackerDesk& trackers = around_.trackers;
    proto::StartReport report;
    report.conversation_id = around_.conversation_id;
    report.version = trackers.version();
    report.active = trackers.active();
    report.ignored = participant.ignored;
    report.tiers = trackers.tiers(participant);
    report.last_seq = participant.last_seq;
    return report;
}

void Reception::refuse(SocketId socket, const Error& error, std::string_view request_id, std::int64_t offset) {
    around_.actions.emplace_back(Tell{socket, make_frame(proto::error_message(error, request_id, offset))});
    around_.actions.emplace_back(Ended{socket, Ended::Why::failed});
}

void Reception::tell_stopped(const Participant& participant, Now now) {
    tell(participant, proto::recognition_stopped(participant.offset_ms(now)));
}

void Reception::tell_completed(const Participant& participant, Now now) {
    tell(participant, proto::conversation_completed(around_.conversation_id, around_.talk.not_evaluated(),
                                                    participant.offset_ms(now)));
}

void Reception::tell_error(const Participant& participant, const Error& error, Now now) {
    tell(participant, proto::error_message(error, {}, participant.offset_ms(now)));
}

// ---- Subscribers ---------------------------------------------------------------------------------------------------

void Reception::subscribe(SocketId socket, const Subscription& subscription, Now now) {
    if (around_.roster.subscribers().size() >= around_.limits.subscribers) {
        refuse(socket, {Errc::too_many, "the conversation has no room for another subscriber", {}, {}}, {}, 0);
        return;
    }
    around_.roster.add({socket, subscription});
    if (begin_) welcome(around_.roster.subscribers().back(), make_welcome(now), now);
}

Reception::Welcome Reception::make_welcome(Now now) const {
    return {make_frame(proto::subscription_started(around_.conversation_id, age_ms(now))),
            make_frame(proto::conversation_created(around_.conversation_id, around_.chronicle.keeping(), age_ms(now)))};
}

void Reception::welcome(const Subscriber& subscriber, const Welcome& frames, Now now) {
    around_.actions.emplace_back(Tell{subscriber.socket, frames.subscribed});
    around_.actions.emplace_back(Tell{subscriber.socket, frames.created});
    const Subscription& wanted = subscriber.subscription;
    bring_up_to_date(subscriber.socket, wanted.resume_from, wanted.wishes, {}, age_ms(now));
    around_.actions.emplace_back(Started{subscriber.socket});
}

void Reception::end(Now now) {
    const Frame completed = begin_ ? make_frame(proto::conversation_completed(
                                         around_.conversation_id, around_.talk.not_evaluated(), age_ms(now)))
                                   : nullptr;
    for (const Subscriber& subscriber : around_.roster.subscribers()) {
        if (completed) around_.actions.emplace_back(Tell{subscriber.socket, completed});
        around_.actions.emplace_back(
            Ended{subscriber.socket, completed ? Ended::Why::completed : Ended::Why::not_begun});
    }
}

// ---- Both ----------------------------------------------------------------------------------------------------------

std::int64_t Reception::age_ms(Now now) const noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now.monotonic - *begin_).count();
}

// What the socket missed, and what is open.
void Reception::bring_up_to_date(SocketId socket, std::optional<std::uint64_t> resume_from,
                                 const proto::ListenerWishes& wishes, std::string_view request_id,
                                 std::int64_t offset) {
    if (socket == 0) return;
    if (resume_from) around_.announcer.replay(socket, *resume_from, wishes, request_id, offset);
    if (!wishes.revisions) return;
    const std::vector<proto::OpenHits> open = around_.talk.open_hits();
    if (resume_from || !open.empty()) around_.announcer.tell_open(socket, open);
}

void Reception::tell(const Participant& participant, std::string text) {
    if (participant.socket == 0) return;
    around_.actions.emplace_back(Tell{participant.socket, make_frame(std::move(text))});
}

}  // namespace earshot::session
