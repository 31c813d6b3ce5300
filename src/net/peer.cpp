#include "peer.hpp"

#include "earshot/session/socket_machine.hpp"
#include "earshot/session/subscriber_machine.hpp"
#include "earshot/session/watcher_machine.hpp"

#include "conversation.hpp"
#include "shard.hpp"

#include <utility>

namespace earshot::net {
namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};

std::unique_ptr<session::ClientMachine> make_machine(Shard& shard,
                                                     const std::optional<session::Subscription>& subscription) {
    const session::SocketLimits& limits = shard.server().options.socket;
    const base::MonotonicTime now = shard.now().monotonic;
    if (subscription && subscription->of_account) {
        return std::make_unique<session::WatcherMachine>(limits, subscription->trackers, now);
    }
    if (subscription) return std::make_unique<session::SubscriberMachine>(limits, *subscription, now);
    return std::make_unique<session::SocketMachine>(limits, shard.codec(), now);
}

}  // namespace

Peer::Peer(Shard& shard, Transport& transport, std::string key,
           const std::optional<session::Subscription>& subscription)
    : shard_(shard),
      transport_(transport),
      id_(shard.next_socket_id()),
      key_(std::move(key)),
      machine_(make_machine(shard, subscription)) {
    shard_.add(*this);
    mark();
}

Peer::~Peer() {
    // A join may have crossed the end of the part it had before, and now nobody would end the new one. Otherwise it
    // still takes part only after an exception.
    if (!place_.home) place_ = asked_;
    if (place_.home || is_waiting_ || is_watching_) shard_.hub().leave(*this);
    if (backlog_) backlog_->abandon();
    shard_.remove(*this);
}

void Peer::on_text(std::string_view message, std::size_t readable) {
    // What waits behind a start is posted later than it came: all that came since is counted with the next input.
    sent_bytes_ += message.size();
    machine_->on_text(message, readable, shard_.now().monotonic);
    mark();
}

void Peer::on_binary(std::size_t bytes) {
    machine_->on_binary(bytes, shard_.now().monotonic);
    mark();
}

void Peer::on_gone() {
    machine_->on_gone();
    mark();
}

void Peer::on_refused(const base::Error& error) {
    machine_->on_refused(error, shard_.now().monotonic);
    mark();
}

void Peer::on_shutdown() {
    machine_->on_shutdown(shard_.now().monotonic);
    mark();
}

void Peer::on_time() {
    machine_->on_time(shard_.now().monotonic);
    mark();
}

void Peer::on_action(const session::ConversationAction& action) {
    const base::MonotonicTime now = shard_.now().monotonic;
    std::visit(Overloaded{[&](const session::Broadcast& broadcast) { machine_->on_broadcast(broadcast, now); },
                          [&](const session::Tell& tell) { machine_->on_tell(tell, now); },
                          [&](const session::Started&) { machine_->on_started(now); },
                          [&](const session::Ended& ended) {
                              // A start on its way to the conversation may cross the end of what was paused.
                              const bool goes_on =
                                  ended.why == session::Ended::Why::paused ||
                                  (ended.why == session::Ended::Why::completed && machine_->is_starting());
                              if (!goes_on) shard_.hub().detach(*this);
                              machine_->on_ended(ended.why, now);
                          },
                          [](const auto&) {}},
               action);
    mark();
}

void Peer::on_broadcast(const session::Broadcast& broadcast) {
    machine_->on_broadcast(broadcast, shard_.now().monotonic);
    mark();
}

void Peer::on_news(const session::News& news) {
    machine_->on_news(news, shard_.now().monotonic);
    mark();
}

bool Peer::must_rest() noexcept {
    return outbox().is_behind() || (backlog_ && backlog_->must_rest());
}

Backlog::SharedItem Peer::make_item() {
    const std::size_t bytes = std::exchange(sent_bytes_, 0);
    if (local_ && local_->guests().empty()) return nullptr;
    if (!backlog_) {
        backlog_ = std::make_shared<Backlog>([&shard = shard_, socket = id_] {
            shard.post([&shard, socket] {
                shard.turn([&] {
                    if (Peer* peer = shard.find(socket)) peer->mark();
                });
            });
        });
    }
    return std::make_shared<const Backlog::Item>(backlog_->add(bytes));
}

void Peer::mark() {
    if (is_marked_) return;
    is_marked_ = true;
    shard_.mark(*this);
}

void Peer::perform() {
    std::vector<session::SocketAction>& actions = shard_.socket_actions();
    machine_->take_actions(actions);
    for (session::SocketAction& action : actions) perform(std::move(action));
    actions.clear();
    transport_.pump();
}

void Peer::perform(session::SocketAction&& action) {
    const Backlog::Dealing dealing(make_item());
    ConversationHub& hub = shard_.hub();
    std::visit(
        Overloaded{[&](session::Join& join) { hub.join(*this, std::move(join.request)); },
                   [&](session::Subscribe& wanted) { hub.subscribe(*this, wanted.subscription); },
                   [&](session::Watch&) { hub.watch(*this); }, [&](session::Speak& speak) { hub.speak(*this, speak); },
                   [&](session::Modify& modify) { hub.modify(*this, std::move(modify.request)); },
                   [&](session::Refresh&) { hub.refresh(*this); }, [&](session::Stop&) { hub.stop(*this); },
                   [&](session::Leave&) { hub.leave(*this); },
                   [&](session::Close& close) {
                       if (close.now) ++shard_.traffic().slow_clients;
                       transport_.close(close);
                   }},
        action);
}

void Peer::add_traffic(Traffic& traffic) {
    const session::SocketCounters& counters = machine_->counters();
    traffic.errors += counters.errors - told_.errors;
    traffic.interim_dropped += counters.interim_dropped - told_.interim_dropped;
    traffic.limit_hits += counters.limit_hits - told_.limit_hits;
    told_ = counters;
}

}  // namespace earshot::net
