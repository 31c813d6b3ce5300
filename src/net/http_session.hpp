#pragma once

#include "http_router.hpp"
#include "shard.hpp"
#include "swept.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include <memory>
#include <optional>
#include <string>

namespace earshot::net {

/// A socket of the I/O threads: its executor is a type of its own, which spares each operation a virtual call.
using PlainSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Shard::Executor>;

/// One connection's requests, one after the other, until it becomes a WebSocket or ends. It keeps itself alive while an
/// operation is under way. On its shard's thread.
template <class NextLayer>
class HttpSession final : public std::enable_shared_from_this<HttpSession<NextLayer>>, private Swept {
public:
    /// The connection counts already in ServerShared::connections.
    HttpSession(Shard& shard, NextLayer stream);
    ~HttpSession();

    void run();

private:
    using Error = boost::system::error_code;
    enum class State : std::uint8_t { idle, busy, leaving, over };

    void read_header();
    void on_header(Error error);
    void read_body();
    void on_request(Error error);
    void on_unreadable(Error error);
    void reply(const HttpReply& reply, AfterReply after);
    void on_replied(Error error, AfterReply after);
    void linger();
    void end();

    void on_sweep(base::MonotonicTime now) override;
    void on_drain() override;
    void on_cut() override { end(); }

    Shard& shard_;
    NextLayer stream_;
    boost::beast::flat_buffer buffer_;
    std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
    std::string reply_;
    State state_ = State::idle;
    bool is_handed_over_ = false;  // the connection is a WebSocket's now
    base::MonotonicTime deadline_;
};

extern template class HttpSession<PlainSocket>;

}  // namespace earshot::net
