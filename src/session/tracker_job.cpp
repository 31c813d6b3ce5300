#include "earshot/session/tracker_job.hpp"

#include "brought_trackers.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace earshot::session {
namespace {

using base::Errc;
using base::Error;
using Kind = TrackerStep::Kind;

/// Whether it may be the id of a stored tracker; others need not be looked for.
bool may_be_stored(std::string_view id) {
    return !id.empty() && std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool refers_to_stored(const proto::GivenTrackers& given) {
    return !given.references.empty() ||
           std::any_of(given.definitions.begin(), given.definitions.end(),
                       [](const detect::TrackerDefinition& tracker) { return may_be_stored(tracker.id); });
}

bool refers_to_stored(const proto::TrackerChange& change) {
    return refers_to_stored(change.add) || (change.replace && refers_to_stored(*change.replace));
}

/// Steps [begin, end) of a job.
struct Group {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// The steps from `begin` on that can be compiled as one. Those after one that adds must not take anything away: what
/// it added would never be seen to compile.
Group group_from(const TrackerJob& job, std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < job.steps.size() && job.steps[end].kind == Kind::change && !job.steps[end].change.replace &&
           job.steps[end].change.remove.empty()) {
        ++end;
    }
    return {begin, end};
}

/// Takes the steps one after the other; one that fails changes nothing.
BroughtTrackers take_steps(const TrackerJob& job, Group group, const StoredTrackers* stored, TrackerJobResult& result) {
    BroughtTrackers brought(job, result, stored);
    for (std::size_t i = group.begin; i < group.end; ++i) {
        if (result.outcomes[i].error) continue;
        BroughtTrackers before = brought;
        if (auto applied = brought.apply(i)) {
            result.outcomes[i].ignored = brought.take_ignored();
        } else {
            result.outcomes[i].error = applied.error();
            brought = std::move(before);
        }
    }
    return brought;
}

/// Gives an error of compiling to the step whose message brought the tracker, with its place in that message. False if
/// no step can be named.
bool blame(const BroughtTrackers& brought, Error error, std::vector<StepOutcome>& outcomes) {
    const auto path = split_tracker_path(error.path);
    if (!path || path->tracker >= brought.size()) return false;
    const BroughtTrackers::Origin& origin = brought.origin(path->tracker);
    StepOutcome& outcome = outcomes[origin.step];
    if (outcome.error) return false;
    if (origin.pointer.empty()) {
        error.message = "stored tracker \"" + brought.tracker(path->tracker).name + "\": " + error.message;
        error.path.clear();
    } else {
        error.path = origin.pointer + path->rest;
    }
    outcome = {std::move(error), {}};
    return true;
}

/// Brings a group's steps into `result`. A step that brought what does not compile is left out, and the others are
/// tried again.
void work_out(const TrackerJob& job, Group group, const StoredTrackers* stored, const CompileList& compile,
              TrackerJobResult& result) {
    const auto has_failed = [&](std::size_t i) { return result.outcomes[i].error.has_value(); };
    while (true) {
        const BroughtTrackers brought = take_steps(job, group, stored, result);
        std::size_t failed = 0;
        for (std::size_t i = group.begin; i < group.end; ++i) failed += has_failed(i) ? 1 : 0;
        if (failed == group.end - group.begin) return;

        base::Result<std::shared_ptr<const detect::TrackerList>> list(result.list);
        detect::TrackerListDefinition definition{brought.definitions(), job.settings};
        if (brought.empty()) {
            list = nullptr;
        } else if (!result.list || result.list->definition() != definition) {
            list = compile(std::move(definition));
        }
        if (list) {
            result.stored = std::make_shared<const StoredShare>(brought.stored_share());
            result.list = std::move(list.value());
            return;
        }
        if (blame(brought, list.error(), result.outcomes)) continue;
        for (std::size_t i = group.begin; i < group.end; ++i) {
            if (!has_failed(i)) result.outcomes[i] = {list.error(), {}};
        }
    }
}

}  // namespace

bool TrackerJob::needs_stored() const {
    return std::any_of(steps.begin(), steps.end(), [](const TrackerStep& step) {
        return step.kind == Kind::follow || step.all_stored || refers_to_stored(step.change);
    });
}

TrackerJobResult TrackerJobResult::failed(const TrackerJob& job, const Error& error) {
    return {job.base, job.base_stored, std::vector<StepOutcome>(job.steps.size(), StepOutcome{error, {}})};
}

TrackerJobResult work_out(const TrackerJob& job, const StoredTrackers* stored, const CompileList& compile) {
    TrackerJobResult result{job.base, job.base_stored, std::vector<StepOutcome>(job.steps.size())};
    for (Group group = group_from(job, 0); group.begin < job.steps.size(); group = group_from(job, group.end)) {
        work_out(job, group, stored, compile, result);
    }
    return result;
}

}  // namespace earshot::session
