#include "plan.hpp"

#include "earshot/app/tracker_file.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace earshot::load {
namespace {

using base::Error;
using base::Result;

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

}  // namespace

Result<LoadPlan> make_plan(const LoadOptions& options) {
    auto url = app::parse_ws_url(options.url);
    if (!url) return url.error();
    if (!options.allow_remote && !is_loopback(url->host)) {
        return bad_option("\"" + url->host +
                          "\" is not this machine: load is only put on other machines with --allow-remote");
    }
    if (url->tls && options.deaf + options.garbage > 0) {
        return bad_option("clients that read nothing or send garbage speak no TLS");
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

}  // namespace earshot::load
