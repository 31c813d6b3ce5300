#pragma once

#include "earshot/base/ids.hpp"
#include "earshot/base/time.hpp"
#include "earshot/detect/active_lists.hpp"
#include "earshot/detect/language_tools.hpp"
#include "earshot/session/conversation_machine.hpp"

#include "announcer.hpp"
#include "chronicle.hpp"
#include "roster.hpp"
#include "speaker_state.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace earshot::session {

/// What is said in a conversation: its speakers, their open utterances and when those end, and the verdicts that are
/// outstanding. Owned by the conversation, as is all that it refers to.
class Talk {
public:
    struct Surroundings {
        const ConversationLimits& limits;
        const ScorerInfo& scorer;
        detect::LanguageTools& tools;
        base::IdSource& ids;
        const detect::ActiveLists& lists;
        const Roster& roster;
        Announcer& announcer;
        Chronicle& chronicle;
        std::vector<ConversationAction>& actions;
    };

    explicit Talk(const Surroundings& surroundings) : around_(surroundings) {}

    /// The conversation's language, once it is known.
    void set_language(std::string language) { language_ = std::move(language); }

    /// A chunk of a publisher. Errors: too_many (speakers, or open utterances of one); then nothing of it was taken.
    /// `age_ms`: of the conversation, for captions.
    base::Result<void> speak(const Participant& participant, const proto::TranscriptChunk& chunk, std::int64_t age_ms,
                             base::Now now);

    /// Ends what the publisher's last chunks left open, with its hypotheses as they stand.
    void end_utterances_of(const Participant& participant, base::Now now);

    /// Until its slot's list is ready for the tiers that take time, its trackers are heard there by `list`, which was
    /// in its place and was ready, as far as it has them. Null: the slot's own is ready, or none was.
    void stand_in(std::size_t slot, std::shared_ptr<const detect::TrackerList> list);
    const std::shared_ptr<const detect::TrackerList>& stand_in(std::size_t slot) const;

    /// A slot of the lists has changed.
    void follow(const detect::ListChange& change);

    /// Works out what is open, where nobody wanted to know before; then what is open, by speaker.
    std::vector<proto::OpenHits> open_hits();

    void scored(std::uint64_t ticket, detect::Opinion opinion);
    bool has_pending(const Participant& participant) const noexcept;

    void on_time(base::Now now);
    std::optional<base::MonotonicTime> deadline() const noexcept;

    /// What was not evaluated so far.
    std::vector<proto::NotEvaluated> not_evaluated() const;

    std::size_t memory_bytes() const noexcept;

private:
    SpeakerState* speaker_of(const Participant& participant, const proto::TranscriptChunk& chunk);
    static OpenUtterance* open_utterance(SpeakerState& speaker, const Participant& participant, const std::string& id,
                                         std::size_t limit, base::Now now);
    void hear(SpeakerState& speaker, const Participant& participant, const proto::TranscriptChunk& chunk,
              std::int64_t age_ms, base::Now now);
    void cut_long(SpeakerState& speaker, OpenUtterance& utterance, bool ends, base::Now now);
    void end_utterance(SpeakerState& speaker, const std::string& id, base::Now now);
    void end_as_it_stands(SpeakerState& speaker, const OpenUtterance& utterance, base::Now now);
    void end_silent(SpeakerState& speaker, base::Now now);
    std::optional<base::MonotonicTime> silence_due(const SpeakerState& speaker,
                                                   const OpenUtterance& utterance) const noexcept;
    std::vector<detect::HitChange>* listening_changes();
    void announce_end(SpeakerState& speaker, std::uint64_t participant, const detect::EndedUtterance& ended,
                      base::Now now);
    void ask_for_verdict(SpeakerState& speaker, std::uint64_t participant, std::uint64_t utterance, base::Now now);
    void settle_verdicts(SpeakerState& speaker);
    std::vector<std::shared_ptr<const detect::TrackerList>> lists_to_score(detect::TierSet& asked) const;
    void move_to_present_lists(const std::vector<std::shared_ptr<const detect::TrackerList>>& lists,
                               std::vector<detect::Verdict>& verdicts) const;
    void ask_about_open(const SpeakerState& speaker, OpenUtterance& utterance);
    void assume(SpeakerState& speaker, OpenUtterance& utterance, detect::Opinion opinion);
    void count_missed(const detect::NotEvaluated& missed);

    const Surroundings around_;
    std::string language_;
    std::vector<std::unique_ptr<SpeakerState>> speakers_;
    std::uint64_t last_ticket_ = 0;
    std::vector<std::shared_ptr<const detect::TrackerList>> stand_ins_;           // by slot; may be shorter
    std::map<std::pair<std::string, std::string>, std::uint64_t> not_evaluated_;  // by tier and reason
    std::vector<detect::HitChange> changes_;                                      // scratch of one chunk
    std::vector<detect::TimedWord> words_;                                        // scratch of one chunk
};

}  // namespace earshot::session
