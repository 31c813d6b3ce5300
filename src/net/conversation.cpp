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

}  // namespace earshot::net
