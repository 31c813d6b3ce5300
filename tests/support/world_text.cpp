#include "tracker_json.hpp"
#include "world_trial.hpp"

#include <string>

namespace earshot::support {

std::string describe(const WorldTrial& trial) {
    constexpr const char* names[] = {"start", "speak", "modify",  "subscribe", "lose",
                                     "stop",  "hold",  "release", "go on",     "wait"};
    constexpr const char* resumes[] = {"", ", from the last seen", ", from the beginning"};
    std::string out = std::to_string(trial.publishers) + " publishers, then " + std::to_string(trial.subscribers) +
                      " subscribers" + (trial.has_observer ? ", an observer" : "") +
                      (trial.begins_with_a_failure ? ", first a wrong start" : "") +
                      (trial.compiles_to_the_end ? "" : ", what waits is never compiled");
    if (trial.replay_bytes) out += ", ring of " + std::to_string(*trial.replay_bytes);
    out += "\n";
    for (const WorldStep& step : trial.steps) {
        out += std::string(names[static_cast<std::size_t>(step.kind)]) + " " + std::to_string(step.client);
        switch (step.kind) {
            case WorldStep::Kind::start:
                out += " gap " + to_json(step.list.settings.phrase_gap_seconds) + " tiers " +
                       to_json(step.list.settings.tiers) + " " + to_json(step.list.trackers);
                [[fallthrough]];
            case WorldStep::Kind::subscribe:
                out += step.wishes.revisions ? ", revisions" : step.wishes.interim_results ? ", interims" : "";
                out += resumes[static_cast<std::size_t>(step.resume)];
                break;
            case WorldStep::Kind::speak:
                out += " " + to_json(step.chunk);
                break;
            case WorldStep::Kind::modify:
                if (step.change.replace) out += " replace " + to_json(*step.change.replace);
                out += " remove " + to_json(step.change.remove) + " add " + to_json(step.change.add);
                break;
            case WorldStep::Kind::release:
                out += " number " + std::to_string(step.number);
                break;
            case WorldStep::Kind::wait:
                out += " " + to_json(step.seconds);
                break;
            default:
                break;
        }
        out += "\n";
    }
    return out;
}

}  // namespace earshot::support
