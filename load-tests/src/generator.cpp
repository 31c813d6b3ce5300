#include "generator.hpp"

#include "earshot/app/random_ids.hpp"
#include "earshot/app/tracker_file.hpp"

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
using base::Error;
using base::MonotonicTime;
using base::Result;

constexpr auto k_before_speaking = std::chrono::seconds(1);
constexpr auto k_between_samples = std::chrono::milliseconds(500);
constexpr auto k_between_last_samples = std::chrono::milliseconds(50);
constexpr double k_connections_per_second = 200;
// How many of its last lines a server that ends a session may not have taken.
constexpr std::size_t k_most_untaken = 64;
// Told to the server: nothing but the script itself ends an utterance, and a phrase ends where the oracle has it end.
constexpr double k_pause_seconds = 60;
constexpr double k_phrase_gap_seconds = 10;

Error named(Error error, const std::string& file) {
    error.message = app::describe(error, file);
    error.path.clear();
    error.details.clear();
    return error;
}

Error bad_option(std::string message) {
    return {base::Errc::invalid_value, std::move(message), {}, {}};
}

/// All that is known before the first connection.
struct LoadPlan {
    app::WsUrl url;
    std::shared_ptr<const std::string> start;
    std::shared_ptr<const std::string> deaf_start;
    std::shared_ptr<const detect::TrackerList> trackers;
    std::vector<Part> parts;
};

detect::TierSet foretold_tiers() {
    detect::TierSet tiers;
    for (const detect::Tier tier : detect::k_all_tiers) {
        if (detect::is_immediate(tier)) tiers.insert(tier);
    }
    return tiers;
}

/// A tracker that is given twice is heard once, as the server does it.
std::vector<detect::TrackerDefinition> without_repeats(std::vector<detect::TrackerDefinition> trackers) {
    std::vector<detect::TrackerDefinition> kept;
    for (detect::TrackerDefinition& tracker : trackers) {
        if (std::find(kept.begin(), kept.end(), tracker) == kept.end()) kept.push_back(std::move(tracker));
    }
    return kept;
}

Result<void> plan_trackers(const LoadOptions& options, LoadPlan& plan) {
    auto trackers = app::load_trackers(options.trackers_file);
    if (!trackers) return named(trackers.error(), options.trackers_file);
    const auto text = app::read_file(options.trackers_file);
    if (!text) return named(text.error(), options.trackers_file);

    detect::TrackerListDefinition definition{without_repeats(std::move(*trackers)), {}};
    definition.settings.tiers = options.tiers.value_or(foretold_tiers());
    definition.settings.language = options.language;
    definition.settings.phrase_gap_seconds = k_phrase_gap_seconds;
    app::StartWishes wishes;
    wishes.trackers_json = *text;
    wishes.tiers = definition.settings.tiers;
    wishes.language = options.language;
    wishes.pause_seconds = k_pause_seconds;
    wishes.phrase_gap_seconds = k_phrase_gap_seconds;
    wishes.interims = options.pace.interims;
    plan.start = std::make_shared<const std::string>(app::start_request(wishes));
    wishes.interims = true;
    plan.deaf_start = std::make_shared<const std::string>(app::start_request(wishes));

    detect::LanguageTools tools;
    detect::PhraseSetSource sets;
    auto list = detect::TrackerList::compile(std::move(definition), {}, tools.tokenizer(), sets);
    if (!list) return named(list.error(), options.trackers_file);
    plan.trackers = std::move(*list);
    return {};
}

Result<void> plan_parts(const LoadOptions& options, LoadPlan& plan) {
    std::vector<Call> calls;
    for (const std::string& file : options.call_files) {
        const auto text = app::read_file(file);
        if (!text) return named(text.error(), file);
        auto read = parse_calls(*text);
        if (!read) return named(read.error(), file);
        std::move(read->begin(), read->end(), std::back_inserter(calls));
    }
    calls.resize(std::min(calls.size(), std::max<std::size_t>(options.sessions, 1)));
    Oracle oracle(plan.trackers);
    const auto early = options.pace.interims ? Oracle::Early::wanted : Oracle::Early::ignored;
    for (const Call& call : calls) {
        Part part{make_script(call, options.pace), {}};
        if (part.script.empty()) continue;
        part.expectation = oracle.foretell(part.script, part.script.size(), early);
        plan.parts.push_back(std::move(part));
    }
    if (plan.parts.empty()) return bad_option("the calls hold nothing to say in this duration");
    return {};
}

Result<LoadPlan> make_plan(const LoadOptions& options) {
    auto url = app::parse_ws_url(options.url);
    if (!url) return url.error();
    if (!options.allow_remote && !is_loopback(url->host)) {
        return bad_option("\"" + url->host +
                          "\" is not this machine: load is only put on other machines with --allow-remote");
    }
    if (!url->target.empty()) return bad_option("the URL must not have a path: every session has its own");
    if (options.server_pid && !read_process_state(*options.server_pid)) {
        return bad_option("there is no process " + std::to_string(*options.server_pid));
    }
    LoadPlan plan;
    plan.url = std::move(*url);
    if (auto planned = plan_trackers(options, plan); !planned) return planned.error();
    if (auto planned = plan_parts(options, plan); !planned) return planned.error();
    return plan;
}

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
        wait();
        context_.run();
        report_.seconds = base::to_seconds(std::max(report_.telemetry->last_end, begin_) - begin_);
        report_.own_cpu_seconds = own_cpu_seconds() - cpu_before;
        report_.pests = pests_->counts();
    }

    const std::vector<std::unique_ptr<Talker>>& talkers() const noexcept { return talkers_; }

private:
    struct Due {
        MonotonicTime time;
        std::size_t talker;
        bool operator>(const Due& other) const noexcept { return time > other.time; }
    };

    void make_talkers() {
        app::RandomIdSource ids;
        const std::string run = ids.make_digits();
        const double ramp =
            options_.ramp_seconds.value_or(static_cast<double>(options_.sessions) / k_connections_per_second);
        for (std::size_t i = 0; i < options_.sessions; ++i) {
            app::WsClient::Settings connection;
            connection.url = plan_.url;
            connection.url.target = "/v1/streaming/load-" + run + "-" + std::to_string(i);
            connection.access_token = options_.access_token;
            const double share = static_cast<double>(i) / static_cast<double>(options_.sessions);
            Talker::Schedule schedule;
            schedule.connect = begin_ + base::from_seconds(ramp * share);
            schedule.speak = schedule.connect + k_before_speaking;
            schedule.stop = schedule.speak + options_.pace.duration;
            schedule.give_up = schedule.stop + base::from_seconds(options_.patience_seconds);
            talkers_.push_back(std::make_unique<Talker>(context_, std::move(connection), plan_.start,
                                                        plan_.parts[i % plan_.parts.size()], schedule,
                                                        *report_.telemetry));
            queue_.push({schedule.connect, i});
        }
    }

    /// A talker that is due stands in the queue once, at the time that was true when it was put there; what has changed
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
            Talker& talker = *talkers_[due.talker];
            if (const auto time = talker.next_due(); time && *time <= now) talker.on_due(now);
            if (const auto next = talker.next_due()) queue_.push({*next, due.talker});
        }
        wait();
    }

    void sample_server() {
        if (options_.server_pid) {
            // The peak is the kernel's own; a server that ends in between leaves its last state.
            if (const auto state = read_process_state(*options_.server_pid)) report_.server_after = state;
        }
        const bool all_over = std::all_of(talkers_.begin(), talkers_.end(), [](const auto& t) { return t->is_over(); });
        if (all_over) pests_->stop();
        if (all_over && pests_->active() == 0) {
            context_.stop();
            return;
        }
        sampler_.expires_after(all_over ? k_between_last_samples : k_between_samples);
        sampler_.async_wait([this](const boost::system::error_code& error) {
            if (!error) sample_server();
        });
    }

    void stop_early() {
        const MonotonicTime now = std::chrono::steady_clock::now();
        queue_ = {};
        for (std::size_t i = 0; i < talkers_.size(); ++i) {
            talkers_[i]->stop_early(now);
            if (const auto next = talkers_[i]->next_due()) queue_.push({*next, i});
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
    std::priority_queue<Due, std::vector<Due>, std::greater<>> queue_;
    MonotonicTime begin_{};
};

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
           outcomes.drained == drained_in_full && telemetry->dangling == 0;
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
    for (const auto& talker : run.talkers()) judge.judge(*talker, report);
    return report;
}

}  // namespace earshot::load
