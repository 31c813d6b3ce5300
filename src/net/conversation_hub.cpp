#include "conversation_hub.hpp"

#include "peer.hpp"
#include "shard.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace earshot::net {

using session::ConversationAction;
using session::SocketId;

// ---- What a socket of this thread does
// ---------------------------------------------------------------------------------------------------------------------

/// The conversation ended while something of a socket's was on its way to it: the socket looks again, and finds or
/// begins another.
template <typename Again>
void ConversationHub::send_back(Shard& from, SocketId socket, std::uint64_t number, Again again) {
    from.post([&from, socket, number, again = std::move(again)]() mutable {
        from.turn([&] {
            Peer* peer = from.find(socket);
            if (!peer || peer->place_.number != number) return;
            from.server().directory.remove(peer->key(), number);  // it is, unless beginning it failed
            from.hub().detach(*peer);
            again(*peer);
        });
    });
}

void ConversationHub::join(Peer& peer, std::unique_ptr<proto::StartRequest> request) {
    if (!peer.place_.home) settle_place(peer);
    if (!peer.local_) {
        peer.asked_ = peer.place_;
        post_home(peer,
                  [from = &shard_, socket = peer.id(), number = peer.place_.number, request = std::move(request)](
                      ConversationHub& home) mutable { home.join_from(*from, socket, number, std::move(request)); });
        return;
    }
    peer.local_->add({peer.id(), &shard_, &peer});
    tell(*peer.local_, [&](auto& machine) { machine.join(peer.id(), std::move(request), shard_.now()); });
}

void ConversationHub::join_from(Shard& from, SocketId socket, std::uint64_t number,
                                std::unique_ptr<proto::StartRequest> request) {
    Conversation* conversation = find(number);
    if (!conversation) {
        send_back(from, socket, number, [&from, request = std::move(request)](Peer& peer) mutable {
            from.hub().join(peer, std::move(request));
        });
        return;
    }
    conversation->add({socket, &from, nullptr});
    tell(*conversation, [&](auto& machine) { machine.join(socket, std::move(request), shard_.now()); });
}

void ConversationHub::subscribe(Peer& peer, const session::Subscription& subscription) {
    const ConversationPlace place =
        shard_.server().directory.find_or_wait(peer.key(), {&shard_, peer.id(), subscription});
    peer.is_waiting_ = !place.home;
    if (!place.home) return;
    attach(peer, place);
    if (peer.local_) {
        peer.local_->add({peer.id(), &shard_, &peer});
        tell(*peer.local_, [&](auto& machine) { machine.subscribe(peer.id(), subscription, shard_.now()); });
        return;
    }
    peer.asked_ = place;
    post_home(peer, [from = &shard_, socket = peer.id(), number = place.number, subscription](ConversationHub& home) {
        home.subscribe_from(*from, socket, number, subscription);
    });
}

void ConversationHub::subscribe_from(Shard& from, SocketId socket, std::uint64_t number,
                                     const session::Subscription& subscription) {
    Conversation* conversation = find(number);
    if (!conversation) {
        send_back(from, socket, number,
                  [&from, subscription](Peer& peer) { from.hub().subscribe(peer, subscription); });
        return;
    }
    conversation->add({socket, &from, nullptr});
    tell(*conversation, [&](auto& machine) { machine.subscribe(socket, subscription, shard_.now()); });
}

void ConversationHub::settle_place(Peer& peer) {
    ServerShared& server = shard_.server();
    const Directory::Found found = server.directory.find_or_enter(peer.key(), shard_);
    if (found.is_new) {
        const auto [entry, is_new] = conversations_.emplace(
            found.place.number, std::make_unique<Conversation>(
                                    peer.key(), found.place.number,
                                    session::ConversationMachine(server.options.conversation, server.options.scorer,
                                                                 shard_.tools(), shard_.ids(), server.replay)));
        for (const Directory::Waiting& subscriber : found.waiting) hand_over(*entry->second, subscriber);
    }
    attach(peer, found.place);
}

/// A subscriber that waited for this conversation takes part in it from its first moment on.
void ConversationHub::hand_over(Conversation& conversation, const Directory::Waiting& subscriber) {
    const ConversationPlace place{&shard_, conversation.number};
    Peer* const local = subscriber.shard == &shard_ ? shard_.find(subscriber.socket) : nullptr;
    conversation.add({subscriber.socket, subscriber.shard, local});
    conversation.machine.subscribe(subscriber.socket, subscriber.subscription, shard_.now());
    if (local) {
        local->is_waiting_ = false;
        attach(*local, place);
        return;
    }
    subscriber.shard->post([there = subscriber.shard, socket = subscriber.socket, place] {
        there->turn([&] {
            Peer* peer = there->find(socket);
            if (peer && std::exchange(peer->is_waiting_, false)) {
                there->hub().attach(*peer, place);
                peer->asked_ = place;
                return;
            }
            // It has gone in the meantime.
            place.home->post(
                [place, socket] { place.home->turn([&] { place.home->hub().leave_from(socket, place.number); }); });
        });
    });
}

void ConversationHub::leave_from(SocketId socket, std::uint64_t number) {
    Conversation* conversation = find(number);
    if (!conversation) return;
    conversation->remove(socket);
    tell(*conversation, [&](auto& machine) { machine.leave(socket, shard_.now()); });
}

void ConversationHub::attach(Peer& peer, const ConversationPlace& place) {
    peer.place_ = place;
    peer.local_ = place.home == &shard_ ? find(place.number) : nullptr;
    if (!peer.local_) guests_.add(peer, place.number);
}

void ConversationHub::detach(Peer& peer) {
    if (peer.place_.home && !peer.local_) guests_.remove(peer, peer.place_.number);
    peer.place_ = {};
    peer.local_ = nullptr;
}

void ConversationHub::speak(Peer& peer, session::Speak& speak) {
    if (peer.local_) {
        tell(*peer.local_, [&](auto& machine) { machine.speak(peer.id(), *speak.chunk, shard_.now()); });
        return;
    }
    if (!speak.owned) speak.owned = std::make_unique<const proto::TranscriptChunk>(*speak.chunk);
    tell(peer, [socket = peer.id(), chunk = std::move(speak.owned)](auto& machine, base::Now now) {
        machine.speak(socket, *chunk, now);
    });
}

void ConversationHub::modify(Peer& peer, proto::ModifyRequest request) {
    tell(peer, [socket = peer.id(), request = std::move(request)](auto& machine, base::Now now) mutable {
        machine.modify(socket, std::move(request), now);
    });
}

void ConversationHub::refresh(Peer& peer) {
    tell(peer, [socket = peer.id()](auto& machine, base::Now) { machine.refresh(socket); });
}

void ConversationHub::stop(Peer& peer) {
    tell(peer, [socket = peer.id()](auto& machine, base::Now now) { machine.stop(socket, now); });
}

void ConversationHub::leave(Peer& peer) {
    if (std::exchange(peer.is_watching_, false)) {
        const std::string account = account_of(peer.key());
        const auto place = watchers_.find(account);
        std::erase(place->second, &peer);
        if (place->second.empty()) watchers_.erase(place);
        shard_.server().watched.remove(account);
        return;
    }
    if (std::exchange(peer.is_waiting_, false)) {
        // If it was handed over in the meantime, the news of that finds it gone.
        shard_.server().directory.stop_waiting(peer.key(), peer.id());
        return;
    }
    const SocketId socket = peer.id();
    if (Conversation* conversation = peer.local_) {
        conversation->remove(socket);
        detach(peer);
        tell(*conversation, [&](auto& machine) { machine.leave(socket, shard_.now()); });
    } else if (Shard* home = peer.place_.home) {
        home->post([home, socket, number = peer.place_.number] {
            home->turn([&] { home->hub().leave_from(socket, number); });
        });
        detach(peer);
    }
    peer.asked_ = {};
}

// ---- Those who watch an account
// ---------------------------------------------------------------------------------------------------------------------

/// Whatever begins from here on is told as it begins; then each thread tells of what goes on there.
void ConversationHub::watch(Peer& peer) {
    const std::string account = account_of(peer.key());
    watchers_[account].push_back(&peer);
    peer.is_watching_ = true;
    shard_.server().watched.add(account);
    for (Shard* home : shard_.server().shards) {
        home->post([home, account, to = &shard_, socket = peer.id()] {
            home->turn([&] { home->hub().tell_of_those_that_go_on(account, *to, socket); });
        });
    }
}

void ConversationHub::tell_of_those_that_go_on(const std::string& account, Shard& to, SocketId socket) {
    std::vector<std::shared_ptr<const session::News>> all;
    for (const auto& [number, conversation] : conversations_) {
        if (conversation->begun && account_of(conversation->key) == account) all.push_back(conversation->begun);
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return std::tie(a->conversation.started, a->conversation.id) <
               std::tie(b->conversation.started, b->conversation.id);
    });
    const auto tell = [&to, socket, all = std::move(all)] {
        Peer* const peer = to.find(socket);
        for (std::size_t i = 0; peer && i < all.size(); ++i) peer->on_news(*all[i]);
    };
    if (&to == &shard_) return tell();
    to.post([&to, tell] { to.turn(tell); });
}

void ConversationHub::notify(Conversation& conversation, const std::shared_ptr<const session::News>& news) {
    if (news->kind == session::News::Kind::begun) conversation.begun = news;
    ServerShared& server = shard_.server();
    if (server.watched.is_empty()) return;
    const std::string account = account_of(conversation.key);
    if (!server.watched.has(account)) return;
    for (Shard* shard : server.shards) {
        if (shard == &shard_) {
            tell_watchers(account, *news);
        } else {
            shard->post([shard, account, news] { shard->turn([&] { shard->hub().tell_watchers(account, *news); }); });
        }
    }
}

void ConversationHub::tell_watchers(const std::string& account, const session::News& news) {
    const auto place = watchers_.find(account);
    if (place == watchers_.end()) return;
    for (Peer* peer : place->second) peer->on_news(news);
}

// ---- What conversations do
// ---------------------------------------------------------------------------------------------------------------------

Conversation* ConversationHub::find(std::uint64_t number) noexcept {
    const auto place = conversations_.find(number);
    return place == conversations_.end() ? nullptr : place->second.get();
}

template <typename Input>
void ConversationHub::tell(Conversation& conversation, const Input& input) {
    input(conversation.machine);
    perform(conversation);
}

template <typename Input>
void ConversationHub::tell(std::uint64_t number, const Input& input) {
    if (Conversation* conversation = find(number)) tell(*conversation, input);
}

template <typename Input>
void ConversationHub::tell(Peer& peer, Input input) {
    if (peer.local_) {
        tell(*peer.local_, [&](auto& machine) { input(machine, shard_.now()); });
    } else if (peer.place_.home) {
        post_home(peer, [number = peer.place_.number, input = std::move(input)](ConversationHub& home) mutable {
            home.tell(number, [&](auto& machine) { input(machine, home.shard_.now()); });
        });
    }
}

template <typename Act>
void ConversationHub::post_home(Peer& peer, Act act) {
    Shard& home = *peer.place_.home;
    home.post(
        [&home, act = std::move(act), item = peer.add_to_backlog()]() mutable { home.turn([&] { act(home.hub()); }); });
}

/// Sockets are only told here; what they do in turn comes later in the turn, so a conversation never hears of it in the
/// middle of its own actions.
void ConversationHub::perform(Conversation& conversation) {
    deliveries_.clear();  // of a conversation whose actions failed
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
    deliveries_.post(conversation.number);
    if (!is_over) return;
    conversation.add_traffic(shard_.traffic());
    shard_.server().directory.remove(conversation.key, conversation.number);
    conversations_.erase(conversation.number);
}

void ConversationHub::perform(Conversation& conversation, ConversationAction&& action) {
    if (const auto* news = std::get_if<session::Broadcast>(&action)) {
        broadcast(conversation, *news);
    } else if (auto* frame = std::get_if<session::Tell>(&action)) {
        deliver(conversation, frame->socket, std::move(*frame));
    } else if (const auto* started = std::get_if<session::Started>(&action)) {
        deliver(conversation, started->socket, *started);
    } else if (const auto* ended = std::get_if<session::Ended>(&action)) {
        deliver(conversation, ended->socket, *ended);
        if (ended->why != session::Ended::Why::paused) conversation.remove(ended->socket);
    } else if (auto* request = std::get_if<session::Compile>(&action)) {
        compile(conversation, std::move(*request));
    } else if (const auto* unready = std::get_if<session::Prepare>(&action)) {
        prepare(conversation, unready->list);
    } else if (auto* question = std::get_if<session::Score>(&action)) {
        score(conversation, std::move(*question));
    } else if (const auto* kept = std::get_if<session::Keep>(&action)) {
        keep(conversation, *kept->change);
    } else if (const auto* told = std::get_if<session::Notify>(&action)) {
        notify(conversation, told->news);
    }
}

void ConversationHub::compile(Conversation& conversation, session::Compile&& request) {
    auto later = [weak = shard_.weak_from_this(), number = conversation.number,
                  ticket = request.ticket](TrackerJobs::Answer answer) {
        const auto home = weak.lock();
        if (!home) return;
        home->post([shard = home.get(), number, ticket, answer = std::move(answer)]() mutable {
            shard->turn([&] {
                answer.is_prepared = shard->hub().is_prepared(answer.list);
                shard->hub().tell(number,
                                  [&](auto& machine) { machine.compiled(ticket, std::move(answer), shard->now()); });
            });
        });
    };
    auto answer = shard_.server().tracker_jobs.work_out(std::move(request.job), account_of(conversation.key),
                                                        shard_.tools().tokenizer(), std::move(later));
    if (!answer) return;
    answer->is_prepared = is_prepared(answer->list);
    conversation.machine.compiled(request.ticket, std::move(*answer), shard_.now());
}

bool ConversationHub::is_prepared(const std::shared_ptr<const detect::TrackerList>& list) const {
    const Scorer* scorer = shard_.server().scorer;
    return scorer && list && scorer->is_ready(*list);
}

void ConversationHub::prepare(const Conversation& conversation,
                              const std::shared_ptr<const detect::TrackerList>& list) {
    if (!shard_.server().scorer) return;
    auto ready = [weak = shard_.weak_from_this(), number = conversation.number, waiting = std::weak_ptr(list)] {
        const auto home = weak.lock();
        auto prepared = waiting.lock();
        if (!home || !prepared) return;
        home->post([shard = home.get(), number, prepared = std::move(prepared)] {
            shard->turn(
                [&] { shard->hub().tell(number, [&](auto& machine) { machine.prepared(*prepared, shard->now()); }); });
        });
    };
    shard_.server().scorer->prepare(list, std::move(ready));
}

void ConversationHub::score(Conversation& conversation, session::Score&& request) {
    if (!shard_.server().scorer) return;
    const std::uint64_t ticket = request.ticket;
    shard_.server().scorer->score(std::move(request), [weak = shard_.weak_from_this(), number = conversation.number,
                                                       ticket](detect::Opinion opinion) {
        const auto home = weak.lock();
        if (!home) return;
        home->post([shard = home.get(), number, ticket, opinion = std::move(opinion)]() mutable {
            shard->turn([&] {
                shard->hub().tell(number,
                                  [&](auto& machine) { machine.scored(ticket, std::move(opinion), shard->now()); });
            });
        });
    });
}

void ConversationHub::keep(const Conversation& conversation, detect::ConversationChange& change) {
    ConversationKeeper* const keeper = shard_.server().keeper;
    if (!keeper) return;
    change.account = account_of(conversation.key);
    keeper->keep(std::move(change));
}

void ConversationHub::broadcast(const Conversation& conversation, const session::Broadcast& broadcast) {
    for (const Conversation::Member& member : conversation.members()) {
        if (member.local) member.local->on_broadcast(broadcast);
    }
    for (const auto& [shard, count] : conversation.guests()) deliveries_.add(*shard, 0, broadcast);
}

void ConversationHub::deliver(const Conversation& conversation, SocketId socket, ConversationAction action) {
    const Conversation::Member* member = conversation.find(socket);
    if (!member) return;
    if (member->local) {
        member->local->on_action(action);
    } else {
        deliveries_.add(*member->shard, socket, std::move(action));
    }
}

/// Peers only take note here, and act later in the turn.
void ConversationHub::take_deliveries(std::uint64_t number, const std::vector<Delivery>& deliveries) {
    for (const Delivery& delivery : deliveries) {
        if (delivery.socket != 0) {
            if (Peer* peer = shard_.find(delivery.socket)) peer->on_action(delivery.action);
        } else {
            for (Peer* peer : guests_.of(number)) peer->on_action(delivery.action);
        }
    }
}

void ConversationHub::on_stored(const std::string& account) {
    due_.clear();
    for (const auto& [number, conversation] : conversations_) {
        if (account_of(conversation->key) == account) due_.push_back(number);
    }
    for (const std::uint64_t number : due_) {
        tell(number, [&](auto& machine) { machine.stored_changed(); });
    }
}

void ConversationHub::on_sweep() {
    due_.clear();
    for (const auto& [number, conversation] : conversations_) {
        const auto deadline = conversation->machine.deadline();
        if (deadline && *deadline <= shard_.now().monotonic) due_.push_back(number);
    }
    for (const std::uint64_t number : due_) {
        tell(number, [&](auto& machine) { machine.on_time(shard_.now()); });
    }
}

void ConversationHub::shut_down() {
    due_.clear();
    for (const auto& [number, conversation] : conversations_) due_.push_back(number);
    for (const std::uint64_t number : due_) {
        tell(number, [&](auto& machine) { machine.shut_down(shard_.now()); });
    }
}

void ConversationHub::add_traffic(Traffic& traffic) {
    for (const auto& [number, conversation] : conversations_) conversation->add_traffic(traffic);
}

}  // namespace earshot::net
