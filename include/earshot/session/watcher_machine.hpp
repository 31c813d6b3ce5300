#pragma once

#include "earshot/session/client_machine.hpp"
#include "earshot/session/news.hpp"

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace earshot::session {

/// The socket of a client that watches all conversations of an account, those that go on when it comes among them:
/// their begins, what is heard in them for good, their ends. What it says is ignored, but for pings. It stays until
/// the client leaves, does not read, or the server shuts down.
class WatcherMachine final : public ClientMachine {
public:
    /// `limits` outlives the socket. `trackers`: names and ids of those whose hits are wanted; empty: all. `now` is
    /// when the handshake ended. Leaves the action Watch.
    WatcherMachine(const SocketLimits& limits, std::vector<std::string> trackers, base::MonotonicTime now);

    void on_text(std::string_view message, std::size_t readable, base::MonotonicTime now) override;
    void on_binary(std::size_t, base::MonotonicTime) override {}
    void on_started(base::MonotonicTime) override {}
    void on_ended(Ended::Why, base::MonotonicTime) override {}
    void on_broadcast(const Broadcast&, base::MonotonicTime) override {}
    void on_shutdown(base::MonotonicTime now) override;

    /// The begin of a conversation is told once, and before all else of it: where it goes on already, its begin may
    /// come again, or behind what was heard in it since. One that is over before its begin came is not told.
    void on_news(const News& news, base::MonotonicTime now) override;

    bool is_in_conversation() const noexcept override { return is_watching_; }

private:
    std::optional<base::MonotonicTime> state_deadline() const noexcept override { return std::nullopt; }
    void on_state_deadline(base::MonotonicTime) override {}
    void on_left() noexcept override { is_watching_ = false; }
    std::int64_t offset_ms(base::MonotonicTime now) const noexcept override;
    void tell_begin(const detect::ConversationRecord& conversation, base::MonotonicTime now);
    std::vector<detect::KeptHit> wanted(const std::vector<detect::KeptHit>& hits) const;

    const std::vector<std::string> trackers_;
    const base::MonotonicTime begin_;
    bool is_watching_ = true;
    std::unordered_set<std::string> going_on_;  // ids of those whose begin was told
};

}  // namespace earshot::session
