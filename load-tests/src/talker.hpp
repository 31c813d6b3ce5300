#pragma once

#include "earshot/app/ws_client.hpp"

#include "comparison.hpp"
#include "expectation.hpp"
#include "finals_told.hpp"
#include "scheduled.hpp"
#include "script.hpp"
#include "telemetry.hpp"

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace earshot::load {

/// What several talkers say, and what they should hear.
struct Part {
    Script script;
    Expectation expectation;
};

/// How a session went.
enum class Outcome : std::uint8_t {
    pending,     ///< not over
    done,        ///< stopped by the client, completed, closed with 1000
    drained,     ///< completed by the server of its own accord, closed with 1000
    refused,     ///< never started
    broken,      ///< started, but ended without its completion or without code 1000
    unfinished,  ///< never ended in the time it was given
};

/// One session that plays its part against a schedule which never waits for the server. Everything happens on the
/// io_context's thread, where it lives and dies.
class Talker final : public Scheduled {
public:
    struct Schedule {
        base::MonotonicTime connect;
        base::MonotonicTime speak;  ///< when the script's time 0 is
        base::MonotonicTime stop;
        base::MonotonicTime give_up;
        std::vector<base::MonotonicTime> changes{};  ///< of its trackers; never of those that its part holds
        std::size_t window =
            0;  ///< if not 0: a line's time is not its script's, but when so few before it are unanswered
    };

    /// `part`, `start` and `telemetry` outlive the talker.
    Talker(boost::asio::io_context& context, app::WsClient::Settings connection,
           std::shared_ptr<const std::string> start, const Part& part, const Schedule& schedule, Telemetry& telemetry);

    std::optional<base::MonotonicTime> next_due() const noexcept override;
    void on_due(base::MonotonicTime now) override;

    /// Says no more and stops, as if its time were over.
    void stop_early(base::MonotonicTime now);

    Outcome outcome() const noexcept { return outcome_; }
    bool is_over() const noexcept { return outcome_ != Outcome::pending; }
    const Told& told() const noexcept { return told_; }
    const Part& part() const noexcept { return part_; }
    std::size_t lines_sent() const noexcept { return next_line_; }
    const FinalsTold& finals() const noexcept { return finals_; }

    /// Open hits that it was told as foretold.
    std::uint64_t early_told() const noexcept { return early_told_; }

    /// The fewest lines that what it was told proves the server to have taken.
    std::size_t lines_proven() const noexcept { return lines_proven_; }

    /// How long before its end a line was sent that a server which took only `lines` did not take; 0: it took all.
    base::Duration age_of_untaken(std::size_t lines) const noexcept;

private:
    enum class State : std::uint8_t { waiting, talking, stopping, over };

    void on_frame(std::string_view frame);
    void on_platform(const app::PlatformEvent& event, base::MonotonicTime now);
    void on_messages(const app::MessageEvent& event, base::MonotonicTime now);
    void on_hits(const app::TrackerEvent& event, base::MonotonicTime now);
    void on_early(const app::HeardHit& hit, base::MonotonicTime now);
    void on_confirmed(const app::HeardHit& hit, base::MonotonicTime now);
    void on_end(const app::WsEnd& end);
    void finish(Outcome outcome);
    void send_line(base::MonotonicTime now);
    bool may_speak(base::MonotonicTime now) const noexcept;
    bool is_held_back() const noexcept;
    void send_change();
    void on_answer(const app::PlatformEvent& event, base::MonotonicTime now);
    void send_stop();
    std::optional<base::MonotonicTime> next_change() const noexcept;
    base::MonotonicTime due_of(std::size_t line) const noexcept;

    std::shared_ptr<const std::string> start_;
    const Part& part_;
    Schedule schedule_;
    Telemetry& telemetry_;
    app::WsClient client_;

    State state_ = State::waiting;
    Outcome outcome_ = Outcome::pending;
    std::size_t next_line_ = 0;
    std::vector<base::MonotonicTime> sent_;  ///< with a window: when each line was
    std::size_t next_change_ = 0;
    std::unordered_map<std::string, base::MonotonicTime> unanswered_;  ///< by request id: when the change was due
    FinalsTold finals_;
    std::size_t lines_proven_ = 0;
    bool started_ = false;
    bool stop_sent_ = false;
    bool completed_ = false;
    bool stopped_ = false;
    std::optional<base::MonotonicTime> completed_at_;

    Told told_;
    std::size_t next_utterance_ = 0;  ///< of the expected ones
    std::size_t next_early_ = 0;
    std::vector<bool> is_early_told_;
    std::uint64_t early_told_ = 0;
    struct KnownMessage {
        std::string id;
        std::uint32_t utterance;
        std::optional<base::MonotonicTime> due;  ///< of what ended its utterance
    };
    std::deque<KnownMessage> messages_;  ///< the latest ones
    std::unordered_set<std::string> open_hits_;
};

}  // namespace earshot::load
