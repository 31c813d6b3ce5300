#pragma once

#include "http_session.hpp"
#include "sockets.hpp"
#include "ws_session.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <utility>

// The functions of HttpSession, for the two files that instantiate it.
namespace earshot::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

/// How long what a client still sends is read away, so that it can read our answer before the connection is reset.
inline constexpr auto k_linger = std::chrono::seconds(2);

/// How long a peer may take to answer the end of TLS.
inline constexpr auto k_goodbye = std::chrono::seconds(1);

/// How long a connection without a request is kept at a shutdown, for a client that was just about to speak.
inline constexpr auto k_last_request = std::chrono::seconds(1);

inline constexpr std::size_t k_read_ahead = 64 * 1024;
inline constexpr std::size_t k_first_read = 2 * 1024;

inline constexpr std::string_view k_body_too_large = "The request's body is too large.";

template <class NextLayer>
HttpSession<NextLayer>::HttpSession(Shard& shard, NextLayer stream, CountedConnection counted)
    : counted_(std::move(counted)),
      shard_(shard),
      stream_(std::move(stream)),
      buffer_(shard.server().options.http.header_bytes + k_read_ahead) {
    set_deadline(limits().handshake);
    shard_.connections().add(*this);
}

template <class NextLayer>
HttpSession<NextLayer>::~HttpSession() {
    shard_.connections().remove(*this);
}

template <class NextLayer>
void HttpSession<NextLayer>::run() {
    if (shard_.server().is_draining) on_drain();
    if constexpr (k_is_tls<NextLayer>) {
        stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](Error error) {
            if (self->state_ == State::over) return;
            error ? self->end() : self->await_request();
        });
    } else {
        await_request();
    }
}

// ---- Reading -------------------------------------------------------------------------------------------------------

/// The first byte is waited for apart from the rest, since silence before it is no fault.
template <class NextLayer>
void HttpSession<NextLayer>::await_request() {
    state_ = State::idle;
    if (buffer_.size() > 0) {
        read_header();
        return;
    }
    stream_.async_read_some(buffer_.prepare(k_first_read),
                            [self = this->shared_from_this()](Error error, std::size_t size) {
                                if (self->state_ == State::over) return;
                                self->buffer_.commit(size);
                                error ? self->on_silence() : self->read_header();
                            });
}

template <class NextLayer>
void HttpSession<NextLayer>::read_header() {
    state_ = State::header;
    if (!is_first_) set_deadline(limits().handshake);
    is_first_ = false;
    request_.reset();
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits().header_bytes));
    parser_->body_limit(boost::none);  // until the route is known
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](Error error, std::size_t) { self->on_header(error); });
}

template <class NextLayer>
void HttpSession<NextLayer>::on_header(Error error) {
    if (state_ == State::over) return;
    arrived_ = std::chrono::steady_clock::now();
    if (error || is_expired_) {
        refuse_unreadable(error);
        return;
    }
    auto routed = route_request(shard_.server(), parser_->get(), client());
    if (auto* refused = std::get_if<HttpReply>(&routed)) {
        reply(std::move(*refused));
    } else if (auto* socket = std::get_if<SocketRequest>(&routed)) {
        become_socket(std::move(*socket));
    } else {
        accept_call(std::move(std::get<HandlerRequest>(routed)));
    }
}

template <class NextLayer>
void HttpSession<NextLayer>::accept_call(HandlerRequest request) {
    request_ = std::move(request);
    const auto length = parser_->content_length();
    if (length && *length > request_->body_limit) {
        refuse(413, k_body_too_large);
        return;
    }
    parser_->body_limit(request_->body_limit);
    if (parser_->is_done()) {
        call_handler();
        return;
    }
    state_ = State::body;
    set_deadline(limits().transfer);
    if (!beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
        read_body();
        return;
    }
    reply_ = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(reply_), [self = this->shared_from_this()](Error failure, std::size_t) {
        failure ? self->end() : self->read_body();
    });
}

template <class NextLayer>
void HttpSession<NextLayer>::read_body() {
    if (state_ == State::over) return;
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](Error error, std::size_t) { self->on_body(error); });
}

template <class NextLayer>
void HttpSession<NextLayer>::on_body(Error error) {
    if (state_ == State::over) return;
    if (error || is_expired_) {
        refuse_unreadable(error);
    } else {
        call_handler();
    }
}

template <class NextLayer>
void HttpSession<NextLayer>::become_socket(SocketRequest who) {
    if (!parser_->is_done()) {
        reply(error_reply(who.route, 400, "A request for a WebSocket has no body."));
        return;
    }
    state_ = State::over;
    const auto session = std::make_shared<WsSession<NextLayer>>(
        shard_, std::move(stream_), std::move(counted_), beast::buffers_to_string(buffer_.data()), std::move(who));
    session->run(parser_->get());
}

// ---- Answering -----------------------------------------------------------------------------------------------------

template <class NextLayer>
void HttpSession<NextLayer>::call_handler() {
    state_ = State::answering;
    set_deadline(limits().answer);
    waiting_ = this->shared_from_this();
    request_->call.body = std::move(parser_->get().body());
    request_->route->handler(
        shard_.server(), std::move(request_->call),
        carry_answer(shard_.weak_from_this(), std::shared_ptr<AnswerTaker>(waiting_, static_cast<AnswerTaker*>(this))));
}

template <class NextLayer>
void HttpSession<NextLayer>::on_answer(HttpAnswer answer) {
    if (state_ != State::answering) return;
    HttpReply answered;
    answered.route = request_->route->info.name;
    answered.answer = std::move(answer);
    reply(std::move(answered));
}

template <class NextLayer>
void HttpSession<NextLayer>::refuse(unsigned status, std::string_view message) {
    reply(error_reply(request_ ? request_->route->info.name : "none", status, message));
}

template <class NextLayer>
void HttpSession<NextLayer>::refuse_unreadable(Error error) {
    if (is_expired_) {
        refuse(408, "The request did not come in time.");
    } else if (error == http::error::end_of_stream || error == http::error::partial_message) {
        end();
    } else if (error == http::error::body_limit) {
        refuse(413, k_body_too_large);
    } else if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        refuse(431, "The request's headers are too large.");
    } else if (error.category() == http::make_error_code(http::error::bad_method).category()) {
        refuse(400, "The request is no valid HTTP.");
    } else {
        end();
    }
}

template <class NextLayer>
void HttpSession<NextLayer>::reply(HttpReply reply) {
    took_ = std::chrono::steady_clock::now() - arrived_;
    if (reply.answer.status != 401 || limits().refusal_delay <= base::Duration::zero()) {
        send(reply);
        return;
    }
    state_ = State::delaying;
    set_deadline(limits().refusal_delay);
    if (!waiting_) waiting_ = this->shared_from_this();
    delayed_ = std::move(reply);
}

template <class NextLayer>
void HttpSession<NextLayer>::send(const HttpReply& reply) {
    const HttpRequest& request = parser_->get();
    // A body that was not read stands where the next request would.
    const bool goes_on = request.keep_alive() && parser_->is_done() && !is_expired_ && !shard_.server().is_draining;
    const AfterReply after = goes_on ? AfterReply::keep_alive : AfterReply::close;
    shard_.server().hooks.on_http_request(reply.route, reply.answer.status, took_);
    reply_ = write_reply(reply, request.method(), request.version(), after);
    state_ = State::replying;
    set_deadline(limits().transfer);
    Self self = waiting_ ? std::move(waiting_) : this->shared_from_this();
    asio::async_write(stream_, asio::buffer(reply_),
                      [self = std::move(self), after](Error error, std::size_t) { self->on_replied(error, after); });
}

template <class NextLayer>
void HttpSession<NextLayer>::on_replied(Error error, AfterReply after) {
    if (state_ == State::over) return;
    if (error) {
        end();
        return;
    }
    if (after == AfterReply::keep_alive) {
        set_deadline(limits().keep_alive);
        forget_request();
        await_request();
        if (shard_.server().is_draining) on_drain();  // it was not idle when that was said
        return;
    }
    state_ = State::leaving;
    set_deadline(k_linger);
    finish_sending(stream_, [self = this->shared_from_this()] { self->read_away(); });
}

/// A connection may be silent for long, and have been asked for much before.
template <class NextLayer>
void HttpSession<NextLayer>::forget_request() {
    request_.reset();
    parser_.reset();
    std::string().swap(reply_);
    if (buffer_.size() == 0) buffer_.shrink_to_fit();
}

// ---- Ending --------------------------------------------------------------------------------------------------------

/// So that the peer can read our answer, however much it still sends.
template <class NextLayer>
void HttpSession<NextLayer>::read_away() {
    if (state_ == State::over) return;
    beast::get_lowest_layer(stream_).async_read_some(asio::buffer(shard_.sink()),
                                                     [self = this->shared_from_this()](Error error, std::size_t) {
                                                         if (self->state_ == State::over) return;
                                                         error ? self->end() : self->read_away();
                                                     });
}

/// No request came, or the peer has closed.
template <class NextLayer>
void HttpSession<NextLayer>::on_silence() {
    if constexpr (k_is_tls<NextLayer>) {
        state_ = State::leaving;
        set_deadline(k_goodbye);
        finish_sending(stream_, [self = this->shared_from_this()] { self->end(); });
    } else {
        end();
    }
}

template <class NextLayer>
void HttpSession<NextLayer>::end() {
    if (state_ == State::over) return;
    state_ = State::over;
    Error ignored;  // closed it is in any case
    beast::get_lowest_layer(stream_).close(ignored);
    // The last reference may not go while the session is at work.
    if (waiting_) shard_.post([self = std::move(waiting_)] {});
}

template <class NextLayer>
void HttpSession<NextLayer>::on_sweep(base::MonotonicTime now) {
    if (now < deadline_) return;
    const bool is_reading = state_ == State::idle || state_ == State::header || state_ == State::body;
    if (is_reading && !is_expired_) {
        // What is under way ends with this, and then there is nobody else who writes.
        is_expired_ = true;
        Error ignored;
        beast::get_lowest_layer(stream_).cancel(ignored);
    } else if (state_ == State::answering) {
        is_expired_ = true;
        refuse(503, "The request was not answered in time.");
    } else if (state_ == State::delaying) {
        send(*delayed_);
        delayed_.reset();
    } else {
        end();
    }
}

template <class NextLayer>
void HttpSession<NextLayer>::on_drain() {
    if (state_ != State::idle && state_ != State::handshake) return;
    deadline_ = std::min<base::MonotonicTime>(deadline_, std::chrono::steady_clock::now() + k_last_request);
}

template <class NextLayer>
void HttpSession<NextLayer>::set_deadline(base::Duration after) {
    deadline_ = std::chrono::steady_clock::now() + after;
}

template <class NextLayer>
const std::string& HttpSession<NextLayer>::client() {
    if (!client_) client_ = peer_address(beast::get_lowest_layer(stream_));
    return *client_;
}

}  // namespace earshot::net
