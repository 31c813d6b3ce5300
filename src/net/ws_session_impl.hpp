#pragma once

#include "sockets.hpp"
#include "ws_frame.hpp"
#include "ws_session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream_base.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

// The functions of WsSession, for the two files that instantiate it.
namespace earshot::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

/// A reading buffer that has grown beyond this is given back.
inline constexpr std::size_t k_kept_buffer = 8 * 1024;

inline std::string key_of(const SocketRequest& who) {
    return conversation_key(who.account, who.connection_id);
}

template <class NextLayer>
WsSession<NextLayer>::WsSession(Shard& shard, NextLayer stream, CountedConnection counted, std::string early,
                                SocketRequest who)
    : counted_(std::move(counted)),
      shard_(shard),
      ws_(std::move(stream), shard.buffers()),
      who_(std::move(who)),
      begin_(std::chrono::steady_clock::now()) {
    cork().unread(std::move(early));
    cork().listen(this);
    shard_.connections().add(*this);
}

template <class NextLayer>
WsSession<NextLayer>::~WsSession() {
    // Over already, unless what dealt with an event failed.
    end(SessionEnd::lost);
    cork().listen(nullptr);
    shard_.connections().remove(*this);
}

// ---- Opening -------------------------------------------------------------------------------------------------------

template <class NextLayer>
void WsSession<NextLayer>::run(const HttpRequest& request) {
    ws_.read_message_max(shard_.server().options.ws.frame_bytes);
    ws_.set_option(
        websocket::stream_base::decorator([subprotocol = who_.subprotocol](websocket::response_type& response) {
            response.set(beast::http::field::server, "earshot");
            if (!subprotocol.empty()) response.set(beast::http::field::sec_websocket_protocol, subprotocol);
        }));
    ws_.async_accept(request, [self = this->shared_from_this()](Error error) { self->on_accepted(error); });
}

template <class NextLayer>
void WsSession<NextLayer>::on_accepted(Error error) {
    if (state_ == State::over) return;
    ServerShared& server = shard_.server();
    server.hooks.on_http_request(who_.route, error ? 400 : 101, std::nullopt);
    if (error) {
        // Beast has answered what is no valid handshake.
        linger();
        return;
    }
    state_ = State::open;
    counts_as_session_ = true;
    server.hooks.on_session_opened();
    const bool is_full = ++server.sessions > server.options.max_sockets;
    counts_for_account_ = !is_full && server.account_sessions.enter(who_.account, who_.account_sessions);
    shard_.turn([&] {
        peer_.emplace(shard_, static_cast<Transport&>(*this), key_of(who_), who_.subscription);
        if (!server.is_draining && counts_for_account_) return;
        const base::Error refusal =
            server.is_draining ? base::Error{base::Errc::draining, "the server is shutting down", {}, {}}
            : is_full          ? base::Error{base::Errc::too_many, "the server has no room for another session", {}, {}}
                      : base::Error{base::Errc::too_many, "the account has as many sessions as it may", {}, {}};
        server.hooks.on_refused(refusal.code);
        peer_->on_refused(refusal);
    });
    if (state_ == State::open) read(this->shared_from_this());
}

// ---- Reading -------------------------------------------------------------------------------------------------------

/// What is pending in the cork goes out with this, unless a message is there already.
template <class NextLayer>
void WsSession<NextLayer>::read(Self self) {
    WsSession& session = *self;
    // The handler carries the session on to the next reading, so that no message touches its reference count.
    struct OnRead {
        Self self;
        void operator()(Error error, std::size_t) {
            WsSession& reader = *self;
            reader.on_read(std::move(self), error);
        }
    };
    session.ws_.async_read(session.buffer_, OnRead{std::move(self)});
}

template <class NextLayer>
void WsSession<NextLayer>::on_read(Self self, Error error) {
    if (state_ == State::over) return;
    if (error) {
        on_read_failed(error);
        return;
    }
    is_reading_ = true;
    on_message();
    is_reading_ = false;
    buffer_.consume(buffer_.size());
    if (buffer_.capacity() > k_kept_buffer) buffer_ = beast::flat_buffer();
    if (state_ == State::open) {
        if (must_rest()) {
            resting_ = std::move(self);
        } else {
            read(std::move(self));
        }
    }
    cork().flush_soon();
}

template <class NextLayer>
bool WsSession<NextLayer>::must_rest() {
    return peer_ && peer_->must_rest();
}

template <class NextLayer>
void WsSession<NextLayer>::on_message() {
    if (!peer_) return;
    const std::size_t size = buffer_.size();
    if (!ws_.got_text()) {
        shard_.turn([&] { peer_->on_binary(size); });
        return;
    }
    buffer_.reserve(size + proto::ClientCodec::padding());
    const std::string_view text(static_cast<const char*>(buffer_.data().data()), size);
    shard_.turn([&] { peer_->on_text(text, buffer_.capacity()); });
}

template <class NextLayer>
void WsSession<NextLayer>::on_read_failed(Error error) {
    if (state_ == State::closing) {
        // An operation that was aborted gave way to the one that closes.
        if (error != asio::error::operation_aborted) end(SessionEnd::completed);
    } else if (error == websocket::error::closed) {
        end(SessionEnd::completed);
    } else if (error.category() == make_error_code(websocket::error::closed).category()) {
        linger();
    } else {
        end(SessionEnd::lost);
    }
}

// ---- Writing -------------------------------------------------------------------------------------------------------

template <class NextLayer>
void WsSession<NextLayer>::pump() {
    if (!peer_ || !ws_.is_open()) return;
    session::Outbox& outbox = peer_->outbox();
    while (cork().has_room()) {
        const session::Frame frame = outbox.take_next();
        if (!frame) break;
        append_text_frame(*frame, cork().append());
        outbox.written();
    }
    if (close_ && state_ == State::open && !outbox.has_next()) begin_close();
    if (resting_ && state_ == State::open && !must_rest()) read(std::move(resting_));
    if (!is_reading_) cork().flush_soon();
}

template <class NextLayer>
void WsSession<NextLayer>::on_progress() {
    if (closing_since_) progress_ = std::chrono::steady_clock::now();
    if (peer_ && (peer_->outbox().has_next() || close_)) pump();
}

template <class NextLayer>
void WsSession<NextLayer>::on_write_failed(Error) {
    end(state_ == State::closing ? SessionEnd::completed : SessionEnd::lost);
}

// ---- Closing -------------------------------------------------------------------------------------------------------

/// Comes from within a turn, whose end pumps what is still to be written.
template <class NextLayer>
void WsSession<NextLayer>::close(const session::Close& close) {
    if (!close_) close_ = close;
    if (!closing_since_) closing_since_ = progress_ = shard_.now().monotonic;
}

template <class NextLayer>
void WsSession<NextLayer>::begin_close() {
    state_ = State::closing;
    const websocket::close_reason reason(static_cast<websocket::close_code>(close_->code), close_->reason);
    ws_.async_close(reason, [self = this->shared_from_this()](Error error) {
        // Aborted: a reading under way got the answer in its place, or the connection was cut.
        if (error != asio::error::operation_aborted) self->end(SessionEnd::completed);
    });
}

/// The peer broke the protocol and was told so; what it still sends is read away, so that it can read that.
template <class NextLayer>
void WsSession<NextLayer>::linger() {
    if (state_ == State::over) return;
    state_ = State::lingering;
    closing_since_ = progress_ = std::chrono::steady_clock::now();
    if (peer_) shard_.turn([&] { peer_->on_gone(); });
    cork().async_drain([self = this->shared_from_this()](Error) {
        if (self->state_ == State::over) return;
        finish_sending(self->lowest(), [self] { self->read_away(); });
    });
}

template <class NextLayer>
void WsSession<NextLayer>::read_away() {
    if (state_ == State::over) return;
    beast::get_lowest_layer(ws_).async_read_some(asio::buffer(shard_.sink()),
                                                 [self = this->shared_from_this()](Error error, std::size_t) {
                                                     error ? self->end(SessionEnd::lost) : self->read_away();
                                                 });
}

template <class NextLayer>
void WsSession<NextLayer>::end(SessionEnd how) {
    if (state_ == State::over) return;
    state_ = State::over;
    if (peer_) {
        shard_.turn([&] { peer_->on_gone(); });
    }
    // The last reference may not go while the session is at work.
    if (resting_) shard_.post([self = std::move(resting_)] {});
    // A reset spares the kernel what the peer does not read; without need it would take our close frame from it.
    if (how == SessionEnd::cut && !cork().is_drained()) {
        Error ignored;
        beast::get_lowest_layer(ws_).set_option(asio::socket_base::linger(true, 0), ignored);
    }
    if (k_is_tls<NextLayer> && how == SessionEnd::completed && !cork().is_broken()) {
        say_goodbye();
    } else {
        close_socket();
    }
    if (!counts_as_session_) return;
    counts_as_session_ = false;
    --shard_.server().sessions;
    if (counts_for_account_) shard_.server().account_sessions.leave(who_.account);
    shard_.server().hooks.on_session_closed(how);
    log_end(how);
}

/// TLS has an end of its own, without which a peer could not tell a close from a cut.
template <class NextLayer>
void WsSession<NextLayer>::say_goodbye() {
    goodbye_until_ = std::chrono::steady_clock::now() + shard_.server().options.ws.close_timeout;
    finish_sending(lowest(), [self = this->shared_from_this()] { self->close_socket(); });
}

template <class NextLayer>
void WsSession<NextLayer>::close_socket() {
    Error ignored;  // closed it is in any case
    beast::get_lowest_layer(ws_).close(ignored);
}

template <class NextLayer>
void WsSession<NextLayer>::log_end(SessionEnd how) const {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin_);
    const std::string lasted = std::to_string(seconds.count());
    const std::string_view word = how == SessionEnd::completed ? "completed" : how == SessionEnd::lost ? "lost" : "cut";
    const std::array fields{LogField{"connectionId", who_.connection_id}, LogField{"account", who_.account},
                            LogField{"end", word}, LogField{"seconds", lasted}};
    shard_.server().hooks.log(LogLevel::info, "session closed", fields);
}

// ---- Time ----------------------------------------------------------------------------------------------------------

template <class NextLayer>
void WsSession<NextLayer>::on_sweep(base::MonotonicTime now) {
    if (state_ == State::over) {
        if (goodbye_until_ && now >= *goodbye_until_) close_socket();
        return;
    }
    if (peer_) {
        const auto deadline = peer_->deadline();
        if (deadline && *deadline <= now) peer_->on_time();
        peer_->add_traffic(shard_.traffic());
    }
    if (state_ == State::handshake) {
        if (now - begin_ >= shard_.server().options.http.handshake) end(SessionEnd::lost);
        return;
    }
    if (!closing_since_ && !ws_.is_open()) closing_since_ = progress_ = now;
    if (!closing_since_) return;
    // A client that still reads what is due to it is given more time, though not for ever.
    const ServerOptions& options = shard_.server().options;
    const base::Duration patience = options.ws.close_timeout;
    const bool may_go_on = !(close_ && close_->now) && state_ != State::lingering;
    const base::MonotonicTime last = may_go_on ? std::max(*closing_since_, progress_) : *closing_since_;
    if (now - last >= patience || now - *closing_since_ >= patience + options.socket.slow_client) {
        end(SessionEnd::cut);
    }
}

template <class NextLayer>
void WsSession<NextLayer>::on_drain() {
    if (peer_) peer_->on_shutdown();
}

template <class NextLayer>
void WsSession<NextLayer>::on_cut() {
    end(SessionEnd::cut);
    close_socket();
}

}  // namespace earshot::net
