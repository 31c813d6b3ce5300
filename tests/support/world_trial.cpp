#include "world_trial.hpp"

#include "world_run.hpp"

#include <utility>

namespace earshot::support {
namespace world {

std::string WorldRun::run() {
    try {
        begin();
        for (std::size_t i = 0; i < trial_.steps.size() && problem_.empty(); ++i) {
            step(trial_.steps[i]);
            if (!problem_.empty()) return "after step " + std::to_string(i) + ": " + problem_;
        }
        if (problem_.empty()) finish();
    } catch (const simdjson::simdjson_error& error) {
        fail(std::string("a frame lacks a member: ") + error.what());
    }
    return problem_.empty() ? "" : "at the end: " + problem_;
}

CoreOptions WorldRun::options(const WorldTrial& trial) {
    CoreOptions options;
    options.conversation.replay_bytes = trial.replay_bytes.value_or(std::size_t{1} << 24);
    return options;
}

}  // namespace world

std::string run_world_trial(const WorldTrial& trial, WorldSummary* summary) {
    world::WorldRun run(trial);
    std::string problem = run.run();
    if (summary != nullptr) {
        summary->hits += run.summary.hits;
        summary->interim_hits += run.summary.interim_hits;
        summary->changes += run.summary.changes;
        summary->refused_changes += run.summary.refused_changes;
        summary->resumptions += run.summary.resumptions;
        summary->gaps += run.summary.gaps;
    }
    return problem;
}

WorldTrial shrink(WorldTrial trial) {
    for (std::size_t i = trial.steps.size(); i-- > 0;) {
        WorldStep taken = std::move(trial.steps[i]);
        trial.steps.erase(trial.steps.begin() + static_cast<std::ptrdiff_t>(i));
        if (run_world_trial(trial).empty()) {
            trial.steps.insert(trial.steps.begin() + static_cast<std::ptrdiff_t>(i), std::move(taken));
        }
    }
    for (WorldStep& step : trial.steps) {
        for (auto* trackers : {&step.list.trackers, &step.change.add}) {
            for (std::size_t i = trackers->size(); i-- > 0;) {
                detect::TrackerDefinition taken = std::move((*trackers)[i]);
                trackers->erase(trackers->begin() + static_cast<std::ptrdiff_t>(i));
                if (run_world_trial(trial).empty())
                    trackers->insert(trackers->begin() + static_cast<std::ptrdiff_t>(i), std::move(taken));
            }
        }
    }
    return trial;
}

}  // namespace earshot::support
