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

std::vector<std::unique_ptr<Participant>>::const_iterator Roster::place_of(std::uint64_t number) const noexcept {
    return std::lower_bound(participants_.begin(), participants_.end(), number,
                            [](const auto& participant, std::uint64_t sought) { return participant->number < sought; });
}

Participant* Roster::find(SocketId socket) const noexcept {
    const auto place = by_socket_.find(socket);
    return place == by_socket_.end() ? nullptr : place->second;
}

Participant* Roster::find_number(std::uint64_t number) const noexcept {
    const auto place = place_of(number);
    return place == participants_.end() || (*place)->number != number ? nullptr : place->get();
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
    if (participant.socket != 0) {
        by_socket_.erase(participant.socket);
        if (participant.request) listen_no_more(participant.request->wishes);
    }
    participants_.erase(place_of(participant.number));
}

void Roster::set_socket(Participant& participant, SocketId socket) {
    if (participant.socket != 0) {
        by_socket_.erase(participant.socket);
        if (participant.request) listen_no_more(participant.request->wishes);
    }
    participant.socket = socket;
    if (socket == 0) return;
    by_socket_[socket] = &participant;
    if (participant.request) listen(participant.request->wishes);
}

void Roster::set_request(Participant& participant, std::unique_ptr<proto::StartRequest> request) {
    if (participant.socket != 0 && participant.request) listen_no_more(participant.request->wishes);
    participant.request = std::move(request);
    if (participant.socket != 0 && participant.request) listen(participant.request->wishes);
}

void Roster::add(Subscriber subscriber) {
    const proto::ListenerWishes wishes = subscriber.subscription.wishes;
    if (subscribers_.add(std::move(subscriber))) listen(wishes);
}

bool Roster::remove_subscriber(SocketId socket) {
    const Subscriber* subscriber = subscribers_.find(socket);
    if (!subscriber) return false;
    listen_no_more(subscriber->subscription.wishes);
    return subscribers_.remove(socket);
}

void Roster::listen(const proto::ListenerWishes& wishes) noexcept {
    wanted_.interims += wishes.interim_results;
    wanted_.revisions += wishes.revisions;
    wanted_.explanations += wishes.explain;
    wanted_.captions += wishes.transcript;
    tell_audience();
}

void Roster::listen_no_more(const proto::ListenerWishes& wishes) noexcept {
    wanted_.interims -= wishes.interim_results;
    wanted_.revisions -= wishes.revisions;
    wanted_.explanations -= wishes.explain;
    wanted_.captions -= wishes.transcript;
    tell_audience();
}

void Roster::tell_audience() noexcept {
    audience_ = {wanted_.interims > 0, wanted_.revisions > 0, wanted_.captions > 0, wanted_.explanations > 0};
}

std::size_t Roster::memory_bytes() const noexcept {
    return participants_.size() * sizeof(Participant) + subscribers_.size() * sizeof(Subscriber);
}

}  // namespace earshot::session
