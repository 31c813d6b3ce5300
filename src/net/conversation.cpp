#include "conversation.hpp"

#include <algorithm>

namespace earshot::net {

void Conversation::add(const Member& member) {
    if (!members_.add(member) || member.local) return;
    const auto is_its = [&](const auto& guests) { return guests.first == member.shard; };
    const auto place = std::find_if(guests_.begin(), guests_.end(), is_its);
    if (place == guests_.end()) {
        guests_.emplace_back(member.shard, 1);
    } else {
        ++place->second;
    }
}

void Conversation::remove(session::SocketId socket) {
    const Member* found = members_.find(socket);
    if (!found) return;
    const Member member = *found;
    members_.remove(socket);
    if (member.local) return;
    const auto is_its = [&](const auto& guests) { return guests.first == member.shard; };
    const auto place = std::find_if(guests_.begin(), guests_.end(), is_its);
    if (--place->second == 0) guests_.erase(place);
}

void Conversation::add_traffic(Traffic& traffic) {
    const session::ConversationCounters& counters = machine.counters();
    if (counters.chunks == told_.chunks && counters.utterances == told_.utterances &&
        counters.confirmed_hits == told_.confirmed_hits) {
        return;
    }
    traffic.chunks += counters.chunks - told_.chunks;
    traffic.utterances += counters.utterances - told_.utterances;
    for (const auto& [tier, hits] : counters.confirmed_hits) {
        const std::uint64_t fresh = hits - told_.confirmed_hits[tier];
        if (fresh > 0) traffic.confirmed_hits[tier] += fresh;
    }
    told_ = counters;
}

}  // namespace earshot::net
