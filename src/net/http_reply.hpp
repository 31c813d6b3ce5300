#pragma once

#include "earshot/net/http_call.hpp"

#include <boost/beast/http/verb.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace earshot::net {

class Shard;

/// A request answered by HTTP.
struct HttpReply {
    std::string_view route = "none";  ///< its name, for metrics
    HttpAnswer answer;
    std::string allow;          ///< methods, where another was used
    bool asks_upgrade = false;  ///< only as a WebSocket is this route of use
};

/// A reply whose body is `{"message": …}`.
HttpReply error_reply(std::string_view route, unsigned status, std::string_view message);

/// What follows an answer on its connection.
enum class AfterReply : std::uint8_t { keep_alive, close };

/// The bytes of a reply to a request of `method` and HTTP `version` (10 or 11).
std::string write_reply(const HttpReply& reply, boost::beast::http::verb method, unsigned version, AfterReply after);

/// Who waits for the answer of a call, on its shard's thread.
class AnswerTaker {
public:
    virtual void on_answer(HttpAnswer answer) = 0;

protected:
    ~AnswerTaker() = default;
};

/// Carries an answer from any thread to `taker` on `shard`'s, if both are still there.
HttpDone carry_answer(std::weak_ptr<Shard> shard, std::weak_ptr<AnswerTaker> taker);

}  // namespace earshot::net
