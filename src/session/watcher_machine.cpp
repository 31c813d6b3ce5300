#include "earshot/session/watcher_machine.hpp"

#include "earshot/proto/news_codec.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace earshot::session {

using base::MonotonicTime;

namespace {

Frame frame_of(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

}  // namespace

WatcherMachine::WatcherMachine(const SocketLimits& limits, std::vector<std::string> trackers, MonotonicTime now)
    : ClientMachine(limits), trackers_(std::move(trackers)), begin_(now) {
    act(Watch{});
}

void WatcherMachine::on_text(std::string_view message, std::size_t, MonotonicTime now) {
    if (!is_closed() && is_ping(message)) push(pong(), Importance::required, now);
}

void WatcherMachine::on_shutdown(MonotonicTime) {
    if (is_closed()) return;
    leave_conversation();
    close(false);
}

void WatcherMachine::on_news(const News& news, MonotonicTime now) {
    if (is_closed()) return;
    const detect::ConversationRecord& conversation = news.conversation;
    switch (news.kind) {
        case News::Kind::begun:
            return tell_begin(conversation, now);
        case News::Kind::heard:
            if (const auto hits = wanted(news.hits); !hits.empty()) {
                tell_begin(conversation, now);
                push(frame_of(proto::conversation_heard(conversation, hits)), Importance::required, now);
            }
            return;
        case News::Kind::over:
            if (going_on_.erase(conversation.id) == 0) return;
            push(frame_of(proto::conversation_ended(conversation)), Importance::required, now);
            return;
    }
}

void WatcherMachine::tell_begin(const detect::ConversationRecord& conversation, MonotonicTime now) {
    if (!going_on_.insert(conversation.id).second) return;
    push(frame_of(proto::conversation_started(conversation)), Importance::required, now);
}

std::vector<detect::KeptHit> WatcherMachine::wanted(const std::vector<detect::KeptHit>& hits) const {
    if (trackers_.empty()) return hits;
    std::vector<detect::KeptHit> some;
    std::copy_if(hits.begin(), hits.end(), std::back_inserter(some), [&](const detect::KeptHit& kept) {
        return std::any_of(trackers_.begin(), trackers_.end(), [&](const std::string& wanted) {
            return wanted == kept.hit.tracker_name || wanted == kept.hit.tracker;
        });
    });
    return some;
}

std::int64_t WatcherMachine::offset_ms(MonotonicTime now) const noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_).count();
}

}  // namespace earshot::session
