#pragma once

#include "earshot/base/ids.hpp"
#include "earshot/jobs/worker.hpp"
#include "earshot/match/pattern_set.hpp"
#include "earshot/net/scorer.hpp"
#include "earshot/proto/process_codec.hpp"
#include "earshot/store/conversation_store.hpp"
#include "earshot/store/tracker_store.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace earshot::jobs {

/// The kind of jobs that a TextWorker does.
inline constexpr const char* k_text_kind = "text";

/// What hearing goes by, as in live sessions.
struct HearingOptions {
    std::size_t trackers = 1000;  ///< of one request, stored ones among them
    std::size_t phrases = 50'000;
    match::PatternLimits patterns;
    std::size_t utterance_bytes = 16 * 1024;
    double default_threshold = 0.5;    ///< of the scorer
    std::size_t open_questions = 256;  ///< to the scorer, of one job
};

/// Hears what was sent as text: the account's conversation and the messages of the request (proto::KeptRequest) in, its
/// members, messages and hits out. A conversation that holds messages already goes on where they end.
class TextWorker final : public Worker {
public:
    using MakeIds = std::function<std::unique_ptr<base::IdSource>()>;

    /// Where trackers, conversations and verdicts come from. All outlive the worker.
    struct Sources {
        store::ConversationStore& conversations;
        store::TrackerStore& trackers;
        net::Scorer* scorer = nullptr;  ///< null: nothing is scored
    };

    /// `make_ids`: any thread.
    TextWorker(const Sources& sources, proto::ProcessRules rules, HearingOptions hearing, MakeIds make_ids);
    ~TextWorker() override;

    base::Result<std::vector<detect::ConversationChange>> work(const store::ClaimedJob& job,
                                                               const Surroundings& surroundings) override;

private:
    class Hearing;

    const Sources sources_;
    const proto::ProcessRules rules_;
    const HearingOptions hearing_;
    const MakeIds make_ids_;
};

}  // namespace earshot::jobs
