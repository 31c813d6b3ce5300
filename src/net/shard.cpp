#include "shard.hpp"

#include "earshot/net/wall_clock.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace earshot::net {
namespace {

constexpr auto k_sweep = std::chrono::milliseconds(100);
constexpr int k_socket_bits = 48;  // of a SocketId; the thread's index is above

base::Now read_clocks() {
    return {std::chrono::steady_clock::now(), wall_now()};
}

bool is_empty(const Traffic& traffic) noexcept {
    return traffic.chunks == 0 && traffic.utterances == 0 && traffic.confirmed_hits.empty() &&
           traffic.interim_dropped == 0 && traffic.limit_hits == 0 && traffic.errors == 0 &&
           traffic.slow_clients == 0 && traffic.longest_turn < k_sweep / 100;
}

}  // namespace

Shard::TurnGuard::TurnGuard(Shard& shard) : shard_(shard) {
    shard_.is_in_turn_ = true;
    shard_.now_ = read_clocks();
}

Shard::TurnGuard::~TurnGuard() {
    shard_.is_in_turn_ = false;
    const base::Duration took = std::chrono::steady_clock::now() - shard_.now_.monotonic;
    shard_.traffic_.longest_turn = std::max(shard_.traffic_.longest_turn, took);
}

Shard::Shard(std::size_t index, ServerShared& server)
    : server_(server),
      work_(context_.get_executor()),
      codec_(server.options.socket.messages),
      ids_(server.hooks.make_ids()),
      is_first_(index == 0),
      first_socket_id_(static_cast<session::SocketId>(index) << k_socket_bits) {}

Shard::~Shard() = default;

void Shard::run() {
    wait_for_sweep();
    while (true) {
        try {
            context_.run();
            break;
        } catch (const std::exception& error) {
            const std::array fields{LogField{"error", error.what()}};
            server_.hooks.log(LogLevel::error, "an event failed", fields);
        }
    }
    tell_traffic();
    hub_.clear();  // here, since an answer that is on its way may keep the shard longer than what its conversations use
}

void Shard::add(Peer& peer) {
    peers_.emplace(peer.id(), &peer);
}

void Shard::remove(Peer& peer) noexcept {
    peer.add_traffic(traffic_);
    peers_.erase(peer.id());
    if (peer.is_marked_) std::replace(marked_.begin(), marked_.end(), &peer, static_cast<Peer*>(nullptr));
}

Peer* Shard::find(session::SocketId socket) noexcept {
    const auto place = peers_.find(socket);
    return place == peers_.end() ? nullptr : place->second;
}

/// What a peer does may give others something to do. One that fails ends the turn, and those behind it are left to the
/// next; it and those before it are not marked any more, and may be gone by then.
void Shard::settle() {
    for (std::size_t i = 0; i < marked_.size(); ++i) {
        Peer* peer = std::exchange(marked_[i], nullptr);
        if (!peer) continue;
        peer->is_marked_ = false;
        peer->perform();
    }
    marked_.clear();
}

void Shard::wait_for_sweep() {
    timer_.expires_after(k_sweep);
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error) sweep();
    });
}

void Shard::sweep() {
    wait_for_sweep();
    turn([this] {
        connections_.for_each([this](Swept& connection) { connection.on_sweep(now_.monotonic); });
        hub_.on_sweep();
    });
    if (is_first_) {
        server_.stored->keep_up([&](const std::string& account) { return server_.account_sessions.has(account); });
    }
    hub_.add_traffic(traffic_);
    tell_traffic();
    if (cut_at_ && is_drained(std::chrono::steady_clock::now())) {
        timer_.cancel();
        work_.reset();
    }
}

void Shard::tell_traffic() {
    if (is_empty(traffic_)) return;
    server_.hooks.on_traffic(traffic_);
    traffic_ = {};
}

void Shard::drain() {
    cut_at_ = std::chrono::steady_clock::now() + server_.options.shutdown_grace;
    turn([this] {
        connections_.for_each([](Swept& connection) { connection.on_drain(); });
        hub_.shut_down();
    });
}

/// A thread stays while others have connections, which may take part in its conversations, and while its own wait for
/// verdicts on what was said last.
bool Shard::is_drained(base::MonotonicTime now) {
    const bool is_cut = now >= *cut_at_;
    if (is_cut) {
        turn([this] { connections_.for_each([](Swept& connection) { connection.on_cut(); }); });
    }
    return server_.connections.load() == 0 && (is_cut || hub_.size() == 0);
}

}  // namespace earshot::net
