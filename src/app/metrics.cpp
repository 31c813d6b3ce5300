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

/// Counts on to a total that is counted elsewhere.
void advance(Counter& counter, double total) {
    const double more = total - counter.Value();
    if (more > 0) counter.Increment(more);
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
    Family<Counter>& kept_changes =
        counters("earshot_conversation_changes_total", "Additions to what is kept of live conversations, by their way");
    Counter& changes_written = kept_changes.Add({{"way", "written"}});
    Counter& changes_spooled = kept_changes.Add({{"way", "spooled"}});
    Counter& changes_replayed = kept_changes.Add({{"way", "replayed"}});
    Counter& changes_left_out = kept_changes.Add({{"way", "left_out"}});
    Counter& changes_lost = kept_changes.Add({{"way", "lost"}});
    Family<Gauge>& kept_waiting = prometheus::BuildGauge()
                                      .Name("earshot_conversation_waiting_bytes")
                                      .Help("What waits to be written of live conversations")
                                      .Register(registry);
    Gauge& waiting_in_memory = kept_waiting.Add({{"where", "memory"}});
    Gauge& waiting_in_spool = kept_waiting.Add({{"where", "spool"}});
    std::mutex recorder_mutex;
    Family<Counter>& jobs = counters("earshot_jobs_total", "What became of jobs that this server worked on");
    Counter& jobs_completed = jobs.Add({{"result", "completed"}});
    Counter& jobs_failed = jobs.Add({{"result", "failed"}});
    Counter& jobs_retried = jobs.Add({{"result", "retried"}});
    Counter& jobs_lost = jobs.Add({{"result", "lost"}});
    Gauge& jobs_running = gauge("earshot_jobs_running", "Jobs that are worked on");
    Family<Counter>& webhooks = counters("earshot_webhooks_total", "Calls of webhooks, by what came of them");
    Counter& webhooks_delivered = webhooks.Add({{"result", "delivered"}});
    Counter& webhooks_retried = webhooks.Add({{"result", "retried"}});
    Counter& webhooks_given_up = webhooks.Add({{"result", "given_up"}});
    Counter& webhooks_refused = webhooks.Add({{"result", "refused_address"}});
    Gauge& webhooks_waiting = gauge("earshot_webhooks_waiting", "Calls of webhooks that are under way");
    Counter& conversations_deleted =
        counter("earshot_conversations_deleted_total", "Conversations that were kept for long enough");
    std::mutex after_call_mutex;
    Family<Counter>& semantic_windows =
        counters("earshot_semantic_windows_total", "Windows of talk, by how far the tier semantic went with them");
    Counter& windows_static = semantic_windows.Add({{"stage", "static"}});
    Counter& windows_asked = semantic_windows.Add({{"stage", "over_gate"}});
    Counter& windows_encoded = semantic_windows.Add({{"stage", "encoded"}});
    Counter& windows_cached = semantic_windows.Add({{"stage", "cached"}});
    Family<Counter>& semantic_utterances =
        counters("earshot_semantic_utterances_total", "Utterances that the tier semantic scored");
    Counter& utterances_ended = semantic_utterances.Add({{"kind", "ended"}});
    Counter& utterances_open = semantic_utterances.Add({{"kind", "open"}});
    Counter& utterances_patient = semantic_utterances.Add({{"kind", "patient"}});
    Family<Counter>& semantic_missed =
        counters("earshot_semantic_not_evaluated_total",
                 "Windows, and with `refused` and `late` utterances, that were not evaluated in full");
    Counter& missed_left_out = semantic_missed.Add({{"reason", "left_out"}});
    Counter& missed_refused = semantic_missed.Add({{"reason", "refused"}});
    Counter& missed_late = semantic_missed.Add({{"reason", "late"}});
    Counter& missed_preparing = semantic_missed.Add({{"reason", "preparing"}});
    Family<Counter>& semantic_fits = counters("earshot_semantic_fits_total", "Lists of trackers made ready, or not");
    Counter& fits_new = semantic_fits.Add({{"result", "fitted"}});
    Counter& fits_kept = semantic_fits.Add({{"result", "from_cache"}});
    Counter& fits_given_up = semantic_fits.Add({{"result", "given_up"}});
    Counter& fits_failed = semantic_fits.Add({{"result", "failed"}});
    Counter& encoder_seconds =
        counter("earshot_semantic_encoder_cpu_seconds_total", "Processor time of the threads that run the model");
    Family<Gauge>& semantic_waiting = prometheus::BuildGauge()
                                          .Name("earshot_semantic_waiting")
                                          .Help("What waits in the tier semantic")
                                          .Register(registry);
    Gauge& waiting_utterances = semantic_waiting.Add({{"for", "scorer"}});
    Gauge& waiting_windows = semantic_waiting.Add({{"for", "encoder"}});
    Gauge& waiting_lists = semantic_waiting.Add({{"for", "fitter"}});
    std::mutex semantic_mutex;
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
    advance(impl_->store_retries, static_cast<double>(state.retries));
}

void Metrics::recorder_seen(const archive::RecorderFigures& figures) {
    const std::lock_guard lock(impl_->recorder_mutex);
    advance(impl_->changes_written, static_cast<double>(figures.written));
    advance(impl_->changes_spooled, static_cast<double>(figures.spooled));
    advance(impl_->changes_replayed, static_cast<double>(figures.replayed));
    advance(impl_->changes_left_out, static_cast<double>(figures.left_out));
    advance(impl_->changes_lost, static_cast<double>(figures.lost));
    impl_->waiting_in_memory.Set(static_cast<double>(figures.waiting_bytes));
    impl_->waiting_in_spool.Set(static_cast<double>(figures.spool_bytes));
}

void Metrics::after_call_seen(const AfterCallFigures& figures) {
    const std::lock_guard lock(impl_->after_call_mutex);
    advance(impl_->jobs_completed, static_cast<double>(figures.jobs.completed));
    advance(impl_->jobs_failed, static_cast<double>(figures.jobs.failed));
    advance(impl_->jobs_retried, static_cast<double>(figures.jobs.retried));
    advance(impl_->jobs_lost, static_cast<double>(figures.jobs.lost));
    impl_->jobs_running.Set(static_cast<double>(figures.jobs.running));
    advance(impl_->webhooks_delivered, static_cast<double>(figures.webhooks.delivered));
    advance(impl_->webhooks_retried, static_cast<double>(figures.webhooks.retried));
    advance(impl_->webhooks_given_up, static_cast<double>(figures.webhooks.given_up));
    advance(impl_->webhooks_refused, static_cast<double>(figures.webhooks.refused));
    impl_->webhooks_waiting.Set(static_cast<double>(figures.webhooks.waiting));
    advance(impl_->conversations_deleted, static_cast<double>(figures.deleted_conversations));
}

void Metrics::semantic_seen(const SemanticFigures& figures) {
    const std::lock_guard lock(impl_->semantic_mutex);
    const auto& [scoring, fitting, cpu_seconds, windows_waiting, cache_hits] = figures;
    advance(impl_->windows_static, static_cast<double>(scoring.windows));
    advance(impl_->windows_asked, static_cast<double>(scoring.asked));
    advance(impl_->windows_encoded, static_cast<double>(scoring.encoded));
    advance(impl_->windows_cached, static_cast<double>(cache_hits));
    advance(impl_->utterances_ended, static_cast<double>(scoring.utterances));
    advance(impl_->utterances_open, static_cast<double>(scoring.open));
    advance(impl_->utterances_patient, static_cast<double>(scoring.patient));
    advance(impl_->missed_left_out, static_cast<double>(scoring.left_out));
    advance(impl_->missed_refused, static_cast<double>(scoring.refused));
    advance(impl_->missed_late, static_cast<double>(scoring.late));
    advance(impl_->missed_preparing, static_cast<double>(scoring.preparing));
    advance(impl_->fits_new, static_cast<double>(fitting.fitted));
    advance(impl_->fits_kept, static_cast<double>(fitting.from_cache));
    advance(impl_->fits_given_up, static_cast<double>(fitting.given_up));
    advance(impl_->fits_failed, static_cast<double>(fitting.failed));
    advance(impl_->encoder_seconds, cpu_seconds);
    impl_->waiting_utterances.Set(static_cast<double>(scoring.waiting));
    impl_->waiting_windows.Set(static_cast<double>(windows_waiting));
    impl_->waiting_lists.Set(static_cast<double>(fitting.waiting));
}

std::string Metrics::exposition() {
    const base::Duration longest(impl_->longest_turn_ticks.exchange(0, std::memory_order_relaxed));
    impl_->longest_turn.Set(base::to_seconds(longest));
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace earshot::app
