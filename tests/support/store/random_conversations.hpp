#pragma once

#include "earshot/detect/conversation_record.hpp"
#include "earshot/store/conversation_store.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace earshot::support {

/// Random changes of few conversations of two accounts, whose members, messages and hits have few ids, so that they
/// meet again and again, and whose texts are hard to keep. All times lie within a fifth of a second.
class RandomConversations {
public:
    explicit RandomConversations(std::uint64_t seed) : random_(seed) {}

    /// A number below `bound`.
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
    bool one_in(std::size_t times) { return below(times) == 0; }

    std::string account();
    std::string conversation();
    base::WallTime time();
    /// One that is named in any of the ways in which a member can be, or in none.
    detect::MemberRecord member();
    detect::ConversationBegin begin();
    detect::ConversationChange change();
    std::vector<detect::ConversationChange> changes(std::size_t most);
    store::ConversationEdit edit();
    store::ConversationQuery query();
    std::vector<store::SpeakingTime> speaking_times();

private:
    std::string id(const char* kind, std::size_t count);
    std::string text();
    std::string rarely_text() { return one_in(2) ? text() : std::string(); }
    detect::WallSpan span();
    double number();
    detect::MessageRecord message();
    detect::HitRecord hit();

    std::mt19937_64 random_;
};

}  // namespace earshot::support
