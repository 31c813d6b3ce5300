#pragma once

#include "earshot/base/ids.hpp"
#include "earshot/base/time.hpp"
#include "earshot/jobs/worker.hpp"
#include "earshot/match/pattern_set.hpp"
#include "earshot/net/job_desk.hpp"
#include "earshot/net/scorer.hpp"
#include "earshot/proto/process_codec.hpp"
#include "earshot/store/conversation_store.hpp"
#include "earshot/store/tracker_store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace earshot::jobs {

/// What hearing goes by, as in live sessions.
struct HearingOptions {
    std::size_t trackers = 1000;  ///< of one request, stored ones among them
    std::size_t phrases = 50'000;
    match::PatternLimits patterns;
    std::size_t utterance_bytes = 16 * 1024;
    std::size_t speakers = 256;        ///< of a conversation
    std::size_t hits = 250'000;        ///< that one job may find: all of them are in memory until it ends
    double default_threshold = 0.5;    ///< of the scorer
    std::size_t open_questions = 256;  ///< to the scorer, of one job
    std::size_t remembered = 2000;     ///< messages of before in which a phrase may have begun
    base::Duration fitting = std::chrono::minutes(15);  ///< how long it waits for its trackers to be fitted
};

/// Told what of a job was not heard in full: by tier and reason, in windows.
using OnMissed = std::function<void(const store::JobRecord& job, const std::string& tier, const std::string& reason,
                                    std::uint64_t windows)>;

/// Does jobs of the kind net::k_text_job. Hears what was sent as text: the account's conversation and the messages of
/// the request (proto::KeptRequest) in, its members, messages and hits out. A conversation that holds messages already
/// goes on where they end.
class TextWorker final : public Worker {
public:
    using MakeIds = std::function<std::unique_ptr<base::IdSource>()>;

    /// Where trackers, conversations and verdicts come from. All outlive the worker.
    struct Sources {
        store::ConversationStore& conversations;
        store::TrackerStore& trackers;
        net::Scorer* scorer = nullptr;  ///< null: nothing is scored
    };

    /// `make_ids`, `on_missed`: any thread.
    TextWorker(const Sources& sources, proto::ProcessRules rules, HearingOptions hearing, MakeIds make_ids,
               OnMissed on_missed = {});
    ~TextWorker() override;

    base::Result<std::vector<detect::ConversationChange>> work(const store::ClaimedJob& job,
                                                               const Surroundings& surroundings) override;

private:
    class Hearing;

    const Sources sources_;
    const proto::ProcessRules rules_;
    const HearingOptions hearing_;
    const MakeIds make_ids_;
    const OnMissed on_missed_;
};

}  // namespace earshot::jobs
