#include "roster.hpp"

#include <algorithm>
#include <utility>

namespace earshot::session {

template <typename Matches>
Participant* Roster::find_if(const Matches& matches) const noexcept {
    const auto place = std::find_if(participants_.begin(), participants_.end(),
                                    [&](const auto& participant) { return matches(*participant); });
    return place == participants_.end() ? nullptr : place->get();
}

Participant* Roster::find(SocketId socket) const noexcept {
    return find_if([&](const Participant& p) { return p.socket == socket && socket != 0; });
}

Participant* Roster::find_number(std::uint64_t number) const noexcept {
    return find_if([&](const Participant& p) { return p.number == number; });
}

Participant* Roster::find_due(base::MonotonicTime now) const noexcept {
    return find_if([&](const Participant& p) { return p.due && *p.due <= now; });
}

Participant* Roster::find_ticket(std::uint64_t ticket) const noexcept {
    return find_if([&](const Participant& p) { return p.compilation && p.compilation->ticket == ticket; });
}

Participant* Roster::find_returning(const proto::StartRequest& request) const noexcept {
    if (!request.speaker || request.speaker->user_id.empty()) return nullptr;
    return find_if([&](const Participant& p) {
        const auto& speaker = p.request->speaker;
        return p.replaces == 0 && !p.is_going() && speaker && speaker->user_id == request.speaker->user_id;
    });
}

Participant* Roster::find_successor(std::uint64_t number) const noexcept {
    return find_if([&](const Participant& p) { return p.replaces == number; });
}

std::size_t Roster::publishers() const noexcept {
    return static_cast<std::size_t>(
        std::count_if(participants_.begin(), participants_.end(), [](const auto& p) { return p->replaces == 0; }));
}

Participant& Roster::add(base::Now now) {
    participants_.push_back(std::make_unique<Participant>());
    Participant& participant = *participants_.back();
    participant.number = ++last_number_;
    participant.origin = now;
    return participant;
}

void Roster::remove(const Participant& participant) {
    std::erase_if(participants_, [&](const auto& p) { return p.get() == &participant; });
    listen_anew();
}

void Roster::set_socket(Participant& participant, SocketId socket) noexcept {
    participant.socket = socket;
    listen_anew();
}

void Roster::set_request(Participant& participant, std::unique_ptr<proto::StartRequest> request) {
    participant.request = std::move(request);
    listen_anew();
}

void Roster::add(Subscriber subscriber) {
    subscribers_.push_back(std::move(subscriber));
    listen_anew();
}

bool Roster::remove_subscriber(SocketId socket) {
    const auto place = std::find_if(subscribers_.begin(), subscribers_.end(),
                                    [&](const Subscriber& subscriber) { return subscriber.socket == socket; });
    if (place == subscribers_.end()) return false;
    *place = std::move(subscribers_.back());
    subscribers_.pop_back();
    listen_anew();
    return true;
}

void Roster::listen_anew() noexcept {
    audience_ = {};
    const auto count = [&](const proto::ListenerWishes& wishes) {
        audience_.interims |= wishes.interim_results;
        audience_.revisions |= wishes.revisions;
        audience_.captions |= wishes.transcript;
    };
    for (const auto& participant : participants_) {
        if (participant->socket != 0 && participant->request) count(participant->request->wishes);
    }
    for (const Subscriber& subscriber : subscribers_) count(subscriber.subscription.wishes);
}

std::size_t Roster::memory_bytes() const noexcept {
    return participants_.size() * sizeof(Participant) + subscribers_.capacity() * sizeof(Subscriber);
}

}  // namespace earshot::session
