#include "earshot/app/metrics.hpp"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

namespace earshot::app {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

/// A line of the exposition.
auto has_line(const std::string& line) {
    return HasSubstr("\n" + line + "\n");
}

TEST(MetricsTest, everything_is_there_from_the_start) {
    Metrics metrics;

    const std::string text = metrics.exposition();

    for (const char* name : {"sessions", "sessions_total", "chunks_total", "utterances_total", "interim_dropped_total",
                             "limit_hits_total", "errors_total", "slow_clients_total", "compile_seconds_count",
                             "longest_turn_seconds", "store_waiting", "store_retries_total"}) {
        EXPECT_THAT(text, has_line("earshot_" + std::string(name) + " 0"));
    }
    EXPECT_THAT(text, has_line("earshot_store_reachable 1"));
    for (const detect::Tier tier : detect::k_all_tiers) {
        EXPECT_THAT(text, has_line("earshot_hits_total{tier=\"" + std::string(detect::tier_name(tier)) + "\"} 0"));
    }
    for (const base::Errc code : base::all_error_codes()) {
        EXPECT_THAT(text, has_line("earshot_refused_total{code=\"" + std::string(base::code_word(code)) + "\"} 0"));
    }
}

TEST(MetricsTest, sessions_go_up_and_down_and_their_totals_only_up) {
    Metrics metrics;

    metrics.session_opened();
    metrics.session_opened();
    metrics.session_closed(net::SessionEnd::cut);

    const std::string text = metrics.exposition();
    EXPECT_THAT(text, has_line("earshot_sessions 1"));
    EXPECT_THAT(text, has_line("earshot_sessions_total 2"));
    EXPECT_THAT(text, has_line("earshot_sessions_ended_total{end=\"cut\"} 1"));
    EXPECT_THAT(text, has_line("earshot_sessions_ended_total{end=\"completed\"} 0"));
}

TEST(MetricsTest, adds_up_the_traffic_of_all_threads) {
    Metrics metrics;
    net::Traffic traffic;
    traffic.chunks = 7;
    traffic.utterances = 3;
    traffic.confirmed_hits[detect::Tier::exact] = 2;
    traffic.interim_dropped = 5;
    traffic.limit_hits = 1;
    traffic.errors = 4;
    traffic.slow_clients = 1;

    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int k = 0; k < 100; ++k) metrics.add(traffic);
        });
    }
    threads.clear();

    const std::string text = metrics.exposition();
    EXPECT_THAT(text, has_line("earshot_chunks_total 2800"));
    EXPECT_THAT(text, has_line("earshot_utterances_total 1200"));
    EXPECT_THAT(text, has_line("earshot_hits_total{tier=\"exact\"} 800"));
    EXPECT_THAT(text, has_line("earshot_interim_dropped_total 2000"));
    EXPECT_THAT(text, has_line("earshot_limit_hits_total 400"));
    EXPECT_THAT(text, has_line("earshot_errors_total 1600"));
    EXPECT_THAT(text, has_line("earshot_slow_clients_total 400"));
}

TEST(MetricsTest, the_longest_turn_is_that_since_the_exposition_before) {
    Metrics metrics;
    net::Traffic traffic;
    for (const auto turn : {2ms, 500ms, 3ms}) {
        traffic.longest_turn = turn;
        metrics.add(traffic);
    }

    EXPECT_THAT(metrics.exposition(), has_line("earshot_longest_turn_seconds 0.5"));
    EXPECT_THAT(metrics.exposition(), has_line("earshot_longest_turn_seconds 0"));
}

TEST(MetricsTest, requests_are_told_apart_by_route_and_status) {
    Metrics metrics;

    metrics.http_answered("healthz", 200, 2ms);
    metrics.http_answered("healthz", 200, 3ms);
    metrics.http_answered("none", 404, 3s);
    metrics.http_answered("streaming", 101, std::nullopt);

    const std::string text = metrics.exposition();
    EXPECT_THAT(text, has_line("earshot_http_requests_total{route=\"healthz\",status=\"200\"} 2"));
    EXPECT_THAT(text, has_line("earshot_http_requests_total{route=\"none\",status=\"404\"} 1"));
    EXPECT_THAT(text, has_line("earshot_http_requests_total{route=\"streaming\",status=\"101\"} 1"));
    EXPECT_THAT(text, has_line("earshot_http_request_seconds_count{route=\"healthz\"} 2"));
    EXPECT_THAT(text, has_line("earshot_http_request_seconds_bucket{route=\"healthz\",le=\"0.0025\"} 1"));
    EXPECT_THAT(text, has_line("earshot_http_request_seconds_bucket{route=\"none\",le=\"2.5\"} 0"));
    EXPECT_THAT(text, Not(HasSubstr("seconds_count{route=\"streaming\"}")));
}

TEST(MetricsTest, the_store_is_shown_as_it_was_last_seen) {
    Metrics metrics;

    metrics.store_seen({.waiting = 7, .is_reachable = false, .retries = 3});
    std::string text = metrics.exposition();
    EXPECT_THAT(text, has_line("earshot_store_waiting 7"));
    EXPECT_THAT(text, has_line("earshot_store_reachable 0"));
    EXPECT_THAT(text, has_line("earshot_store_retries_total 3"));

    metrics.store_seen({.waiting = 0, .is_reachable = true, .retries = 5});
    metrics.store_seen({.waiting = 0, .is_reachable = true, .retries = 4});  // read before the former by another thread
    text = metrics.exposition();
    EXPECT_THAT(text, has_line("earshot_store_waiting 0"));
    EXPECT_THAT(text, has_line("earshot_store_reachable 1"));
    EXPECT_THAT(text, has_line("earshot_store_retries_total 5"));
}

TEST(MetricsTest, refusals_and_compilations_are_counted) {
    Metrics metrics;

    metrics.session_refused(base::Errc::draining);
    metrics.list_compiled(20ms);

    const std::string text = metrics.exposition();
    EXPECT_THAT(text, has_line("earshot_refused_total{code=\"draining\"} 1"));
    EXPECT_THAT(text, has_line("earshot_compile_seconds_count 1"));
    EXPECT_THAT(text, has_line("earshot_compile_seconds_bucket{le=\"0.05\"} 1"));
}

}  // namespace
}  // namespace earshot::app
