#include "random_conversation.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace earshot::support {
namespace {

using std::chrono::milliseconds;

const std::array k_texts{"", "a", "So, how much?", "\"q\" \\ \n", "\u00e9t\u00e9", "\U0001F600", "</script>"};

base::WallTime random_time(Dice& dice) {
    return base::WallTime(milliseconds(static_cast<std::int64_t>(dice.below(4'000'000'000'000)) - 1'000'000'000'000));
}

std::optional<detect::WallSpan> random_span(Dice& dice, base::WallTime begin) {
    if (dice.one_in(3)) return std::nullopt;
    // Also before the begin: nobody keeps a client from sending such times.
    const base::WallTime start = begin + milliseconds(static_cast<std::int64_t>(dice.below(7'200'000)) - 1000);
    return detect::WallSpan{start, start + milliseconds(dice.below(20'000))};
}

/// One of the members, or somebody who is none.
std::string random_member(Dice& dice, const detect::ConversationRecord& conversation) {
    const std::size_t place = dice.below(conversation.members.size() + 1);
    return place < conversation.members.size() ? conversation.members[place].id : "stranger";
}

}  // namespace

detect::ConversationRecord random_conversation(Dice& dice) {
    detect::ConversationRecord conversation;
    conversation.id = std::to_string(1'000'000'000'000'000 + dice.below(1000));
    conversation.name = dice.any(k_texts);
    if (dice.one_in(2)) conversation.metadata = dice.any(std::array{"{}", R"({"a":[1,null]})"});
    conversation.started = random_time(dice);
    conversation.ended = conversation.started + milliseconds(dice.below(7'200'000));
    conversation.is_over = dice.one_in(2);
    conversation.source = dice.any(std::array{detect::ConversationSource::stream, detect::ConversationSource::text,
                                              detect::ConversationSource::audio, detect::ConversationSource::video});
    conversation.keeping = dice.any(std::array{detect::Keeping::full, detect::Keeping::hits, detect::Keeping::none});
    for (std::size_t i = 0, count = dice.below(4); i < count; ++i) {
        conversation.members.push_back(
            {"m" + std::to_string(i), dice.any(k_texts), dice.any(k_texts), dice.any(k_texts)});
    }
    return conversation;
}

std::vector<detect::MessageRecord> random_messages(Dice& dice, const detect::ConversationRecord& conversation) {
    std::vector<detect::MessageRecord> messages;
    for (std::size_t i = 0, count = dice.below(5); i < count; ++i) {
        detect::MessageRecord& message = messages.emplace_back();
        message.id = "a" + std::to_string(i);
        message.member = random_member(dice, conversation);
        message.text = dice.any(k_texts);
        message.time = random_span(dice, conversation.started);
        for (std::size_t words = dice.below(3); words > 0; --words) {
            const double start = static_cast<double>(dice.below(7'200'000)) / 1000;
            message.words.push_back({dice.any(k_texts), start, start + 0.25, 0.5});
        }
    }
    return messages;
}

std::vector<detect::KeptHit> random_hits(Dice& dice, const detect::ConversationRecord& conversation) {
    std::vector<detect::KeptHit> hits;
    for (std::size_t i = 0, count = dice.below(8); i < count; ++i) {
        detect::KeptHit& shown = hits.emplace_back();
        shown.hit.id = "h" + std::to_string(i);
        shown.hit.tracker = "t" + std::to_string(dice.below(3));
        shown.hit.tracker_name = dice.any(k_texts);
        shown.hit.value = dice.any(k_texts);
        shown.hit.tier = dice.any(detect::k_all_tiers);
        shown.hit.score = static_cast<double>(dice.below(1001)) / 1000;
        shown.hit.member = random_member(dice, conversation);
        for (std::size_t parts = 1 + dice.below(3); parts > 0; --parts) {
            const auto begin = static_cast<std::uint32_t>(dice.below(100));
            const std::string message = "a" + std::to_string(dice.below(5));
            shown.hit.parts.push_back({message, begin, begin + static_cast<std::uint32_t>(dice.below(9)),
                                       random_span(dice, conversation.started)});
            shown.texts.emplace_back(dice.any(k_texts));
        }
    }
    return hits;
}

}  // namespace earshot::support
