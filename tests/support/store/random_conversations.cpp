#include "support/store/random_conversations.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <string_view>

namespace earshot::support {
namespace {

using namespace std::string_view_literals;

constexpr std::array k_pieces{"how"sv,          " much"sv,     "  "sv,      "\0"sv,      "\x01"sv, "\x01\x02"sv,
                              "\""sv,           "\\"sv,        "\\u0000"sv, "\n"sv,      "\t"sv,   "\xEF\xBF\xBD"sv,
                              "\xC3\xA9"sv,     "e\xCC\x81"sv, ":name "sv,  "'; DROP"sv, "%s"sv,   "\xF0\x9F\x93\x9E"sv,
                              "\xEF\xBB\xBF"sv, "$1"sv};
constexpr std::int64_t k_first = 1'700'000'000'000;

}  // namespace

std::string RandomConversations::id(const char* kind, std::size_t count) {
    return kind + std::to_string(below(count));
}

std::string RandomConversations::account() {
    return one_in(3) ? "Ann" : "ann";
}

std::string RandomConversations::conversation() {
    return id("conversation-", 6);
}

base::WallTime RandomConversations::time() {
    return base::WallTime(std::chrono::milliseconds(k_first + static_cast<std::int64_t>(below(200))));
}

detect::WallSpan RandomConversations::span() {
    const base::WallTime one = time();
    return {one, one_in(8) ? one : std::max(one, time())};
}

std::string RandomConversations::text() {
    std::string text;
    for (std::size_t left = 1 + below(5); left > 0; --left) text += k_pieces.at(below(k_pieces.size()));
    return text;
}

/// All bits of the fraction are random, which shows where a number is not written or read to its last bit.
double RandomConversations::number() {
    if (one_in(6)) return std::numeric_limits<double>::quiet_NaN();
    return std::bit_cast<double>((random_() >> 12) | 0x3FF0'0000'0000'0000) - 1;
}

detect::ConversationBegin RandomConversations::begin() {
    return {.name = rarely_text(),
            .source = static_cast<detect::ConversationSource>(below(4)),
            .keeping = one_in(8)   ? detect::Keeping::none
                       : one_in(4) ? detect::Keeping::hits
                                   : detect::Keeping::full,
            .started = time(),
            .kept_since = one_in(4) ? time() : base::WallTime(),
            .metadata = one_in(4) ? "{}" : std::string()};
}

detect::MemberRecord RandomConversations::member() {
    return {one_in(3) ? std::string() : id("member-", 5), rarely_text(), one_in(3) ? text() : std::string(),
            one_in(4) ? text() : std::string()};
}

detect::MessageRecord RandomConversations::message() {
    detect::MessageRecord message;
    message.id = id("message-", 12);
    message.member = id("member-", 5);
    message.utterance = below(100);
    message.text = rarely_text();
    if (!one_in(4)) message.time = span();
    for (std::size_t left = below(3); left > 0; --left) message.words.push_back({text(), number(), number(), number()});
    return message;
}

detect::HitRecord RandomConversations::hit() {
    detect::HitRecord hit;
    hit.id = id("hit-", 12);
    hit.tracker = id("tracker-", 5);
    hit.tracker_name = text();
    hit.value = rarely_text();
    hit.tier = detect::k_all_tiers.at(below(detect::k_all_tiers.size()));
    hit.score = std::max(number(), 0.0);
    if (!(hit.score >= 0)) hit.score = 1;
    hit.member = id("member-", 5);
    for (std::size_t left = 1 + below(2); left > 0; --left) {
        detect::HitPartRecord part{
            id("message-", 12), static_cast<std::uint32_t>(below(10)), static_cast<std::uint32_t>(random_()), {}};
        if (one_in(2)) part.time = span();
        hit.parts.push_back(part);
    }
    return hit;
}

detect::ConversationChange RandomConversations::change() {
    detect::ConversationChange change;
    change.account = account();
    change.conversation = conversation();
    if (one_in(3)) change.begin = begin();
    for (std::size_t left = below(3); left > 0; --left) {
        change.members.push_back(member());
        change.members.back().id = id("member-", 5);
    }
    // Now and then more than are inserted at once.
    for (std::size_t left = one_in(10) ? 70 : below(4); left > 0; --left) change.messages.push_back(message());
    for (std::size_t left = one_in(10) ? 70 : below(3); left > 0; --left) change.hits.push_back(hit());
    if (one_in(6)) change.ended = time();
    return change;
}

std::vector<detect::ConversationChange> RandomConversations::changes(std::size_t most) {
    std::vector<detect::ConversationChange> changes(below(most + 1));
    for (detect::ConversationChange& each : changes) each = change();
    return changes;
}

store::ConversationEdit RandomConversations::edit() {
    store::ConversationEdit edit;
    if (one_in(2)) edit.name = rarely_text();
    if (one_in(2)) edit.metadata = one_in(3) ? "" : R"({"a": "\u0000"})";
    return edit;
}

store::ConversationQuery RandomConversations::query() {
    store::ConversationQuery query;
    query.limit = one_in(2) ? SIZE_MAX : below(4);
    query.offset = one_in(2) ? 0 : below(4);
    query.newest_first = one_in(2);
    if (one_in(3)) query.after = time();
    if (one_in(3)) query.before = time();
    return query;
}

std::vector<store::SpeakingTime> RandomConversations::speaking_times() {
    std::vector<store::SpeakingTime> times(below(6));
    for (store::SpeakingTime& each : times) each = {member(), span()};
    return times;
}

}  // namespace earshot::support
