#pragma once

#include "earshot/base/time.hpp"
#include "earshot/detect/conversation_record.hpp"
#include "earshot/detect/speaker_window.hpp"
#include "earshot/session/actions.hpp"

#include "announcer.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::session {

/// Says what is to be kept of a conversation, as it comes: an action Keep for its begin, each utterance, each verdict
/// that confirms something, and its end; and what others may be told of it: an action Notify for its begin, whenever
/// something is confirmed, and its end, however much is kept. Owned by the conversation, as are the actions.
class Chronicle {
public:
    Chronicle(std::string conversation_id, std::vector<ConversationAction>& actions)
        : conversation_id_(std::move(conversation_id)), actions_(actions) {}

    /// From now on as much is kept as `keeping` says. Before, nothing is, and nobody is told. Once.
    void begin(detect::Keeping keeping, std::string_view name, base::WallTime now);

    void said(const Voice& voice, const detect::EndedUtterance& ended);
    void judged(const Voice& voice, const detect::Judged& judged);
    void end(base::WallTime now);

    detect::Keeping keeping() const noexcept { return keeping_; }

private:
    /// A change to which the voice's member is added, if it is not known by now or more is known of it.
    detect::ConversationChange change_of(const Voice& voice);
    void keep(detect::ConversationChange change);
    void notify(News::Kind kind, std::vector<detect::KeptHit> hits = {},
                std::vector<detect::MemberRecord> members = {});
    std::vector<detect::HitRecord> tell_hits(const Voice& voice, const std::vector<detect::Hit>& hits);

    const std::string conversation_id_;
    std::vector<ConversationAction>& actions_;
    detect::Keeping keeping_ = detect::Keeping::none;
    base::WallTime started_;
    std::optional<base::WallTime> ended_;
    bool is_begun_ = false;
    std::string name_;
    std::map<std::string, detect::MemberRecord> members_;  // by id, as they are kept
};

}  // namespace earshot::session
