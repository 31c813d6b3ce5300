#include "subscriber.hpp"

#include <utility>

namespace earshot::load {
namespace {

constexpr auto k_between_deaf_looks = std::chrono::milliseconds(250);
constexpr std::size_t k_deaf_receive_buffer = 4096;
constexpr std::string_view k_completed = R"({"type":"message","message":{"type":"conversation_completed")";
constexpr std::string_view k_error = R"({"type":"message","message":{"type":"error")";

}  // namespace

Subscriber::Subscriber(boost::asio::io_context& context, app::WsClient::Settings connection,
                       base::MonotonicTime connect, CaptionBoard& board, Telemetry& telemetry)
    : connect_(connect),
      board_(board),
      telemetry_(telemetry),
      client_(context, std::move(connection),
              {[this] { state_ = State::listening; },
               [this](std::string_view frame) { on_frame(frame); },
               {},
               [this](const app::WsEnd& end) { on_end(end); }}) {}

std::optional<base::MonotonicTime> Subscriber::next_due() const noexcept {
    return state_ == State::waiting ? std::optional(connect_) : std::nullopt;
}

void Subscriber::on_due(base::MonotonicTime) {
    state_ = State::connecting;
    client_.connect();
}

void Subscriber::on_frame(std::string_view frame) {
    ++telemetry_.deliveries;
    telemetry_.bytes_delivered += frame.size();
    if (CaptionBoard::is_caption(frame)) {
        const auto line = board_.take(frame, next_line_, std::chrono::steady_clock::now());
        if (!line) {
            ++telemetry_.captions_strange;
            telemetry_.remark("a caption of what nobody said: " + std::string(frame.substr(0, 300)));
            return;
        }
        const std::uint64_t lost = board_.finals(next_line_, *line);
        telemetry_.captions_lost += lost;
        telemetry_.captions_spared += *line - next_line_ - lost;
        next_line_ = *line + 1;
        return;
    }
    finals_.take(frame);
    if (frame.starts_with(k_completed)) completed_ = true;
    if (frame.starts_with(k_error)) telemetry_.remark("a subscriber is told " + std::string(frame.substr(0, 300)));
}

void Subscriber::on_end(const app::WsEnd& end) {
    state_ = State::over;
    was_completed_ = completed_ && end.code == 1000;
    if (was_completed_) return;
    telemetry_.remark("a subscriber was lost: close code " + std::to_string(end.code) + " " + end.reason);
}

DeafSubscriber::DeafSubscriber(boost::asio::io_context& context, app::WsClient::Settings connection,
                               base::MonotonicTime connect, Telemetry& telemetry)
    : context_(context), connection_(std::move(connection)), telemetry_(telemetry), next_(connect) {
    connection_.reads = false;
    connection_.receive_buffer_bytes = k_deaf_receive_buffer;
}

void DeafSubscriber::on_due(base::MonotonicTime now) {
    next_ = now + k_between_deaf_looks;
    if (!is_gone_) {
        // Who never reads learns only by writing that the connection is over.
        static const auto ping = std::make_shared<const std::string>("__PING__");
        if (client_->unsent_bytes() == 0) client_->send(ping);
        return;
    }
    is_gone_ = false;
    ++telemetry_.deaf_subscriptions;
    client_ = std::make_unique<app::WsClient>(context_, connection_,
                                              app::WsClient::Handlers{{}, {}, {}, [this](const app::WsEnd& end) {
                                                                          is_gone_ = true;
                                                                          if (end.was_open) ++telemetry_.deaf_ended;
                                                                      }});
    client_->connect();
}

void DeafSubscriber::stop() noexcept {
    next_.reset();
    client_.reset();
}

}  // namespace earshot::load
