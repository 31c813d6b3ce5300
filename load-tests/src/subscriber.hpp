#pragma once

#include "earshot/app/ws_client.hpp"

#include "caption_board.hpp"
#include "finals_told.hpp"
#include "scheduled.hpp"
#include "telemetry.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace earshot::load {

/// One that listens to a conversation from its first moment to its end, and counts what it is told.
class Subscriber final : public Scheduled {
public:
    /// `board` and `telemetry` outlive the subscriber.
    Subscriber(boost::asio::io_context& context, app::WsClient::Settings connection, base::MonotonicTime connect,
               CaptionBoard& board, Telemetry& telemetry);

    std::optional<base::MonotonicTime> next_due() const noexcept override;
    void on_due(base::MonotonicTime now) override;

    bool is_listening() const noexcept { return state_ == State::listening; }
    bool is_over() const noexcept { return state_ == State::over; }

    /// It was told the end and then closed with 1000.
    bool was_completed() const noexcept { return was_completed_; }
    const FinalsTold& finals() const noexcept { return finals_; }

    /// Lines before it were told, or are never going to be.
    std::size_t next_line() const noexcept { return next_line_; }

private:
    enum class State : std::uint8_t { waiting, connecting, listening, over };

    void on_frame(std::string_view frame);
    void on_end(const app::WsEnd& end);

    const base::MonotonicTime connect_;
    CaptionBoard& board_;
    Telemetry& telemetry_;
    app::WsClient client_;
    State state_ = State::waiting;
    std::size_t next_line_ = 0;
    FinalsTold finals_;
    bool completed_ = false;
    bool was_completed_ = false;
};

/// One that subscribes and never reads. When the server has got rid of it, it comes back.
class DeafSubscriber final : public Scheduled {
public:
    DeafSubscriber(boost::asio::io_context& context, app::WsClient::Settings connection, base::MonotonicTime connect,
                   Telemetry& telemetry);

    std::optional<base::MonotonicTime> next_due() const noexcept override { return next_; }
    void on_due(base::MonotonicTime now) override;

    /// It comes back no more.
    void stop() noexcept;

private:
    boost::asio::io_context& context_;
    app::WsClient::Settings connection_;
    Telemetry& telemetry_;
    std::optional<base::MonotonicTime> next_;
    std::unique_ptr<app::WsClient> client_;
    bool is_gone_ = true;
};

}  // namespace earshot::load
