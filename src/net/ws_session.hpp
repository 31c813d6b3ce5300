#pragma once

#include "corked_stream.hpp"
#include "http_router.hpp"
#include "http_session.hpp"
#include "peer.hpp"
#include "shard.hpp"
#include "swept.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <memory>
#include <optional>
#include <string>

namespace earshot::net {

/// A WebSocket connection: carries a peer's messages in and its outbox out, closes, and gives up on a client that
/// does not take part. It keeps itself alive while an operation is under way, which is until it is over. On its shard's
/// thread.
///
///     shaking hands ──► open ──our close──► closing ──► over
///                        ├─────peer's close─────────────►┤
///                        └──violation──► lingering ─────►┘
///
/// Beast reads, shakes hands, answers pings and closes. Messages are framed here, straight into the corked stream,
/// which keeps frames whole: a message then costs neither an operation nor a turn of the loop.
template <class NextLayer>
class WsSession final : public std::enable_shared_from_this<WsSession<NextLayer>>,
                        private Transport,
                        private CorkListener,
                        private Swept {
public:
    /// Takes over a connection. `early`: what was read behind the request.
    WsSession(Shard& shard, NextLayer stream, CountedConnection counted, std::string early, SocketRequest who);
    ~WsSession();

    /// Shakes hands and goes on from there.
    void run(const HttpRequest& request);

private:
    using Error = boost::system::error_code;
    using Self = std::shared_ptr<WsSession>;
    enum class State : std::uint8_t { handshake, open, closing, lingering, over };

    void on_accepted(Error error);
    void read(Self self);
    void on_read(Self self, Error error);
    void on_message();
    void on_read_failed(Error error);
    bool must_rest();
    void begin_close();
    void linger();
    void read_away();
    void end(SessionEnd how);
    void say_goodbye();
    void close_socket();
    void log_end(SessionEnd how) const;

    void pump() override;
    void close(const session::Close& close) override;
    void on_progress() override;
    void on_write_failed(Error error) override;
    void on_sweep(base::MonotonicTime now) override;
    void on_drain() override;
    void on_cut() override;

    CorkedStream<NextLayer>& cork() noexcept { return ws_.next_layer(); }
    NextLayer& lowest() noexcept { return ws_.next_layer().next_layer(); }

    CountedConnection counted_;
    Shard& shard_;
    boost::beast::websocket::stream<CorkedStream<NextLayer>, false> ws_;
    boost::beast::flat_buffer buffer_;
    std::optional<Peer> peer_;  // while the connection is up
    const SocketRequest who_;
    State state_ = State::handshake;
    bool counts_as_session_ = false;
    bool counts_for_account_ = false;
    bool is_reading_ = false;  // a message is being dealt with
    Self resting_;             // itself, while it reads nothing (Peer::must_rest)
    std::optional<session::Close> close_;
    base::MonotonicTime begin_;
    std::optional<base::MonotonicTime> closing_since_;
    base::MonotonicTime progress_;                      // while closing: when the peer last took bytes
    std::optional<base::MonotonicTime> goodbye_until_;  // while TLS ends, behind the session's end
};

extern template class WsSession<PlainSocket>;
extern template class WsSession<TlsSocket>;

}  // namespace earshot::net
