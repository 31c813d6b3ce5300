#include "report_figures.hpp"

#include <algorithm>

namespace earshot::load {
namespace {

// A generator that is later than this spoils what it measures.
constexpr auto k_tolerable_lateness = std::chrono::milliseconds(5);

}  // namespace

double milliseconds(base::Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

double megabytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / 1e6;
}

std::array<NamedHistogram, 10> histograms(const LoadReport& report) {
    const Telemetry& telemetry = *report.telemetry;
    return {{{"heard", "hit heard", telemetry.heard},
             {"confirmed", "hit confirmed", telemetry.confirmed},
             {"verdicts", "hit by model", telemetry.verdicts},
             {"messages", "messages", telemetry.messages},
             {"starts", "start", telemetry.starts},
             {"delivered", "delivered", telemetry.delivered},
             {"deliveredToAll", "... to the last", telemetry.delivered_to_all},
             {"changed", "change answered", telemetry.changed},
             {"managementReads", "read answered", report.management.took},
             {"lateness", "generator late", telemetry.lateness}}};
}

bool generator_was_late(const LoadReport& report) {
    return report.telemetry->lateness.quantile(0.99) > k_tolerable_lateness;
}

std::size_t subscribers_of(const LoadReport& report) {
    return report.options.sessions * (report.options.subscribers + report.options.deaf_subscribers);
}

double server_cpu(const LoadReport& report) {
    return report.server_after->cpu_seconds - report.server_before->cpu_seconds;
}

double microseconds_an_event(const LoadReport& report, double cpu_seconds) {
    const Telemetry& t = *report.telemetry;
    return cpu_seconds / static_cast<double>(std::max<std::uint64_t>(t.events + t.deliveries, 1)) * 1e6;
}

double kilobytes_a_subscriber(const LoadReport& report) {
    const auto before = static_cast<double>(report.server_before->rss_bytes);
    const auto then = static_cast<double>(report.server_listening->rss_bytes);
    return std::max(then - before, 0.0) / 1e3 / static_cast<double>(subscribers_of(report));
}

bool knows_memory(const LoadReport& report) {
    return report.server_before && report.server_listening && report.options.subscribers > 0;
}

}  // namespace earshot::load
