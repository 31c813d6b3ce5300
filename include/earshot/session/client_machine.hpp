#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/session/actions.hpp"
#include "earshot/session/limits.hpp"
#include "earshot/session/outbox.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::session {

/// Counters of one socket, for metrics; the transport reads and adds them up.
struct SocketCounters {
    std::uint64_t errors = 0;
    std::uint64_t interim_dropped = 0;
    std::uint64_t limit_hits = 0;
};

/// A client's socket without its transport: what the client says becomes actions, what it is told waits in an outbox.
/// This is what publishers and subscribers have in common.
///
/// Inputs return nothing; each may leave actions (`take_actions`) and frames in the outbox. An input after `is_closed`
/// does nothing. One thread; no I/O, no clock: `now` is an argument and must not decrease.
class ClientMachine {
public:
    virtual ~ClientMachine() = default;
    ClientMachine(const ClientMachine&) = delete;
    ClientMachine& operator=(const ClientMachine&) = delete;

    /// A whole text message. `readable`: how many bytes may be read from its begin (see ClientCodec::parse).
    virtual void on_text(std::string_view message, std::size_t readable, base::MonotonicTime now) = 0;

    /// A whole binary message.
    virtual void on_binary(std::size_t bytes, base::MonotonicTime now) = 0;

    /// The client closed or the connection broke.
    void on_gone();

    /// The conversation's actions for this socket.
    virtual void on_started(base::MonotonicTime now) = 0;
    virtual void on_ended(Ended::Why why, base::MonotonicTime now) = 0;
    virtual void on_broadcast(const Broadcast& broadcast, base::MonotonicTime now) = 0;
    virtual void on_news(const News&, base::MonotonicTime) {}  ///< only told to who has asked to watch
    void on_tell(const Tell& tell, base::MonotonicTime now);

    /// Tells the client of an error that lies outside the conversation and closes with 1000: shutting down, too many.
    void on_refused(const base::Error& error, base::MonotonicTime now);

    /// The server is shutting down: the socket ends when what is due is told.
    virtual void on_shutdown(base::MonotonicTime now) = 0;

    /// Time has passed. To be called at or after `deadline`.
    void on_time(base::MonotonicTime now);
    std::optional<base::MonotonicTime> deadline() const noexcept;

    Outbox& outbox() noexcept { return outbox_; }
    bool is_closed() const noexcept { return is_closed_; }
    virtual bool is_in_conversation() const noexcept = 0;

    /// It has asked to take part and was not answered.
    virtual bool is_starting() const noexcept { return false; }
    const SocketCounters& counters() const noexcept { return counters_; }

    /// Moves the actions so far into `into` (cleared first), in their order.
    void take_actions(std::vector<SocketAction>& into);

protected:
    explicit ClientMachine(const SocketLimits& limits);

    /// When the state that the client is in ends by the clock, and what then happens.
    virtual std::optional<base::MonotonicTime> state_deadline() const noexcept = 0;
    virtual void on_state_deadline(base::MonotonicTime now) = 0;

    /// It no longer takes part: forget what waits.
    virtual void on_left() noexcept = 0;
    virtual std::int64_t offset_ms(base::MonotonicTime now) const noexcept = 0;

    template <typename Action>
    void act(Action&& action) {
        actions_.emplace_back(std::forward<Action>(action));
    }
    Verdict push(Frame frame, Importance importance, base::MonotonicTime now);

    /// The form of a broadcast that goes with the client's wishes.
    void push_form(const Broadcast& broadcast, const proto::ListenerWishes& wishes, base::MonotonicTime now);

    /// For who follows revisions. Its interim responses build on each other: once one had to be dropped, so are those
    /// after it, until the client has caught up and is told what is open.
    void push_revised(const Broadcast& broadcast, const Frame& frame, base::MonotonicTime now);
    void forget_missed() noexcept { missed_ = Missed::nothing; }

    /// `request_id` is that of the message that caused the error.
    void tell_error(const base::Error& error, std::string_view request_id, base::MonotonicTime now);

    void leave_conversation();
    void close(bool at_once);

    const SocketLimits& limits_;
    SocketCounters counters_;

private:
    enum class Missed : std::uint8_t { nothing, interims, and_asked };

    Outbox outbox_;
    Missed missed_ = Missed::nothing;
    bool is_closed_ = false;
    // What it had not read when this turn began: what one turn tells, however much, is nobody's fault.
    struct Unread {
        std::size_t bytes = 0;
        std::size_t frames = 0;
    };
    base::MonotonicTime turn_{};
    Unread unread_;
    std::optional<base::MonotonicTime> behind_since_;  // when the client fell behind; stale once it has caught up
    std::vector<SocketAction> actions_;
};

/// The answer to a ping of the clients' own kind, if `message` is one.
bool is_ping(std::string_view message) noexcept;
const Frame& pong();

}  // namespace earshot::session
