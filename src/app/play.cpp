#include "earshot/app/play.hpp"

#include "earshot/app/call_file.hpp"
#include "earshot/app/call_journal.hpp"
#include "earshot/app/call_printer.hpp"
#include "earshot/app/random_ids.hpp"
#include "earshot/app/server_event.hpp"
#include "earshot/app/tracker_file.hpp"
#include "earshot/app/ws_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <unistd.h>

namespace earshot::app {
namespace {

namespace asio = boost::asio;
using base::MonotonicTime;

constexpr auto k_longest_start = std::chrono::seconds(15);
constexpr auto k_longest_stop = std::chrono::seconds(30);

/// Everything `play` needs, checked.
struct PlayPlan {
    WsClient::Settings connection;
    std::string start;
    std::vector<CallChunk> call;
    std::vector<base::Duration> due;
    bool at_full_speed = false;
};

base::Error named(base::Error error, const std::string& file) {
    error.message = describe(error, file);
    error.path.clear();
    error.details.clear();
    return error;
}

base::Result<std::string> load_tracker_text(const std::string& file) {
    if (file.empty()) return std::string();
    if (const auto trackers = load_trackers(file); !trackers) return named(trackers.error(), file);
    auto text = read_file(file);
    if (!text) return named(text.error(), file);
    return text;
}

base::Result<std::vector<CallChunk>> load_call(const PlayOptions& options) {
    const auto text = read_file(options.call_file);
    if (!text) return named(text.error(), options.call_file);
    auto call = parse_call(*text);
    if (!call) return named(call.error(), options.call_file);
    if (!options.interims) std::erase_if(*call, [](const CallChunk& line) { return !line.chunk.is_final; });
    return call;
}

base::Result<PlayPlan> make_plan(const PlayOptions& options) {
    const auto speed = parse_speed(options.speed);
    if (!speed) {
        return base::Error{base::Errc::invalid_value,
                           "the speed \"" + options.speed + "\" is neither a positive number nor \"max\"",
                           {},
                           {}};
    }
    if (options.threshold && !(*options.threshold >= 0 && *options.threshold <= 1)) {
        return base::Error{base::Errc::invalid_value, "the threshold must be between 0 and 1", {}, {}};
    }
    auto url = parse_ws_url(options.url);
    if (!url) return url.error();
    auto trackers = load_tracker_text(options.trackers_file);
    if (!trackers) return trackers.error();
    auto call = load_call(options);
    if (!call) return call.error();

    PlayPlan plan;
    if (url->target.empty() || url->target.starts_with("/?")) {
        const std::string query = url->target.empty() ? "" : url->target.substr(1);
        url->target = "/v1/streaming/" + RandomIdSource().make_uuid() + query;
    }
    plan.connection.url = std::move(*url);
    plan.connection.access_token = options.access_token;
    plan.connection.checks_certificate = !options.insecure;
    StartWishes wishes;
    wishes.trackers_json = std::move(*trackers);
    wishes.interims = options.interims;
    wishes.tiers = options.tiers;
    wishes.threshold = options.threshold;
    wishes.language = options.language;
    plan.start = start_request(wishes);
    plan.due = due_times(*call, *speed);
    plan.call = std::move(*call);
    plan.at_full_speed = std::isinf(*speed);
    return plan;
}

bool wants_colours(const std::ostream& out) {
    const char* no_color = std::getenv("NO_COLOR");
    return &out == &std::cout && isatty(STDOUT_FILENO) != 0 && (!no_color || *no_color == '\0');
}

/// One call against one server, from the connection to its close.
class PlayRun {
public:
    PlayRun(const PlayOptions& options, PlayPlan plan, std::ostream& out, std::ostream& err)
        : plan_(std::move(plan)),
          as_json_(options.json),
          summary_file_(options.summary_file),
          out_(out),
          err_(err),
          printer_(wants_colours(out) ? Colours::on : Colours::off),
          client_(context_, plan_.connection,
                  {[this] { on_open(); }, [this](std::string_view frame) { on_frame(frame); }, [this] { send_due(); },
                   [this](const WsEnd& end) { on_end(end); }}),
          timer_(context_) {}

    int run() {
        client_.connect();
        context_.run();
        if (started_) (as_json_ ? err_ : out_) << printer_.summary(journal_.summary()) << std::flush;
        if (started_ && !summary_file_.empty()) write_summary();
        return failed_ ? 1 : 0;
    }

private:
    void write_summary() {
        std::ofstream file(summary_file_);
        file << summary_json(journal_.summary()) << std::endl;
        if (!file) fail(summary_file_ + " cannot be written");
    }

    void on_open() {
        client_.send(std::make_shared<const std::string>(plan_.start));
        fail_after(k_longest_start, "the server did not start the session in time");
    }

    void on_frame(std::string_view frame) {
        const MonotonicTime now = std::chrono::steady_clock::now();
        if (as_json_) out_ << frame << std::endl;
        const auto event = parse_server_event(frame);
        if (!event) return fail(event.error().message);
        for (const HitNews& news : journal_.on_event(*event, now)) show(printer_.news(news));
        if (const auto* platform = std::get_if<PlatformEvent>(&*event)) on_platform(*platform);
    }

    void on_platform(const PlatformEvent& event) {
        if (event.type == "error") {
            failed_ = true;
            err_ << "the server says " << (event.code.empty() ? "error" : event.code) << ": " << event.message
                 << std::endl;
        } else if (event.type == "recognition_started" && !started_) {
            started_ = std::chrono::steady_clock::now();
            timer_.cancel();
            send_due();
        } else if (event.type == "conversation_completed") {
            completed_ = true;
        } else if (event.type == "recognition_stopped") {
            stopped_ = true;
        }
        if (completed_ && stopped_) client_.close();
    }

    /// Sends the chunks whose time has come, then waits for the next one's. At full speed one chunk follows when the
    /// one before is on its way, so that a chunk's time of sending is not that of queueing it here.
    void send_due() {
        if (!started_ || stop_sent_ || is_over_) return;
        const MonotonicTime now = std::chrono::steady_clock::now();
        while (next_ < plan_.call.size() && *started_ + plan_.due[next_] <= now) {
            if (plan_.at_full_speed && client_.unsent_bytes() > 0) return;
            send_chunk(plan_.call[next_++], now);
        }
        if (next_ == plan_.call.size()) return send_stop(now);
        timer_.expires_at(*started_ + plan_.due[next_]);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error) send_due();
        });
    }

    void send_chunk(const CallChunk& line, MonotonicTime now) {
        client_.send(std::make_shared<const std::string>(line.frame));
        journal_.on_sent(line.chunk, now);
        show(printer_.caption(line.chunk));
    }

    void send_stop(MonotonicTime now) {
        stop_sent_ = true;
        client_.send(std::make_shared<const std::string>(R"({"type":"stop_request"})"));
        journal_.on_stop(now);
        fail_after(k_longest_stop, "the server did not complete the conversation in time");
    }

    void on_end(const WsEnd& end) {
        is_over_ = true;
        timer_.cancel();
        if (!end.was_open) return fail(end.reason);
        if (completed_ && stopped_ && stop_sent_) return;
        std::string how = "the session ended before the call did, after " + std::to_string(next_) + " of " +
                          std::to_string(plan_.call.size()) + " chunks";
        if (end.code != 0) how += " (close code " + std::to_string(end.code) + ")";
        if (!end.reason.empty()) how += ": " + end.reason;
        if (!failed_ || started_) fail(how);
    }

    void fail_after(base::Duration patience, const char* why) {
        timer_.expires_after(patience);
        timer_.async_wait([this, why](const boost::system::error_code& error) {
            if (error || is_over_) return;
            fail(why);
            is_over_ = true;
            context_.stop();
        });
    }

    void fail(const std::string& why) {
        failed_ = true;
        err_ << why << std::endl;
    }

    void show(const std::string& lines) {
        if (!as_json_ && !lines.empty()) out_ << lines << std::flush;
    }

    PlayPlan plan_;
    bool as_json_;
    std::string summary_file_;
    std::ostream& out_;
    std::ostream& err_;
    CallPrinter printer_;
    CallJournal journal_;
    asio::io_context context_{1};
    WsClient client_;
    asio::steady_timer timer_;
    std::optional<MonotonicTime> started_;
    std::size_t next_ = 0;
    bool stop_sent_ = false;
    bool completed_ = false;
    bool stopped_ = false;
    bool is_over_ = false;
    bool failed_ = false;
};

}  // namespace

int play(const PlayOptions& options, std::ostream& out, std::ostream& err) {
    auto plan = make_plan(options);
    if (!plan) {
        err << plan.error().message << '\n';
        return 2;
    }
    return PlayRun(options, std::move(*plan), out, err).run();
}

}  // namespace earshot::app
