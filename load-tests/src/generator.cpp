#include "generator.hpp"

#include "earshot/app/random_ids.hpp"

#include "plan.hpp"
#include "subscriber.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <csignal>
#include <map>
#include <queue>
#include <sys/resource.h>

namespace earshot::load {
namespace {

namespace asio = boost::asio;
using base::MonotonicTime;
using base::Result;

constexpr auto k_before_speaking = std::chrono::seconds(1);
constexpr auto k_between_samples = std::chrono::milliseconds(500);
constexpr auto k_between_last_samples = std::chrono::milliseconds(50);
constexpr double k_connections_per_second = 200;
constexpr auto k_longest_goodbye = std::chrono::seconds(5);
// How many of its last lines a server that ends a session may not have taken.
constexpr std::size_t k_most_untaken = 64;

double own_cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Every session is a descriptor; the default limit is often 1,024.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// The run itself: one thread, one timer for all that is due.
class LoadRun {
public:
    LoadRun(const LoadOptions& options, const LoadPlan& plan, LoadReport& report)
        : options_(options),
          plan_(plan),
          report_(report),
          timer_(context_),
          sampler_(context_),
          signals_(context_, SIGINT, SIGTERM) {
        Pests::Settings settings{plan.url, options.deaf, options.garbage, plan.deaf_start, {}};
        for (const auto& tracker : plan.trackers->definition().trackers) {
            settings.phrases.insert(settings.phrases.end(), tracker.vocabulary.begin(), tracker.vocabulary.end());
        }
        pests_ = std::make_unique<Pests>(context_, std::move(settings));
    }

    void run() {
        const double cpu_before = own_cpu_seconds();
        begin_ = std::chrono::steady_clock::now();
        make_talkers();
        if (options_.server_pid) report_.server_before = read_process_state(*options_.server_pid);
        sample_server();
        signals_.async_wait([this](const boost::system::error_code& error, int) {
            if (!error) stop_early();
        });
        pests_->begin();
        ManagementReaders readers({.url = plan_.url,
                                   .insecure = options_.insecure,
                                   .access_token = options_.access_token,
                                   .reads = options_.management_reads,
                                   .connections = options_.management_connections,
                                   .per_second = options_.management_reads_per_second,
                                   .begin = all_speak_});
        wait();
        context_.run();
        report_.management = readers.stop();
        report_.seconds = base::to_seconds(std::max(report_.telemetry->last_end, begin_) - begin_);
        report_.own_cpu_seconds = own_cpu_seconds() - cpu_before - report_.management.cpu_seconds;
        report_.pests = pests_->counts();
    }

    const std::vector<std::unique_ptr<Talker>>& talkers() const noexcept { return talkers_; }

    /// Subscribers of a talker, by its place in `talkers`.
    const std::vector<std::unique_ptr<Subscriber>>& subscribers(std::size_t talker) const noexcept {
        return audiences_[talker].subscribers;
    }
    const CaptionBoard& board(std::size_t talker) const noexcept { return *audiences_[talker].board; }

private:
    struct Due {
        MonotonicTime time;
        Scheduled* who;
        bool operator>(const Due& other) const noexcept { return time > other.time; }
    };

    /// Those who listen to one talker.
    struct Audience {
        std::unique_ptr<CaptionBoard> board;
        std::vector<std::unique_ptr<Subscriber>> subscribers;
        std::vector<std::unique_ptr<DeafSubscriber>> deaf;
    };

    void make_talkers() {
        app::RandomIdSource ids;
        const std::string run = ids.make_digits();
        const std::size_t listeners = options_.subscribers + options_.deaf_subscribers;
        const std::size_t connections = options_.sessions * (1 + listeners);
        const double ramp = options_.ramp_seconds.value_or(static_cast<double>(connections) / k_connections_per_second);
        for (std::size_t i = 0; i < options_.sessions; ++i) {
            app::WsClient::Settings connection;
            connection.url = plan_.url;
            const std::string id = "load-" + run + "-" + std::to_string(i);
            connection.url.target = "/v1/streaming/" + id;
            connection.access_token = options_.access_token;
            connection.checks_certificate = !options_.insecure;
            // Its subscribers come in the time before it.
            const double until =
                static_cast<double>(listeners > 0 ? i + 1 : i) / static_cast<double>(options_.sessions);
            Talker::Schedule schedule;
            schedule.connect = begin_ + base::from_seconds(ramp * until);
            schedule.speak = schedule.connect + k_before_speaking;
            schedule.stop = schedule.speak + options_.pace.duration;
            schedule.give_up = schedule.stop + base::from_seconds(options_.patience_seconds);
            schedule.changes = changes_of(i, schedule);
            schedule.window = options_.window;
            all_speak_ = schedule.speak;
            const Part& part = plan_.parts[i % plan_.parts.size()];
            audiences_.push_back(make_audience(connection, id, part, schedule,
                                               base::from_seconds(ramp / static_cast<double>(options_.sessions))));
            talkers_.push_back(std::make_unique<Talker>(context_, std::move(connection), plan_.start, part, schedule,
                                                        *report_.telemetry));
            queue_.push({schedule.connect, talkers_.back().get()});
        }
    }

    /// The changes of all sessions are evenly spread, and each is the next session's.
    std::vector<MonotonicTime> changes_of(std::size_t talker, const Talker::Schedule& schedule) const {
        std::vector<MonotonicTime> changes;
        if (!(options_.tracker_changes_per_minute > 0)) return changes;
        const double between = 60 / options_.tracker_changes_per_minute;
        const auto all = static_cast<double>(options_.sessions);
        for (double next = (static_cast<double>(talker) + 0.5) * between;; next += between * all) {
            const MonotonicTime due = schedule.speak + base::from_seconds(next);
            if (due >= schedule.stop) return changes;
            changes.push_back(due);
        }
    }

    Audience make_audience(app::WsClient::Settings connection, const std::string& id, const Part& part,
                           const Talker::Schedule& schedule, base::Duration arrival) {
        Telemetry& telemetry = *report_.telemetry;
        Audience audience;
        audience.board = std::make_unique<CaptionBoard>(part.script, schedule.speak, options_.subscribers, telemetry);
        // They are told what their publisher is told, in the same bytes.
        connection.url.target = "/v1/subscribe/" + id + (options_.pace.interims ? "?revisions=true" : "");
        const std::size_t all = options_.subscribers + options_.deaf_subscribers;
        for (std::size_t i = 0; i < all; ++i) {
            const MonotonicTime connect = schedule.connect - arrival + arrival * i / all;
            if (i < options_.subscribers) {
                audience.subscribers.push_back(
                    std::make_unique<Subscriber>(context_, connection, connect, *audience.board, telemetry));
                queue_.push({connect, audience.subscribers.back().get()});
            } else {
                audience.deaf.push_back(std::make_unique<DeafSubscriber>(context_, connection, connect, telemetry));
                queue_.push({connect, audience.deaf.back().get()});
            }
        }
        return audience;
    }

    /// Whoever is due stands in the queue once, at the time that was true when it was put there; what has changed
    /// since is looked up when the time has come, and looked after at least once a sample.
    void wait() {
        if (queue_.empty()) return;
        timer_.expires_at(queue_.top().time);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error) act();
        });
    }

    void act() {
        while (!queue_.empty()) {
            const MonotonicTime now = std::chrono::steady_clock::now();
            const Due due = queue_.top();
            if (due.time > now) break;
            queue_.pop();
            if (const auto time = due.who->next_due(); time && *time <= now) due.who->on_due(now);
            if (const auto next = due.who->next_due()) queue_.push({*next, due.who});
        }
        wait();
    }

    void sample_server() {
        if (options_.server_pid) {
            // The peak is the kernel's own; a server that ends in between leaves its last state.
            if (const auto state = read_process_state(*options_.server_pid)) report_.server_after = state;
        }
        if (!report_.server_listening && all_listen()) report_.server_listening = report_.server_after;
        const bool all_over = std::all_of(talkers_.begin(), talkers_.end(), [](const auto& t) { return t->is_over(); });
        if (all_over) {
            pests_->stop();
            let_audiences_go();
        }
        if (all_over && pests_->active() == 0 && !anybody_listens()) {
            context_.stop();
            return;
        }
        sampler_.expires_after(all_over ? k_between_last_samples : k_between_samples);
        sampler_.async_wait([this](const boost::system::error_code& error) {
            if (!error) sample_server();
        });
    }

    bool all_listen() const {
        return std::all_of(audiences_.begin(), audiences_.end(), [](const Audience& audience) {
            const auto& all = audience.subscribers;
            return std::all_of(all.begin(), all.end(), [](const auto& one) { return one->is_listening(); });
        });
    }

    /// Subscribers are let go by the server when it is done with their publisher, at once or never.
    bool anybody_listens() {
        const MonotonicTime now = std::chrono::steady_clock::now();
        if (!all_over_since_) all_over_since_ = now;
        if (now - *all_over_since_ > k_longest_goodbye) return false;
        return std::any_of(audiences_.begin(), audiences_.end(), [](const Audience& audience) {
            const auto& all = audience.subscribers;
            return std::any_of(all.begin(), all.end(), [](const auto& one) { return one->is_listening(); });
        });
    }

    void let_audiences_go() {
        for (Audience& audience : audiences_) {
            for (const auto& deaf : audience.deaf) deaf->stop();
        }
    }

    void stop_early() {
        const MonotonicTime now = std::chrono::steady_clock::now();
        queue_ = {};
        for (const auto& talker : talkers_) {
            talker->stop_early(now);
            if (const auto next = talker->next_due()) queue_.push({*next, talker.get()});
        }
        wait();
    }

    const LoadOptions& options_;
    const LoadPlan& plan_;
    LoadReport& report_;
    asio::io_context context_{1};
    asio::steady_timer timer_;
    asio::steady_timer sampler_;
    asio::signal_set signals_;
    std::unique_ptr<Pests> pests_;
    std::vector<std::unique_ptr<Talker>> talkers_;
    std::vector<Audience> audiences_;  // by talker
    std::optional<MonotonicTime> all_over_since_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> queue_;
    MonotonicTime begin_{};
    MonotonicTime all_speak_{};  // when the last one begins to
};

/// Subscribers are held to what their publisher was told, which is held to what was due.
void judge_audience(const Talker& talker, const std::vector<std::unique_ptr<Subscriber>>& subscribers,
                    const CaptionBoard& board, AudienceCounts& counts, Telemetry& telemetry) {
    const bool was_told_all = talker.outcome() == Outcome::done || talker.outcome() == Outcome::drained;
    for (const auto& subscriber : subscribers) {
        if (!was_told_all) {
            ++counts.left_alone;
        } else if (!subscriber->was_completed()) {
            ++counts.lost;
            continue;
        } else if (subscriber->finals().out_of_order() > 0 || !subscriber->finals().agrees_with(talker.finals())) {
            ++counts.told_less;
        } else {
            ++counts.told_all;
        }
        // A server that ends a session by itself may not have taken the last lines.
        if (talker.outcome() == Outcome::done) {
            telemetry.captions_lost += board.finals(subscriber->next_line(), talker.lines_sent());
        }
    }
    if (was_told_all) counts.incomplete += board.incomplete();
}

void count_outcome(Outcome outcome, OutcomeCounts& counts) {
    switch (outcome) {
        case Outcome::done:
            ++counts.done;
            break;
        case Outcome::drained:
            ++counts.drained;
            break;
        case Outcome::refused:
            ++counts.refused;
            break;
        case Outcome::broken:
            ++counts.broken;
            break;
        case Outcome::unfinished:
        case Outcome::pending:
            ++counts.unfinished;
            break;
    }
}

/// Judges sessions against what was due to them.
class Judge {
public:
    explicit Judge(const LoadPlan& plan) : oracle_(plan.trackers) {}

    void judge(const Talker& talker, LoadReport& report) {
        count_outcome(talker.outcome(), report.outcomes);
        if (talker.outcome() == Outcome::refused) return;
        const std::size_t most = talker.lines_sent();
        // A server that ends a session by itself has taken some of the lines: those that explain what was told, as many
        // as possible. All others owe an answer to all that was sent.
        const bool was_drained = talker.outcome() == Outcome::drained;
        const std::size_t least =
            was_drained ? std::max(std::min(talker.lines_proven(), most), most - std::min(most, k_most_untaken)) : most;
        std::size_t taken = most;
        const Expectation* due = &expectation(talker.part(), most);
        Agreement best = compare(*due, talker.told());
        for (std::size_t lines = most; lines > least && best.faults() > 0;) {
            const Expectation& other = expectation(talker.part(), --lines);
            const Agreement agreement = compare(other, talker.told());
            if (agreement.faults() >= best.faults()) continue;
            best = agreement;
            due = &other;
            taken = lines;
        }
        report.agreement += best;
        report.expected_hits += due->hits;
        if (talker.outcome() == Outcome::done && most == talker.part().script.size()) {
            report.expected_early += talker.part().expectation.early.size();
            report.told_early += talker.early_told();
        }
        if (!was_drained) return;
        if (best.faults() == 0) ++report.drained_in_full;
        report.oldest_untaken = std::max(report.oldest_untaken, talker.age_of_untaken(taken));
    }

private:
    const Expectation& expectation(const Part& part, std::size_t lines) {
        if (lines == part.script.size()) return part.expectation;
        const auto [place, is_new] = known_.try_emplace({&part, lines});
        if (is_new) place->second = oracle_.foretell(part.script, lines, Oracle::Early::ignored);
        return place->second;
    }

    Oracle oracle_;
    std::map<std::pair<const Part*, std::size_t>, Expectation> known_;
};

}  // namespace

bool is_loopback(const std::string& host) {
    if (host == "localhost") return true;
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    return !error && address.is_loopback();
}

bool LoadReport::is_clean() const noexcept {
    return outcomes.refused + outcomes.broken + outcomes.unfinished == 0 && agreement.faults() == 0 &&
           outcomes.drained == drained_in_full && telemetry->dangling == 0 &&
           audience.told_less + audience.lost + telemetry->captions_lost + telemetry->captions_strange == 0 &&
           telemetry->changes_refused + telemetry->changes_strange + telemetry->changes_unanswered == 0 &&
           management.failed == 0;
}

Result<LoadReport> run_load(const LoadOptions& options) {
    auto plan = make_plan(options);
    if (!plan) return plan.error();
    raise_descriptor_limit();
    LoadReport report;
    report.options = options;
    report.calls = plan->parts.size();
    report.trackers = plan->trackers->size();
    LoadRun run(options, *plan, report);
    run.run();
    Judge judge(*plan);
    for (std::size_t i = 0; i < run.talkers().size(); ++i) {
        const Talker& talker = *run.talkers()[i];
        judge.judge(talker, report);
        judge_audience(talker, run.subscribers(i), run.board(i), report.audience, *report.telemetry);
    }
    return report;
}

}  // namespace earshot::load
