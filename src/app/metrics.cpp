#include "earshot/app/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <atomic>
#include <map>
#include <mutex>

namespace earshot::app {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

const Histogram::BucketBoundaries k_compile_seconds{1e-4, 1e-3, 5e-3, 1e-2, 5e-2, 1e-1, 5e-1, 1, 5, 10};

const Histogram::BucketBoundaries k_request_seconds{5e-4, 1e-3,   2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2,
                                                    1e-1, 2.5e-1, 5e-1,   1,    2.5,  10};

constexpr std::array k_session_ends{net::SessionEnd::completed, net::SessionEnd::lost, net::SessionEnd::cut};

std::string end_name(net::SessionEnd end) {
    switch (end) {
        case net::SessionEnd::completed:
            return "completed";
        case net::SessionEnd::lost:
            return "lost";
        case net::SessionEnd::cut:
            return "cut";
    }
    return {};
}

}  // namespace

class Metrics::Impl {
public:
    Impl() {
        for (const detect::Tier tier : detect::k_all_tiers) {
            hits.emplace(tier, &hit_family.Add({{"tier", std::string(detect::tier_name(tier))}}));
        }
        for (const base::Errc code : base::all_error_codes()) {
            refused.emplace(code, &refused_family.Add({{"code", std::string(base::code_word(code))}}));
        }
        for (const net::SessionEnd end : k_session_ends)
            ended.emplace(end, &ended_family.Add({{"end", end_name(end)}}));
        store_reachable.Set(1);
    }

    Family<Counter>& counters(const char* name, const char* help) {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }
    Family<Histogram>& histograms(const char* name, const char* help) {
        return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
    }
    Counter& counter(const char* name, const char* help) { return counters(name, help).Add({}); }
    Gauge& gauge(const char* name, const char* help) {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
    }

    prometheus::Registry registry;  // first: it owns all that follows

    Gauge& sessions = gauge("earshot_sessions", "WebSocket sessions that are open");
    Counter& sessions_total = counter("earshot_sessions_total", "WebSocket sessions that were opened");
    Family<Counter>& ended_family = counters("earshot_sessions_ended_total", "WebSocket sessions that ended");
    std::map<net::SessionEnd, Counter*> ended;
    Family<Counter>& refused_family = counters("earshot_refused_total", "Sessions and requests that were turned away");
    std::map<base::Errc, Counter*> refused;
    Counter& chunks = counter("earshot_chunks_total", "Transcript chunks that were heard");
    Counter& utterances = counter("earshot_utterances_total", "Utterances with text that ended");
    Family<Counter>& hit_family = counters("earshot_hits_total", "Confirmed hits");
    std::map<detect::Tier, Counter*> hits;
    Counter& interim_dropped =
        counter("earshot_interim_dropped_total", "Interim responses that a slow client was spared");
    Counter& limit_hits = counter("earshot_limit_hits_total", "Messages and clients that met a limit");
    Counter& errors = counter("earshot_errors_total", "Errors that were told to clients over sockets");
    Counter& slow_clients =
        counter("earshot_slow_clients_total", "Sessions that were closed since their client did not read");
    Family<Counter>& http_requests = counters("earshot_http_requests_total", "HTTP requests that were answered");
    Family<Histogram>& http_seconds =
        histograms("earshot_http_request_seconds", "From an HTTP request's header to its answer");
    Histogram& compile_seconds =
        histograms("earshot_compile_seconds", "Making a list of trackers ready for hearing").Add({}, k_compile_seconds);
    Gauge& store_waiting = gauge("earshot_store_waiting", "Operations that wait for a thread of the store");
    Gauge& store_reachable = gauge("earshot_store_reachable", "Whether the store's database could be reached: 0 or 1");
    Counter& store_retries =
        counter("earshot_store_retries_total", "Transactions that ran anew after a conflict or a lost connection");
    std::mutex store_mutex;
    Gauge& longest_turn = gauge("earshot_longest_turn_seconds",
                                "The longest time an I/O thread was busy with one input since the exposition before");
    std::atomic<base::Duration::rep> longest_turn_ticks = 0;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::session_opened() {
    impl_->sessions.Increment();
    impl_->sessions_total.Increment();
}

void Metrics::session_closed(net::SessionEnd end) {
    impl_->sessions.Decrement();
    impl_->ended.at(end)->Increment();
}

void Metrics::session_refused(base::Errc code) {
    impl_->refused.at(code)->Increment();
}

void Metrics::add(const net::Traffic& traffic) {
    const auto add_to = [](Counter& counter, std::uint64_t count) { counter.Increment(static_cast<double>(count)); };
    add_to(impl_->chunks, traffic.chunks);
    add_to(impl_->utterances, traffic.utterances);
    for (const auto& [tier, count] : traffic.confirmed_hits) add_to(*impl_->hits.at(tier), count);
    add_to(impl_->interim_dropped, traffic.interim_dropped);
    add_to(impl_->limit_hits, traffic.limit_hits);
    add_to(impl_->errors, traffic.errors);
    add_to(impl_->slow_clients, traffic.slow_clients);
    auto longest = impl_->longest_turn_ticks.load(std::memory_order_relaxed);
    const auto turn = traffic.longest_turn.count();
    while (turn > longest &&
           !impl_->longest_turn_ticks.compare_exchange_weak(longest, turn, std::memory_order_relaxed)) {
    }
}

void Metrics::list_compiled(base::Duration took) {
    impl_->compile_seconds.Observe(base::to_seconds(took));
}

void Metrics::http_answered(std::string_view route, unsigned status, std::optional<base::Duration> took) {
    impl_->http_requests.Add({{"route", std::string(route)}, {"status", std::to_string(status)}}).Increment();
    if (took)
        impl_->http_seconds.Add({{"route", std::string(route)}}, k_request_seconds).Observe(base::to_seconds(*took));
}

void Metrics::store_seen(const StoreState& state) {
    const std::lock_guard lock(impl_->store_mutex);
    impl_->store_waiting.Set(static_cast<double>(state.waiting));
    impl_->store_reachable.Set(state.is_reachable ? 1 : 0);
    const double more = static_cast<double>(state.retries) - impl_->store_retries.Value();
    if (more > 0) impl_->store_retries.Increment(more);
}

std::string Metrics::exposition() {
    const base::Duration longest(impl_->longest_turn_ticks.exchange(0, std::memory_order_relaxed));
    impl_->longest_turn.Set(base::to_seconds(longest));
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace earshot::app
