#include "report.hpp"
#include "report_figures.hpp"

#include <boost/json.hpp>

#include <utility>

namespace earshot::load {
namespace {

namespace json = boost::json;

json::object histogram_object(const Histogram& h) {
    return {{"count", h.count()},
            {"p50", milliseconds(h.quantile(0.5))},
            {"p90", milliseconds(h.quantile(0.9))},
            {"p99", milliseconds(h.quantile(0.99))},
            {"p999", milliseconds(h.quantile(0.999))},
            {"max", milliseconds(h.max())}};
}

json::object management_object(const LoadReport& report) {
    const ManagementCounts& m = report.management;
    json::array remarks;
    for (const auto& [remark, times] : m.remarks) remarks.push_back({{"remark", remark}, {"times", times}});
    return {{"wanted", report.options.management_reads},
            {"answered", m.answered},
            {"failed", m.failed},
            {"connections", m.connections},
            {"bytes", m.bytes},
            {"seconds", m.seconds},
            {"cpuSeconds", m.cpu_seconds},
            {"remarks", std::move(remarks)}};
}

}  // namespace

std::string report_json(const LoadReport& report) {
    const Telemetry& t = *report.telemetry;
    const OutcomeCounts& o = report.outcomes;
    const Agreement& a = report.agreement;
    const LoadOptions& options = report.options;
    json::object root;
    root["clean"] = report.is_clean();
    root["options"] = {{"sessions", options.sessions},
                       {"durationSeconds", base::to_seconds(options.pace.duration)},
                       {"interims", options.pace.interims},
                       {"speed", options.pace.speed},
                       {"window", options.window}};
    if (options.pace.chunks_per_second)
        root["options"].as_object()["chunksPerSecond"] = *options.pace.chunks_per_second;
    root["calls"] = report.calls;
    root["trackers"] = report.trackers;
    root["seconds"] = report.seconds;
    root["sessions"] = {{"done", o.done},
                        {"drained", o.drained},
                        {"drainedInFull", report.drained_in_full},
                        {"refused", o.refused},
                        {"broken", o.broken},
                        {"unfinished", o.unfinished},
                        {"oldestUntakenMs", milliseconds(report.oldest_untaken)}};
    root["traffic"] = {{"chunksSent", t.chunks_sent},
                       {"bytesSent", t.bytes_sent},
                       {"events", t.events},
                       {"bytesReceived", t.bytes_received},
                       {"errors", t.errors}};
    root["hits"] = {{"expected", report.expected_hits},
                    {"right", a.right},
                    {"lost", a.lost},
                    {"doubled", a.doubled},
                    {"wrong", a.wrong},
                    {"outOfOrder", a.out_of_order},
                    {"notForetold", t.not_foretold}};
    root["utterances"] = {{"right", a.right_utterances}, {"lost", a.lost_utterances}, {"wrong", a.wrong_utterances}};
    root["early"] = {{"expected", report.expected_early},
                     {"told", report.told_early},
                     {"notForetold", t.early_strange},
                     {"neverSettled", t.dangling}};
    json::object latencies;
    for (const NamedHistogram& named : histograms(report)) latencies[named.name] = histogram_object(named.histogram);
    root["milliseconds"] = std::move(latencies);
    root["generator"] = {{"cpuSeconds", report.own_cpu_seconds}, {"late", generator_was_late(report)}};
    if (report.server_before && report.server_after) {
        root["server"] = {{"cpuSeconds", server_cpu(report)},
                          {"rssBytes", report.server_after->rss_bytes},
                          {"peakRssBytes", report.server_after->peak_rss_bytes}};
    }
    const AudienceCounts& heard = report.audience;
    root["subscribers"] = {{"all", options.sessions * options.subscribers},
                           {"toldAll", heard.told_all},
                           {"toldLess", heard.told_less},
                           {"lost", heard.lost},
                           {"leftAlone", heard.left_alone},
                           {"incompleteChunks", heard.incomplete},
                           {"deliveries", t.deliveries},
                           {"bytes", t.bytes_delivered},
                           {"captionsSpared", t.captions_spared},
                           {"captionsLost", t.captions_lost},
                           {"captionsStrange", t.captions_strange},
                           {"deaf", options.sessions * options.deaf_subscribers},
                           {"deafConnections", t.deaf_subscriptions},
                           {"deafEnded", t.deaf_ended}};
    if (report.server_before && report.server_after) {
        root["microsecondsAnEvent"] = {{"server", microseconds_an_event(report, server_cpu(report))},
                                       {"generator", microseconds_an_event(report, report.own_cpu_seconds)}};
    }
    if (knows_memory(report)) root["subscribers"].as_object()["serverKilobytes"] = kilobytes_a_subscriber(report);
    root["changes"] = {{"sent", t.changes_sent},
                       {"made", t.changes_made},
                       {"refused", t.changes_refused},
                       {"unanswered", t.changes_unanswered},
                       {"strange", t.changes_strange}};
    const PestCounts& p = report.pests;
    root["deaf"] = {{"clients", options.deaf},
                    {"connections", p.deaf_connections},
                    {"ended", p.deaf_dropped},
                    {"bytes", p.deaf_bytes}};
    root["garbage"] = {{"clients", options.garbage},
                       {"connections", p.garbage_connections},
                       {"ended", p.garbage_ended},
                       {"held", p.garbage_held},
                       {"refused", p.garbage_refused}};
    root["management"] = management_object(report);
    json::array remarks;
    for (const auto& [remark, times] : t.remarks) remarks.push_back({{"remark", remark}, {"times", times}});
    root["remarks"] = std::move(remarks);
    return json::serialize(root);
}

}  // namespace earshot::load
