#pragma once

#include "earshot/app/after_call.hpp"
#include "earshot/app/semantic_tier.hpp"
#include "earshot/archive/recorder.hpp"
#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/net/server_hooks.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace earshot::app {

/// How the store's database is.
struct StoreState {
    std::size_t waiting = 0;
    bool is_reachable = true;
    std::uint64_t retries = 0;  ///< since it was opened
};

/// The numbers of a running server, in the text format of Prometheus. All exist from the start, at zero,
/// but those of routes that nobody has asked for. Any thread may call anything at any time.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    void session_opened();                     ///< earshot_sessions, earshot_sessions_total
    void session_closed(net::SessionEnd end);  ///< earshot_sessions, earshot_sessions_ended_total{end}
    void session_refused(base::Errc code);     ///< earshot_refused_total{code}

    /// What an I/O thread gathered: earshot_chunks_total, earshot_utterances_total, earshot_hits_total{tier},
    /// earshot_interim_dropped_total, earshot_limit_hits_total, earshot_errors_total, earshot_slow_clients_total,
    /// earshot_longest_turn_seconds.
    void add(const net::Traffic& traffic);

    void list_compiled(base::Duration took);  ///< earshot_compile_seconds

    /// earshot_http_requests_total{route,status}, earshot_http_request_seconds{route}: `route` is the name of the
    /// route, never what a client asked for, which would make a new series for each path. `took`: none, if it is not
    /// to be in the latter.
    void http_answered(std::string_view route, unsigned status, std::optional<base::Duration> took);

    /// What the expositions from now on show: earshot_store_waiting, earshot_store_reachable (1 until the first call),
    /// earshot_store_retries_total.
    void store_seen(const StoreState& state);

    /// What the expositions from now on show of conversations that are written behind:
    /// earshot_conversation_changes_total{way}, earshot_conversation_waiting_bytes{where}.
    void recorder_seen(const archive::RecorderFigures& figures);

    /// What the expositions from now on show of jobs, webhooks and retention: earshot_jobs_total{result},
    /// earshot_jobs_running, earshot_webhooks_total{result}, earshot_webhooks_waiting,
    /// earshot_conversations_deleted_total.
    void after_call_seen(const AfterCallFigures& figures);

    /// What the expositions from now on show of the tier `semantic`: earshot_semantic_windows_total{stage},
    /// earshot_semantic_utterances_total{kind}, earshot_semantic_not_evaluated_total{reason},
    /// earshot_semantic_fits_total{result}, earshot_semantic_encoder_cpu_seconds_total, and what waits:
    /// earshot_semantic_waiting{for}.
    void semantic_seen(const SemanticFigures& figures);

    /// The whole as text, for /metrics. earshot_longest_turn_seconds is the longest since the exposition before.
    std::string exposition();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::app
