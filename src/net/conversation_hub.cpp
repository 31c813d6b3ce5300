#include "conversation_hub.hpp"

#include "publisher.hpp"
#include "shard.hpp"

#include <algorithm>
#include <utility>

namespace earshot::net {

using session::ConversationAction;
using session::SocketId;

// ---- What a socket of this thread does
// ---------------------------------------------------------------------------------------------------------------------

void ConversationHub::join(Publisher& publisher, std::unique_ptr<proto::StartRequest> request) {
    if (!publisher.place_.home) settle_place(publisher);
    if (!publisher.local_) {
        publisher.asked_ = publisher.place_;
        Shard& home = *publisher.place_.home;
        home.post([&home, from = &shard_, socket = publisher.id(), number = publisher.place_.number,
                   request = std::move(request)]() mutable {
            home.turn([&] { home.hub().join_from(*from, socket, number, std::move(request)); });
        });
        return;
    }
    Conversation& conversation = *publisher.local_;
    const auto is_it = [&](const auto& member) { return member.socket == publisher.id(); };
    if (std::none_of(conversation.members.begin(), conversation.members.end(), is_it)) {
        conversation.members.push_back({publisher.id(), &shard_, &publisher});
    }
    tell(conversation, [&](auto& machine) { machine.join(publisher.id(), std::move(request), shard_.now()); });
}

void ConversationHub::join_from(Shard& from, SocketId socket, std::uint64_t number,
                                std::unique_ptr<proto::StartRequest> request) {
    Conversation* conversation = find(number);
    if (!conversation) {
        // It ended while the request was on its way: the socket looks again, and finds or begins another.
        from.post([&from, socket, number, request = std::move(request)]() mutable {
            from.turn([&] {
                Publisher* publisher = from.find(socket);
                if (!publisher || publisher->place_.number != number) return;
                publisher->place_ = {};
                from.hub().join(*publisher, std::move(request));
            });
        });
        return;
    }
    const auto is_it = [&](const auto& member) { return member.socket == socket; };
    if (std::none_of(conversation->members.begin(), conversation->members.end(), is_it)) {
        conversation->members.push_back({socket, &from, nullptr});
    }
    tell(*conversation, [&](auto& machine) { machine.join(socket, std::move(request), shard_.now()); });
}

void ConversationHub::settle_place(Publisher& publisher) {
    ServerShared& server = shard_.server();
    const Directory::Found found = server.directory.find_or_enter(publisher.key(), shard_);
    if (found.is_new) {
        conversations_.emplace(found.place.number,
                               std::make_unique<Conversation>(
                                   publisher.key(), found.place.number,
                                   session::ConversationMachine(server.options.conversation, server.options.scorer,
                                                                shard_.tools(), shard_.ids())));
    }
    publisher.place_ = found.place;
    publisher.local_ = found.place.home == &shard_ ? find(found.place.number) : nullptr;
}

void ConversationHub::speak(Publisher& publisher, session::Speak& speak) {
    if (publisher.local_) {
        tell(*publisher.local_, [&](auto& machine) { machine.speak(publisher.id(), *speak.chunk, shard_.now()); });
        return;
    }
    if (!speak.owned) speak.owned = std::make_unique<const proto::TranscriptChunk>(*speak.chunk);
    tell(publisher, [socket = publisher.id(), chunk = std::move(speak.owned)](auto& machine, base::Now now) {
        machine.speak(socket, *chunk, now);
    });
}

void ConversationHub::modify(Publisher& publisher, const proto::ModifyRequest& request) {
    tell(publisher,
         [socket = publisher.id(), request](auto& machine, base::Now now) { machine.modify(socket, request, now); });
}

void ConversationHub::stop(Publisher& publisher) {
    tell(publisher, [socket = publisher.id()](auto& machine, base::Now now) { machine.stop(socket, now); });
}

void ConversationHub::leave(Publisher& publisher) {
    if (publisher.local_) remove_member(*publisher.local_, publisher.id());
    const SocketId socket = publisher.id();
    if (publisher.local_) {
        tell(*publisher.local_, [&](auto& machine) { machine.leave(socket, shard_.now()); });
    } else if (Shard* home = publisher.place_.home) {
        home->post([home, socket, number = publisher.place_.number] {
            home->turn([&] {
                Conversation* conversation = home->hub().find(number);
                if (!conversation) return;
                home->hub().remove_member(*conversation, socket);
                home->hub().tell(*conversation, [&](auto& machine) { machine.leave(socket, home->now()); });
            });
        });
    }
    publisher.place_ = publisher.asked_ = {};
    publisher.local_ = nullptr;
}

// ---- What conversations do
// ---------------------------------------------------------------------------------------------------------------------

Conversation* ConversationHub::find(std::uint64_t number) noexcept {
    const auto place = conversations_.find(number);
    return place == conversations_.end() ? nullptr : place->second.get();
}

void ConversationHub::remove_member(Conversation& conversation, SocketId socket) noexcept {
    std::erase_if(conversation.members, [&](const auto& member) { return member.socket == socket; });
}

template <typename Input>
void ConversationHub::tell(Conversation& conversation, const Input& input) {
    input(conversation.machine);
    perform(conversation);
}

template <typename Input>
void ConversationHub::tell(const Publisher& publisher, Input input) {
    if (publisher.local_) {
        tell(*publisher.local_, [&](auto& machine) { input(machine, shard_.now()); });
    } else if (Shard* home = publisher.place_.home) {
        home->post([home, number = publisher.place_.number, input = std::move(input)] {
            home->turn([&] {
                Conversation* conversation = home->hub().find(number);
                if (!conversation) return;
                home->hub().tell(*conversation, [&](auto& machine) { input(machine, home->now()); });
            });
        });
    }
}

/// Sockets are only told here; what they do in turn comes later in the turn, so a conversation never hears of it in the
/// middle of its own actions.
void ConversationHub::perform(Conversation& conversation) {
    bool is_over = false;
    while (true) {
        conversation.machine.take_actions(actions_);
        if (actions_.empty()) break;
        for (ConversationAction& action : actions_) {
            is_over |= std::holds_alternative<session::Finished>(action);
            perform(conversation, std::move(action));
        }
        actions_.clear();
    }
    post_deliveries();
    if (!is_over) return;
    add_traffic(conversation, shard_.traffic());
    shard_.server().directory.remove(conversation.key, conversation.number);
    conversations_.erase(conversation.number);
}

void ConversationHub::perform(Conversation& conversation, ConversationAction&& action) {
    if (std::holds_alternative<session::Broadcast>(action)) {
        for (const Conversation::Member& member : conversation.members) deliver(member, action);
    } else if (const auto* tell = std::get_if<session::Tell>(&action)) {
        deliver(conversation, tell->socket, action);
    } else if (const auto* started = std::get_if<session::Started>(&action)) {
        deliver(conversation, started->socket, action);
    } else if (const auto* ended = std::get_if<session::Ended>(&action)) {
        deliver(conversation, ended->socket, action);
        if (ended->why != session::Ended::Why::paused) remove_member(conversation, ended->socket);
    } else if (auto* request = std::get_if<session::Compile>(&action)) {
        compile(conversation, std::move(*request));
    } else if (auto* question = std::get_if<session::Score>(&action)) {
        score(conversation, std::move(*question));
    }
}

void ConversationHub::compile(Conversation& conversation, session::Compile&& request) {
    auto later = [weak = shard_.weak_from_this(), number = conversation.number,
                  ticket = request.ticket](CompileService::Answer answer) {
        const auto home = weak.lock();
        if (!home) return;
        home->post([shard = home.get(), number, ticket, answer = std::move(answer)]() mutable {
            shard->turn([&] {
                Conversation* waiting = shard->hub().find(number);
                if (!waiting) return;
                shard->hub().tell(*waiting,
                                  [&](auto& machine) { machine.compiled(ticket, std::move(answer), shard->now()); });
            });
        });
    };
    auto answer =
        shard_.server().compiler.compile(std::move(request.definition), shard_.tools().tokenizer(), std::move(later));
    if (answer) conversation.machine.compiled(request.ticket, std::move(*answer), shard_.now());
}

void ConversationHub::score(Conversation& conversation, session::Score&& request) {
    if (!shard_.server().scorer) return;
    const std::uint64_t ticket = request.ticket;
    shard_.server().scorer->score(std::move(request), [weak = shard_.weak_from_this(), number = conversation.number,
                                                       ticket](std::vector<detect::Verdict> verdicts) {
        const auto home = weak.lock();
        if (!home) return;
        home->post([shard = home.get(), number, ticket, verdicts = std::move(verdicts)]() mutable {
            shard->turn([&] {
                Conversation* waiting = shard->hub().find(number);
                if (!waiting) return;
                shard->hub().tell(*waiting,
                                  [&](auto& machine) { machine.scored(ticket, std::move(verdicts), shard->now()); });
            });
        });
    });
}

void ConversationHub::deliver(Conversation& conversation, SocketId socket, const ConversationAction& action) {
    for (const Conversation::Member& member : conversation.members) {
        if (member.socket == socket) {
            deliver(member, action);
            return;
        }
    }
}

void ConversationHub::deliver(const Conversation::Member& member, const ConversationAction& action) {
    if (member.local) {
        member.local->on_action(action);
        return;
    }
    // Only what is told to sockets comes here, and that is cheap to copy: frames are shared.
    ConversationAction copy =
        std::holds_alternative<session::Broadcast>(action) ? ConversationAction(std::get<session::Broadcast>(action))
        : std::holds_alternative<session::Tell>(action)    ? ConversationAction(std::get<session::Tell>(action))
        : std::holds_alternative<session::Started>(action) ? ConversationAction(std::get<session::Started>(action))
                                                           : ConversationAction(std::get<session::Ended>(action));
    const auto is_its = [&](const auto& entry) { return entry.first == member.shard; };
    auto place = std::find_if(to_other_threads_.begin(), to_other_threads_.end(), is_its);
    if (place == to_other_threads_.end()) place = to_other_threads_.insert(place, {member.shard, {}});
    place->second.push_back({member.socket, std::move(copy)});
}

void ConversationHub::post_deliveries() {
    for (auto& [to, deliveries] : to_other_threads_) {
        to->post([shard = to, due = std::move(deliveries)] {
            shard->turn([&] {
                for (const Delivery& delivery : due) {
                    if (Publisher* publisher = shard->find(delivery.socket)) publisher->on_action(delivery.action);
                }
            });
        });
    }
    to_other_threads_.clear();
}

void ConversationHub::on_sweep() {
    due_.clear();
    for (const auto& [number, conversation] : conversations_) {
        const auto deadline = conversation->machine.deadline();
        if (deadline && *deadline <= shard_.now().monotonic) due_.push_back(number);
    }
    for (const std::uint64_t number : due_) {
        if (Conversation* conversation = find(number)) {
            tell(*conversation, [&](auto& machine) { machine.on_time(shard_.now()); });
        }
    }
}

void ConversationHub::add_traffic(Traffic& traffic) {
    for (const auto& [number, conversation] : conversations_) add_traffic(*conversation, traffic);
}

void ConversationHub::add_traffic(Conversation& conversation, Traffic& traffic) {
    const session::ConversationCounters& counters = conversation.machine.counters();
    session::ConversationCounters& told = conversation.told;
    if (counters.chunks == told.chunks && counters.utterances == told.utterances &&
        counters.confirmed_hits == told.confirmed_hits) {
        return;
    }
    traffic.chunks += counters.chunks - told.chunks;
    traffic.utterances += counters.utterances - told.utterances;
    for (const auto& [tier, hits] : counters.confirmed_hits) {
        const std::uint64_t fresh = hits - told.confirmed_hits[tier];
        if (fresh > 0) traffic.confirmed_hits[tier] += fresh;
    }
    told = counters;
}

}  // namespace earshot::net
