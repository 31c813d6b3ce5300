#include "http_reply.hpp"

#include "earshot/proto/server_codec.hpp"

#include "shard.hpp"

#include <boost/beast/http/status.hpp>

#include <atomic>
#include <utility>

namespace earshot::net {
namespace {

namespace http = boost::beast::http;
using http::verb;

/// Shared by the copies of an HttpDone.
class AnswerCarrier {
public:
    AnswerCarrier(std::weak_ptr<Shard> shard, std::weak_ptr<AnswerTaker> taker)
        : shard_(std::move(shard)), taker_(std::move(taker)) {}
    AnswerCarrier(const AnswerCarrier&) = delete;
    AnswerCarrier& operator=(const AnswerCarrier&) = delete;
    ~AnswerCarrier() { carry({500, proto::rest_error("The request was not answered.")}); }

    void carry(HttpAnswer answer) {
        if (is_answered_.exchange(true)) return;
        const auto shard = shard_.lock();
        if (!shard) return;
        shard->post([taker = std::move(taker_), answer = std::move(answer)]() mutable {
            if (const auto waiting = taker.lock()) waiting->on_answer(std::move(answer));
        });
    }

private:
    std::atomic<bool> is_answered_ = false;
    std::weak_ptr<Shard> shard_;
    std::weak_ptr<AnswerTaker> taker_;
};

void append_preflight(std::string& out) {
    out +=
        "Access-Control-Allow-Methods: GET, POST, PUT, PATCH, DELETE\r\n"
        "Access-Control-Allow-Headers: authorization, content-type, x-api-key\r\n"
        "Access-Control-Max-Age: 86400\r\n";
}

}  // namespace

HttpReply error_reply(std::string_view route, unsigned status, std::string_view message) {
    HttpReply reply;
    reply.route = route;
    reply.answer = {status, proto::rest_error(message)};
    return reply;
}

std::string write_reply(const HttpReply& reply, verb method, unsigned version, AfterReply after) {
    const unsigned status = reply.answer.status;
    std::string out = "HTTP/1.1 " + std::to_string(status) + " ";
    out += http::obsolete_reason(static_cast<http::status>(status));
    out +=
        "\r\nServer: earshot\r\nCache-Control: no-store\r\nAccess-Control-Allow-Origin: *\r\n"
        "Access-Control-Expose-Headers: Retry-After, WWW-Authenticate\r\n";
    if (method == verb::options) append_preflight(out);
    if (!reply.allow.empty()) out += "Allow: " + reply.allow + "\r\n";
    if (reply.asks_upgrade) out += "Upgrade: websocket\r\n";
    if (status == 401) out += "WWW-Authenticate: Bearer\r\n";
    if (reply.answer.retry_after) out += "Retry-After: " + std::to_string(reply.answer.retry_after->count()) + "\r\n";
    if (status != 204) {
        out += "Content-Type: " + reply.answer.content_type + "\r\n";
        out += "Content-Length: " + std::to_string(reply.answer.body.size()) + "\r\n";
    }
    const bool asks_upgrade = reply.asks_upgrade;
    if (after == AfterReply::close) {
        out += asks_upgrade ? "Connection: upgrade, close\r\n" : "Connection: close\r\n";
    } else if (version < 11) {
        out += "Connection: keep-alive\r\n";
    } else if (asks_upgrade) {
        out += "Connection: upgrade\r\n";
    }
    out += "\r\n";
    if (method != verb::head && status != 204) out += reply.answer.body;
    return out;
}

HttpDone carry_answer(std::weak_ptr<Shard> shard, std::weak_ptr<AnswerTaker> taker) {
    return [carrier = std::make_shared<AnswerCarrier>(std::move(shard), std::move(taker))](HttpAnswer answer) {
        carrier->carry(std::move(answer));
    };
}

}  // namespace earshot::net
