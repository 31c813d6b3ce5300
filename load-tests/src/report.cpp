#include "report.hpp"

#include "report_figures.hpp"

#include <algorithm>
#include <cstdio>

namespace earshot::load {
namespace {

template <typename... Values>
std::string format(const char* pattern, Values... values) {
    char text[240];
    std::snprintf(text, sizeof text, pattern, values...);
    return text;
}

unsigned long long count(std::uint64_t value) {
    return value;
}

std::string histogram_line(const NamedHistogram& named) {
    const Histogram& h = named.histogram;
    if (h.count() == 0) return {};
    return format("  %-15s %9.2f %9.2f %9.2f %9.2f %9.2f  %10llu\n", named.title, milliseconds(h.quantile(0.5)),
                  milliseconds(h.quantile(0.9)), milliseconds(h.quantile(0.99)), milliseconds(h.quantile(0.999)),
                  milliseconds(h.max()), count(h.count()));
}

std::string head_line(const LoadReport& report) {
    const LoadOptions& options = report.options;
    const std::string pace = options.window > 0 ? format("%zu chunks of each unanswered", options.window)
                             : options.pace.chunks_per_second
                                 ? format("%g chunks/s each", *options.pace.chunks_per_second)
                                 : format("at %gx the calls' own pace", options.pace.speed);
    return format("%zu sessions, %s, %.0f s, interims %s; %zu calls, %zu trackers; took %.1f s\n", options.sessions,
                  pace.c_str(), base::to_seconds(options.pace.duration), options.pace.interims ? "on" : "off",
                  report.calls, report.trackers, report.seconds);
}

std::string hit_lines(const LoadReport& report) {
    const Agreement& a = report.agreement;
    const Telemetry& t = *report.telemetry;
    std::string text =
        format("hits        %llu expected: %llu right, %llu lost, %llu doubled, %llu wrong, %llu out of order\n",
               count(report.expected_hits), count(a.right), count(a.lost), count(a.doubled), count(a.wrong),
               count(a.out_of_order));
    text += format("utterances  %llu right, %llu lost, %llu wrong\n", count(a.right_utterances),
                   count(a.lost_utterances), count(a.wrong_utterances));
    if (report.options.pace.interims) {
        text += format(
            "early       %llu of %llu told to the sessions that were done; %llu not foretold, %llu never settled\n",
            count(report.told_early), count(report.expected_early), count(t.early_strange), count(t.dangling));
    }
    if (t.not_foretold > 0) text += format("by model    %llu hits, counted but not compared\n", count(t.not_foretold));
    return text;
}

std::string audience_lines(const LoadReport& report) {
    if (subscribers_of(report) == 0) return {};
    const AudienceCounts& a = report.audience;
    const Telemetry& t = *report.telemetry;
    std::string text =
        format("subscribers %llu told all, %llu told something else, %llu lost, %llu without a whole session\n",
               count(a.told_all), count(a.told_less), count(a.lost), count(a.left_alone));
    text += format(
        "delivered   %llu events (%.0f/s), %.1f MB; captions: %llu spared to who was behind, %llu lost, %llu strange\n",
        count(t.deliveries), static_cast<double>(t.deliveries) / std::max(report.seconds, 0.001),
        megabytes(t.bytes_delivered), count(t.captions_spared), count(t.captions_lost), count(t.captions_strange));
    if (report.options.deaf_subscribers > 0) {
        text += format("deaf        %zu subscribers, %llu connections, %llu ended by the server\n",
                       report.options.sessions * report.options.deaf_subscribers, count(t.deaf_subscriptions),
                       count(t.deaf_ended));
    }
    if (report.server_before && report.server_after) {
        text += format("an event    %.1f us of the server's CPU time, %.1f us of the generator's\n",
                       microseconds_an_event(report, server_cpu(report)),
                       microseconds_an_event(report, report.own_cpu_seconds));
    }
    if (knows_memory(report)) {
        text += format("a subscriber  %.1f KB of the server's memory\n", kilobytes_a_subscriber(report));
    }
    return text;
}

std::string change_line(const LoadReport& report) {
    const Telemetry& t = *report.telemetry;
    if (t.changes_sent == 0) return {};
    return format("changes     %llu of trackers: %llu made, %llu refused, %llu unanswered, %llu answers too many\n",
                  count(t.changes_sent), count(t.changes_made), count(t.changes_refused), count(t.changes_unanswered),
                  count(t.changes_strange));
}

std::string server_line(const LoadReport& report) {
    if (!report.server_before || !report.server_after) return {};
    const double cpu = server_cpu(report);
    const double chunks = static_cast<double>(std::max<std::uint64_t>(report.telemetry->chunks_sent, 1));
    return format("server      %.2f CPU seconds (%.2f cores, %.0f us a chunk), RSS %.1f MB, at most %.1f MB\n", cpu,
                  cpu / std::max(report.seconds, 0.001), cpu / chunks * 1e6, megabytes(report.server_after->rss_bytes),
                  megabytes(report.server_after->peak_rss_bytes));
}

std::string pest_lines(const LoadReport& report) {
    const PestCounts& p = report.pests;
    std::string text;
    if (report.options.deaf > 0) {
        text += format("deaf        %zu clients, %llu connections, %llu ended by the server, %.1f MB said\n",
                       report.options.deaf, count(p.deaf_connections), count(p.deaf_dropped), megabytes(p.deaf_bytes));
    }
    if (report.options.garbage > 0) {
        text += format("garbage     %zu clients, %llu connections, %llu over in time, %llu held open, %llu refused\n",
                       report.options.garbage, count(p.garbage_connections), count(p.garbage_ended),
                       count(p.garbage_held), count(p.garbage_refused));
    }
    return text;
}

std::string management_line(const LoadReport& report) {
    if (report.options.management_reads == 0) return {};
    const ManagementCounts& m = report.management;
    std::string text = format(
        "management  %llu of %zu reads answered (%.0f/s), %llu failed; %llu connections, %.1f MB; %.2f CPU seconds\n",
        count(m.answered), report.options.management_reads,
        static_cast<double>(m.answered) / std::max(m.seconds, 0.001), count(m.failed), count(m.connections),
        megabytes(m.bytes), m.cpu_seconds);
    for (const auto& [remark, times] : m.remarks) {
        text += format("remark on reads (%llu times): ", count(times)) + remark + "\n";
    }
    return text;
}

std::string drain_line(const LoadReport& report) {
    if (report.outcomes.drained == 0) return {};
    return format(
        "drained     %llu of %llu sessions were told all that was due; the oldest chunk not taken was sent %.1f ms "
        "before the end\n",
        count(report.drained_in_full), count(report.outcomes.drained), milliseconds(report.oldest_untaken));
}

}  // namespace

std::string report_text(const LoadReport& report) {
    const Telemetry& t = *report.telemetry;
    const OutcomeCounts& o = report.outcomes;
    const double seconds = std::max(report.seconds, 0.001);
    std::string text = head_line(report);
    text += format("sessions    %llu done, %llu ended by the server, %llu refused, %llu broken, %llu unfinished\n",
                   count(o.done), count(o.drained), count(o.refused), count(o.broken), count(o.unfinished));
    text += format("sent        %llu chunks (%.0f/s), %.1f MB; received %llu events, %.1f MB; %llu errors told\n",
                   count(t.chunks_sent), static_cast<double>(t.chunks_sent) / seconds, megabytes(t.bytes_sent),
                   count(t.events), megabytes(t.bytes_received), count(t.errors));
    text += hit_lines(report) + drain_line(report) + change_line(report) + audience_lines(report) + pest_lines(report) +
            management_line(report) + server_line(report);
    text +=
        format("generator   %.2f CPU seconds (%.2f cores)\n", report.own_cpu_seconds, report.own_cpu_seconds / seconds);
    text += format("  %-15s %9s %9s %9s %9s %9s  %10s\n", "ms", "p50", "p90", "p99", "p99.9", "max", "count");
    for (const NamedHistogram& named : histograms(report)) text += histogram_line(named);
    if (generator_was_late(report)) {
        text +=
            "The generator itself was late; the latencies above hold its delay. Use fewer sessions or more cores.\n";
    }
    for (const auto& [remark, times] : t.remarks) {
        text += format("remark (%llu times): ", count(times)) + remark + "\n";
    }
    return text;
}

}  // namespace earshot::load
