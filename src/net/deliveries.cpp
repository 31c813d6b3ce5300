#include "deliveries.hpp"

#include "peer.hpp"
#include "shard.hpp"

#include <algorithm>
#include <iterator>

namespace earshot::net {

void Deliveries::add(Shard& to, session::SocketId socket, session::ConversationAction action) {
    const auto is_its = [&](const auto& entry) { return entry.first == &to; };
    auto place = std::find_if(by_thread_.begin(), by_thread_.end(), is_its);
    if (place == by_thread_.end()) {
        by_thread_.emplace_back(&to, std::vector<Delivery>());
        place = std::prev(by_thread_.end());
    }
    place->second.push_back({socket, std::move(action)});
}

void Deliveries::post(std::uint64_t number) {
    for (auto& [to, deliveries] : by_thread_) {
        to->post([shard = to, number, due = std::move(deliveries)] {
            shard->turn([&] { shard->hub().take_deliveries(number, due); });
        });
    }
    by_thread_.clear();
}

void Guests::add(Peer& peer, std::uint64_t number) {
    std::vector<Peer*>& guests = by_conversation_[number];
    peer.guest_slot_ = guests.size();
    guests.push_back(&peer);
}

void Guests::remove(Peer& peer, std::uint64_t number) noexcept {
    const auto entry = by_conversation_.find(number);
    if (entry == by_conversation_.end()) return;
    std::vector<Peer*>& guests = entry->second;
    if (peer.guest_slot_ >= guests.size() || guests[peer.guest_slot_] != &peer) return;
    guests[peer.guest_slot_] = guests.back();
    guests[peer.guest_slot_]->guest_slot_ = peer.guest_slot_;
    guests.pop_back();
    if (guests.empty()) by_conversation_.erase(entry);
}

const std::vector<Peer*>& Guests::of(std::uint64_t number) const noexcept {
    static const std::vector<Peer*> nobody;
    const auto entry = by_conversation_.find(number);
    return entry == by_conversation_.end() ? nobody : entry->second;
}

}  // namespace earshot::net
