#pragma once

#include "http_router.hpp"
#include "shard.hpp"
#include "sockets.hpp"
#include "swept.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include <memory>
#include <optional>
#include <string>

namespace earshot::net {

/// One connection's requests, one after the other, until it becomes a WebSocket or ends. It keeps itself alive while an
/// operation is under way, and while an answer is waited for. On its shard's thread.
///
///     handshake (of TLS) ──► idle ──first byte──► header ──► body ──► answering ──► replying ──► idle
///                                                   │ ├──refused──┴──(delaying)───────▲ └──► leaving ──► over
///                                                   └─┴──a WebSocket: over, the connection is handed over
///
/// What the header decides (no such path, another method, no token, a body that is too long) is answered before the
/// body is read.
template <class NextLayer>
class HttpSession final : public std::enable_shared_from_this<HttpSession<NextLayer>>,
                          private AnswerTaker,
                          private Swept {
public:
    HttpSession(Shard& shard, NextLayer stream, CountedConnection counted);
    ~HttpSession();

    void run();

private:
    using Error = boost::system::error_code;
    using Self = std::shared_ptr<HttpSession>;
    enum class State : std::uint8_t { handshake, idle, header, body, answering, delaying, replying, leaving, over };

    void await_request();
    void on_silence();
    void read_header();
    void on_header(Error error);
    void accept_call(HandlerRequest request);
    void read_body();
    void on_body(Error error);
    void call_handler();
    void on_answer(HttpAnswer answer) override;
    void become_socket(SocketRequest who);

    void refuse(unsigned status, std::string_view message);
    void refuse_unreadable(Error error);
    void reply(HttpReply reply);
    void send(const HttpReply& reply);
    void on_replied(Error error, AfterReply after);
    void forget_request();
    void read_away();
    void end();

    void on_sweep(base::MonotonicTime now) override;
    void on_drain() override;
    void on_cut() override { end(); }

    const HttpLimits& limits() const noexcept { return shard_.server().options.http; }
    void set_deadline(base::Duration after);
    const std::string& client();

    CountedConnection counted_;
    Shard& shard_;
    NextLayer stream_;
    boost::beast::flat_buffer buffer_;
    std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
    std::optional<HandlerRequest> request_;  // that is being read or answered
    std::optional<std::string> client_;
    std::string reply_;
    Self waiting_;                      // itself, while no operation is under way
    std::optional<HttpReply> delayed_;  // what will be told
    State state_ = State::handshake;
    bool is_first_ = true;     // no request was read yet
    bool is_expired_ = false;  // the request did not come in time
    base::MonotonicTime deadline_;
    base::MonotonicTime arrived_;  // when the request's header was read, or could not be
    base::Duration took_{};        // from there to its answer
};

extern template class HttpSession<PlainSocket>;
extern template class HttpSession<TlsSocket>;

}  // namespace earshot::net
