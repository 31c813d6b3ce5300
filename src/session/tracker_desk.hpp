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
#include <memory>
#include <string>
#include <vector>

namespace earshot::session {

/// The trackers of a conversation: what each publisher brings, has compiled and changes. Keeps the active lists, tells
/// the talk of their changes, and answers `modify_request`. Owned by the conversation, as is all that it refers to.
class TrackerDesk {
public:
    using CompiledList = base::Result<std::shared_ptr<const detect::TrackerList>>;

    struct Surroundings {
        const ConversationLimits& limits;
        detect::ActiveLists& lists;
        Talk& talk;
        std::vector<ConversationAction>& actions;
    };

    explicit TrackerDesk(const Surroundings& surroundings) : around_(surroundings) {}

    /// The conversation's language, once it is known.
    void set_language(std::string language) { language_ = std::move(language); }

    /// What the participant's start message brings, taken out of it. True if it is in force already; else it is being
    /// compiled, for finish_start. Errors: conversation_busy.
    base::Result<bool> bring(Participant& participant);

    /// The answer to that. Errors: those of compiling, with their place in the start message.
    base::Result<void> finish_start(Participant& participant, CompiledList list);

    /// A change of what a started participant brought. It is answered once, at once or by finish_change or give_up.
    void change(Participant& participant, proto::ModifyRequest request, base::Now now);

    /// The answer to the compilation that `change` asked for.
    void finish_change(Participant& participant, CompiledList list, base::Now now);

    /// Answers what is outstanding with an error: it is not waited for any longer.
    void give_up(Participant& participant, base::Now now);

    /// The participant is gone for good: what it brought stays, for whoever brings the same.
    void release(const Participant& participant);

    /// The number of the set in force.
    std::uint64_t version() const noexcept { return around_.lists.epoch(); }

    std::vector<proto::NamedTracker> active() const;

private:
    bool can_put(const Participant& participant) const noexcept;
    bool share(Participant& participant, const detect::TrackerListDefinition& definition) const;
    detect::ListSettings settings_of(const Participant& participant) const;
    bool is_in_force(const Participant& participant, const detect::TrackerListDefinition& definition) const;
    void put_list(Participant& participant, std::shared_ptr<const detect::TrackerList> list);
    void compile(Participant& participant, TrackerCompilation compilation, detect::TrackerListDefinition definition);
    void take_up_changes(Participant& participant, base::Now now);
    BroughtTrackers brought_by(const Participant& participant) const;
    std::size_t count_joint(const Participant& participant, base::Now now) const;
    void settle(Participant& participant, std::vector<proto::ModifyRequest> requests, base::Now now);
    void answer(const Participant& participant, const TrackerCompilation& compilation, base::Now now);
    void tell_failed(Participant& participant, TrackerCompilation& compilation, base::Error error, base::Now now);
    void tell_error(const Participant& participant, const proto::ModifyRequest& request, const base::Error& error,
                    base::Now now) const;
    void tell(const Participant& participant, std::string text) const;

    const Surroundings around_;
    std::string language_;
    std::uint64_t last_ticket_ = 0;
    std::vector<std::size_t> left_;  // slots of publishers who are gone
};

}  // namespace earshot::session
