#pragma once

#include "earshot/base/ids.hpp"
#include "earshot/base/time.hpp"
#include "earshot/detect/active_lists.hpp"
#include "earshot/detect/conversation_record.hpp"
#include "earshot/detect/language_tools.hpp"
#include "earshot/detect/speaker_window.hpp"
#include "earshot/proto/client_messages.hpp"
#include "earshot/session/actions.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::session {

/// What a finished conversation is heard by.
struct HearingRules {
    std::shared_ptr<const detect::TrackerList> list;  ///< null: no tracker
    std::string language = "en-US";
    base::WallTime begin;                     ///< of the conversation; times of hits count from there
    bool has_scorer = false;                  ///< questions are answered; else nobody asks any
    double default_threshold = 0.5;           ///< of the scorer
    std::size_t utterance_bytes = 16 * 1024;  ///< longer ones are cut, as live

    /// Asked after each utterance, and each part of one that is cut. False: what is still to be said is not heard.
    std::function<bool()> goes_on = {};
};

/// A conversation whose words are all there: utterance by utterance in, what is to be kept of it out. It hears by the
/// code that hears live ones and gives the same hits; what a scorer has to say comes when it comes. No threads, no
/// clock; one thread.
class FinishedTalk {
public:
    /// `tools` and `ids` outlive it.
    FinishedTalk(HearingRules rules, detect::LanguageTools& tools, base::IdSource& ids);
    ~FinishedTalk();
    FinishedTalk(const FinishedTalk&) = delete;
    FinishedTalk& operator=(const FinishedTalk&) = delete;

    /// Somebody who takes part already, before anything is said.
    void know(const detect::MemberRecord& member);

    /// The messages of an utterance of before, of a member that is known: it is not kept again and its hits are not
    /// told, but phrases may have begun in it. Those of one member in their order, before anything is said.
    void remember(std::span<const detect::MessageRecord> utterance);

    /// The next utterance, sent whole. Who has neither a user id nor a name is one speaker with all others of that
    /// kind.
    void say(const proto::Speaker& who, std::string_view text, const std::optional<detect::WallSpan>& time);

    /// What a scorer is to be asked, since the last call. Answers come by `scored`, in any order.
    std::vector<Score> take_questions() { return std::exchange(questions_, {}); }
    void scored(std::uint64_t ticket, detect::Opinion opinion);
    std::size_t outstanding() const noexcept { return outstanding_; }

    std::size_t speakers() const noexcept { return speakers_.size(); }
    std::size_t hits() const noexcept { return change_.hits.size(); }  ///< that take_change would give

    /// What came since the last call: members, messages, hits. Account and conversation are the caller's to name.
    detect::ConversationChange take_change() { return std::exchange(change_, {}); }

    /// What was not evaluated so far, as a live conversation tells it.
    const std::map<std::pair<std::string, std::string>, std::uint64_t>& not_evaluated() const noexcept {
        return not_evaluated_;
    }

private:
    struct Speaker;

    Speaker& speaker_of(const proto::Speaker& who);
    Speaker& add(detect::MemberRecord member);
    detect::TimeSpan seconds(const std::optional<detect::WallSpan>& time) const;
    bool goes_on() const { return !rules_.goes_on || rules_.goes_on(); }
    /// Ends what was committed of the speaker's utterance, cut where it is too long; `take` gets each part.
    template <typename Take>
    void hear_all(Speaker& speaker, std::string_view text, const std::optional<detect::WallSpan>& time,
                  const Take& take);
    template <typename Take>
    bool hear(Speaker& speaker, std::string_view text, const std::optional<detect::WallSpan>& time, const Take& take);
    void keep(Speaker& speaker, const detect::EndedUtterance& ended);
    void keep(const Speaker& speaker, const std::vector<detect::Hit>& hits);
    void ask(Speaker& speaker, const detect::EndedUtterance& ended);
    void settle(Speaker& speaker);

    const HearingRules rules_;
    detect::LanguageTools& tools_;
    base::IdSource& ids_;
    detect::ActiveLists lists_;
    std::vector<std::unique_ptr<Speaker>> speakers_;
    std::uint64_t last_ticket_ = 0;
    std::size_t outstanding_ = 0;
    std::vector<Score> questions_;
    detect::ConversationChange change_;
    std::map<std::pair<std::string, std::string>, std::uint64_t> not_evaluated_;  // by tier and reason
    /// Ids that were given to remembered messages here: what they are kept by; empty: it is not known which they are.
    std::map<std::string, std::string> kept_ids_;
};

}  // namespace earshot::session
