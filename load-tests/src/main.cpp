#include "generator.hpp"
#include "report.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>

namespace {

using earshot::load::LoadOptions;

/// What the command line says where it differs from LoadOptions in form.
struct RawOptions {
    double duration = 60;
    std::vector<std::string> tiers;
    bool json = false;
};

void declare(CLI::App& program, LoadOptions& options, RawOptions& raw) {
    program.add_option("--url", options.url, "ws://host:port of the server, or wss://…")->capture_default_str();
    program.add_option("--token", options.access_token, "access token");
    program.add_option("--call", options.call_files, "call file, or file of conversations; may be repeated")
        ->required();
    program.add_option("--trackers", options.trackers_file, "tracker file, brought by every session")->required();
    program.add_option("--sessions", options.sessions, "conversations at a time")
        ->capture_default_str()
        ->check(CLI::Range(1, 60'000));
    program.add_option("--duration", raw.duration, "seconds that each session speaks")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 86'400.0));
    auto* rate = program.add_option("--chunks-per-second", options.pace.chunks_per_second,
                                    "pace of each session (default: the calls' own)");
    rate->check(CLI::Range(0.01, 10'000.0));
    program.add_option("--speed", options.pace.speed, "how much faster than their own pace the calls are played")
        ->check(CLI::Range(0.01, 10'000.0))
        ->excludes(rate);
    program
        .add_option("--ramp", options.ramp_seconds,
                    "seconds over which the sessions start (default: 200 sessions a second)")
        ->check(CLI::Range(0.0, 3'600.0));
    program.add_option("--patience", options.patience_seconds, "seconds for the answer to a stop")
        ->capture_default_str()
        ->check(CLI::Range(1.0, 600.0));
    program.add_flag("--interims", options.pace.interims, "send hypotheses, follow hits from their first hearing");
    program.add_option("--tiers", raw.tiers, "tiers to ask for (default: exact,pattern,inflected)")->delimiter(',');
    program.add_option("--language", options.language, "BCP 47 code of the calls")->capture_default_str();
    program.add_option("--subscribers", options.subscribers, "subscribers of each session")
        ->check(CLI::Range(0, 60'000));
    program.add_option("--deaf-subscribers", options.deaf_subscribers, "subscribers of each session that never read")
        ->check(CLI::Range(0, 1'000));
    program
        .add_option("--tracker-changes-per-minute", options.tracker_changes_per_minute,
                    "changes of trackers, of all sessions together")
        ->check(CLI::Range(0.0, 1e6));
    program.add_option("--read-nothing", options.deaf, "clients beside them that talk and never read")
        ->check(CLI::Range(0, 1'000));
    program.add_option("--garbage", options.garbage, "clients beside them that send what no client should")
        ->check(CLI::Range(0, 1'000));
    program.add_option("--pid", options.server_pid, "the server's process: its CPU time and memory are reported");
    auto* window = program.add_option(
        "--window", options.window, "chunks of a session that may be unanswered: each is sent as soon as that allows");
    window->check(CLI::Range(1, 1'000'000))->excludes("--tracker-changes-per-minute");
    program
        .add_option("--management-reads", options.management_reads,
                    "reads of stored trackers over HTTP, from when all sessions speak")
        ->check(CLI::Range(0, 1'000'000'000));
    program.add_option("--management-connections", options.management_connections, "kept alive, for these reads")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000));
    program
        .add_option("--management-reads-per-second", options.management_reads_per_second,
                    "pace of these reads (default: as fast as they are answered)")
        ->check(CLI::Range(0.01, 1e6));
    program.add_flag("--insecure", options.insecure, "over TLS, take any certificate");
    program.add_flag("--allow-remote", options.allow_remote, "put load on another machine");
    program.add_flag("--json", raw.json, "print the figures as JSON");
}

/// Throws CLI::ParseError.
void apply(const RawOptions& raw, LoadOptions& options) {
    options.pace.duration = earshot::base::from_seconds(raw.duration);
    if (raw.tiers.empty()) return;
    options.tiers.emplace();
    for (const std::string& name : raw.tiers) {
        const auto tier = earshot::detect::find_tier(name);
        if (!tier) throw CLI::ValidationError("--tiers", "\"" + name + "\" is no tier");
        options.tiers->insert(*tier);
    }
}

}  // namespace

/// Exit code: 0 every session was told exactly what was due, 1 something was not, 2 wrong usage.
int main(int count, char** arguments) {
    CLI::App program("Puts load on an Earshot server and checks every answer");
    LoadOptions options;
    RawOptions raw;
    try {
        declare(program, options, raw);
        program.parse(count, arguments);
        apply(raw, options);
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? 0 : 2;
    }
    try {
        const auto report = earshot::load::run_load(options);
        if (!report) {
            std::cerr << report.error().message << '\n';
            return 2;
        }
        std::cout << (raw.json ? report_json(*report) + "\n" : report_text(*report)) << std::flush;
        return report->is_clean() ? 0 : 1;
    } catch (const std::exception& problem) {
        std::cerr << "earshot-load: " << problem.what() << '\n';
        return 1;
    }
}
