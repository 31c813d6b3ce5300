#include "http_session.hpp"

#include "ws_session.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <utility>

namespace earshot::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

/// How long what a client still sends is read away, so that it can read our answer before the connection is reset.
constexpr auto k_linger = std::chrono::seconds(2);

/// How long a connection without a request is kept at a shutdown, for a client that was just about to speak.
constexpr auto k_last_request = std::chrono::seconds(1);

constexpr std::size_t k_read_ahead = 64 * 1024;

}  // namespace

template <class NextLayer>
HttpSession<NextLayer>::HttpSession(Shard& shard, NextLayer stream)
    : shard_(shard),
      stream_(std::move(stream)),
      buffer_(shard.server().options.http.header_bytes + k_read_ahead),
      deadline_(std::chrono::steady_clock::now() + shard.server().options.http.handshake) {
    shard_.connections().add(*this);
}

template <class NextLayer>
HttpSession<NextLayer>::~HttpSession() {
    shard_.connections().remove(*this);
    if (!is_handed_over_) --shard_.server().connections;
}

template <class NextLayer>
void HttpSession<NextLayer>::run() {
    if (shard_.server().is_draining) on_drain();
    read_header();
}

template <class NextLayer>
void HttpSession<NextLayer>::read_header() {
    state_ = State::idle;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shard_.server().options.http.header_bytes));
    parser_->body_limit(shard_.server().options.http.body_bytes);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](Error error, std::size_t) { self->on_header(error); });
}

template <class NextLayer>
void HttpSession<NextLayer>::on_header(Error error) {
    if (state_ == State::over) return;
    state_ = State::busy;
    if (error) {
        on_unreadable(error);
    } else if (!parser_->is_done() && beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
        reply_ = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::async_write(stream_, asio::buffer(reply_), [self = this->shared_from_this()](Error failure, std::size_t) {
            failure ? self->end() : self->read_body();
        });
    } else {
        read_body();
    }
}

template <class NextLayer>
void HttpSession<NextLayer>::read_body() {
    if (state_ == State::over) return;
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](Error error, std::size_t) { self->on_request(error); });
}

template <class NextLayer>
void HttpSession<NextLayer>::on_unreadable(Error error) {
    const auto is = [&](http::error what) { return error == what; };
    if (is(http::error::end_of_stream) || is(http::error::partial_message)) {
        end();
    } else if (is(http::error::body_limit)) {
        reply(refuse_request(413, "The request's body is too large."), AfterReply::close);
    } else if (is(http::error::header_limit) || is(http::error::buffer_overflow)) {
        reply(refuse_request(431, "The request's headers are too large."), AfterReply::close);
    } else if (error.category() == http::make_error_code(http::error::bad_method).category()) {
        reply(refuse_request(400, "The request is no valid HTTP."), AfterReply::close);
    } else {
        end();
    }
}

template <class NextLayer>
void HttpSession<NextLayer>::on_request(Error error) {
    if (state_ == State::over) return;
    if (error) {
        on_unreadable(error);
        return;
    }
    const HttpRequest& request = parser_->get();
    auto routed = route_request(shard_.server(), request);
    if (auto* socket = std::get_if<SocketRequest>(&routed)) {
        is_handed_over_ = true;
        state_ = State::over;
        const auto session = std::make_shared<WsSession<NextLayer>>(
            shard_, std::move(stream_), beast::buffers_to_string(buffer_.data()), std::move(*socket));
        session->run(request);
        return;
    }
    const bool goes_on = request.keep_alive() && !shard_.server().is_draining;
    reply(std::get<HttpReply>(routed), goes_on ? AfterReply::keep_alive : AfterReply::close);
}

template <class NextLayer>
void HttpSession<NextLayer>::reply(const HttpReply& reply, AfterReply after) {
    const HttpRequest& request = parser_->get();
    shard_.server().hooks.on_http_request(reply.route, reply.answer.status);
    reply_ = write_reply(reply, request.method(), request.version(), after);
    deadline_ = std::chrono::steady_clock::now() + shard_.server().options.http.handshake;
    asio::async_write(
        stream_, asio::buffer(reply_),
        [self = this->shared_from_this(), after](Error error, std::size_t) { self->on_replied(error, after); });
}

template <class NextLayer>
void HttpSession<NextLayer>::on_replied(Error error, AfterReply after) {
    if (state_ == State::over) return;
    if (error) {
        end();
        return;
    }
    if (after == AfterReply::close) {
        deadline_ = std::chrono::steady_clock::now() + k_linger;
        Error ignored;  // the peer may be gone already, which reading tells
        beast::get_lowest_layer(stream_).shutdown(asio::socket_base::shutdown_send, ignored);
        state_ = State::leaving;
        linger();
        return;
    }
    deadline_ = std::chrono::steady_clock::now() + shard_.server().options.http.keep_alive;
    read_header();
}

template <class NextLayer>
void HttpSession<NextLayer>::linger() {
    stream_.async_read_some(asio::buffer(shard_.sink()), [self = this->shared_from_this()](Error error, std::size_t) {
        if (self->state_ == State::over) return;
        error ? self->end() : self->linger();
    });
}

template <class NextLayer>
void HttpSession<NextLayer>::end() {
    if (state_ == State::over) return;
    state_ = State::over;
    Error ignored;  // closed it is in any case
    beast::get_lowest_layer(stream_).close(ignored);
}

template <class NextLayer>
void HttpSession<NextLayer>::on_sweep(base::MonotonicTime now) {
    if (now >= deadline_) end();
}

template <class NextLayer>
void HttpSession<NextLayer>::on_drain() {
    if (state_ != State::idle) return;
    deadline_ = std::min<base::MonotonicTime>(deadline_, std::chrono::steady_clock::now() + k_last_request);
}

template class HttpSession<PlainSocket>;

}  // namespace earshot::net
