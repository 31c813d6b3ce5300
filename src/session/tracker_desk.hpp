#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/detect/active_lists.hpp"
#include "earshot/session/actions.hpp"
#include "earshot/session/limits.hpp"

#include "participant.hpp"
#include "talk.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace earshot::session {

/// The trackers of a conversation: what each publisher brings and changes, worked out elsewhere. Keeps the active
/// lists, tells the talk of their changes, and answers `modify_request`. Owned by the conversation, as is all that it
/// refers to.
class TrackerDesk {
public:
    struct Surroundings {
        const ConversationLimits& limits;
        const ScorerInfo& scorer;
        const std::string& conversation_id;
        detect::ActiveLists& lists;
        Talk& talk;
        std::vector<ConversationAction>& actions;
    };

    explicit TrackerDesk(const Surroundings& surroundings);

    /// The conversation's language, once it is known.
    void set_language(std::string language) { language_ = std::move(language); }

    /// Asks for what the participant's start message brings, which is taken out of it; the answer at once, if that is
    /// nothing. `former`: whose place it takes, perhaps itself; null: nobody's.
    std::optional<TrackerJobResult> bring(Participant& participant, const Participant* former);

    /// Why the answer to that cannot come into force for `participant`, which began with the message or gives its place
    /// to what did: what let the start fail, or conversation_busy.
    std::optional<base::Error> problem_of_start(const Participant& participant, const TrackerJobResult& result) const;

    /// Brings it into force; there is no problem.
    void finish_start(Participant& participant, TrackerJobResult result);

    /// A change of what a started participant brought. It is answered once, at once or by finish_change or give_up.
    void change(Participant& participant, proto::ModifyRequest request, base::Now now);

    /// The stored trackers are others now; the participant wants to have them as they are. Where they cannot come into
    /// force, they are tried again (on_time), or the participant is told why.
    void follow(Participant& participant);

    /// To be called at or after the participant's deadline.
    void on_time(Participant& participant, base::MonotonicTime now);

    /// Asks for what waits, if nothing is under way.
    void take_up_changes(Participant& participant);

    /// The answer to what `change` or `follow` asked for.
    void finish_change(Participant& participant, TrackerJobResult result, base::Now now);

    /// A list is ready for the tiers that a scorer hears: tells those who brought it.
    void prepared(Participant& participant, const detect::TrackerList& list, base::Now now);

    /// In which tiers what the participant brought can be heard.
    proto::TierStates tiers(const Participant& participant) const;

    /// Answers what is outstanding with an error: it is not waited for any longer.
    void give_up(Participant& participant, base::Now now);

    /// The participant is gone for good: what it brought stays, for whoever brings the same.
    void release(const Participant& participant);

    /// The number of the set in force.
    std::uint64_t version() const noexcept { return around_.lists.epoch(); }

    std::vector<proto::NamedTracker> active() const;

private:
    using List = std::shared_ptr<const detect::TrackerList>;

    TrackerJob job_on(const Participant* base, const Participant& participant) const;
    void ask(Participant& participant, TrackerJob job, std::vector<proto::ModifyRequest> requests);
    bool has_room(const Participant& participant, const List& list) const;
    void put(Participant& participant, TrackerJobResult& result);
    List current(const Participant& participant) const;
    std::optional<std::size_t> find_left(const List& list) const;
    void finish_following(Participant& participant, const StepOutcome& outcome, bool is_other, base::Now now);
    void tell_error(const Participant& participant, const proto::ModifyRequest& request, const base::Error& error,
                    base::Now now) const;
    void tell(const Participant& participant, std::string text) const;

    const Surroundings around_;
    const double share_;  // of a pause: the conversation's own
    std::string language_;
    std::uint64_t last_ticket_ = 0;
    std::vector<std::size_t> left_;  // slots of publishers who are gone
};

}  // namespace earshot::session
