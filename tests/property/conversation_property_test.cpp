// The conversation API's answers: whoever reads one holds what was kept, neither more nor less.
#include "earshot/proto/conversation_codec.hpp"

#include "support/dice.hpp"
#include "support/environment.hpp"
#include "support/random_conversation.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::proto {
namespace {

using simdjson::dom::element;
using support::Dice;

// ---- Reading answers

std::string text_of(element object, std::string_view name) {
    return std::string(std::string_view(object[name]));
}

base::WallTime time_of(element object, std::string_view name) {
    return parse_time(std::string_view(object[name])).value();
}

bool has(element object, std::string_view name) {
    return object[name].error() == simdjson::SUCCESS;
}

/// The time that an object tells twice, as moments and as seconds.
detect::WallSpan span_of(element object, base::WallTime begin) {
    const detect::WallSpan span{time_of(object, "startTime"), time_of(object, "endTime")};
    const auto seconds = [](auto duration) { return std::chrono::duration<double>(duration).count(); };
    EXPECT_NEAR(double(object["timeOffset"]), seconds(span.start - begin), 1e-6);
    EXPECT_NEAR(double(object["duration"]), seconds(span.end - span.start), 1e-6);
    return span;
}

detect::MemberRecord member_of(element object, std::string_view user_id_name) {
    return {text_of(object, "id"), text_of(object, "name"), text_of(object, user_id_name),
            has(object, "role") ? text_of(object, "role") : ""};
}

detect::MemberRecord known(const detect::ConversationRecord& conversation, const std::string& id) {
    for (const detect::MemberRecord& member : conversation.members) {
        if (member.id == id) return member;
    }
    return {id, "", "", ""};
}

class ConversationPropertyTest : public testing::Test {
protected:
    template <typename Trial>
    void for_each_conversation(Trial&& trial) {
        const auto rounds = 2000 * support::from_environment("EARSHOT_EFFORT", 1);
        for (std::uint64_t seed = 1; seed <= rounds && !HasFailure(); ++seed) {
            SCOPED_TRACE("seed " + std::to_string(seed));
            Dice dice(seed);
            const detect::ConversationRecord conversation = support::random_conversation(dice);
            trial(dice, conversation);
        }
    }

    element parsed(const std::string& json) { return parser_.parse(json); }

private:
    simdjson::dom::parser parser_;
};

TEST_F(ConversationPropertyTest, a_conversation_is_shown_as_it_is) {
    for_each_conversation([&](Dice&, const detect::ConversationRecord& conversation) {
        const std::string answer = conversation_answer(conversation);
        const element shown = parsed(answer);
        detect::ConversationRecord read;
        read.id = text_of(shown, "id");
        EXPECT_EQ(read.id, conversation.id);
        EXPECT_EQ(text_of(shown, "name"), conversation.name.empty() ? conversation.id : conversation.name);
        EXPECT_EQ(has(shown, "metadata") ? simdjson::to_string(shown["metadata"].value()) : "", conversation.metadata);
        EXPECT_EQ(time_of(shown, "startTime"), conversation.started);
        EXPECT_EQ(time_of(shown, "endTime"), conversation.ended);
        EXPECT_EQ(bool(shown["isOver"]), conversation.is_over);
        EXPECT_EQ(detect::find_source(text_of(shown, "source")), conversation.source);
        EXPECT_EQ(detect::find_keeping(text_of(shown, "store")), conversation.keeping);
        std::vector<detect::MemberRecord> members;
        for (const element member : shown["members"].get_array()) members.push_back(member_of(member, "email"));
        EXPECT_EQ(members, conversation.members);

        const std::string list = members_answer(conversation.members);
        members.clear();
        for (const element member : parsed(list)["members"].get_array()) members.push_back(member_of(member, "email"));
        EXPECT_EQ(members, conversation.members);
    });
}

TEST_F(ConversationPropertyTest, messages_are_shown_as_they_are) {
    for_each_conversation([&](Dice& dice, const detect::ConversationRecord& conversation) {
        const auto messages = support::random_messages(dice, conversation);
        const bool verbose = dice.one_in(2);
        const std::string answer = messages_answer(conversation, messages, verbose);
        std::size_t place = 0;
        for (const element shown : parsed(answer)["messages"].get_array()) {
            ASSERT_LT(place, messages.size());
            const detect::MessageRecord& message = messages[place++];
            EXPECT_EQ(text_of(shown, "id"), message.id);
            EXPECT_EQ(text_of(shown, "text"), message.text);
            EXPECT_EQ(text_of(shown, "conversationId"), conversation.id);
            EXPECT_EQ(member_of(shown["from"].value(), "email"), known(conversation, message.member));
            EXPECT_EQ(span_of(shown, conversation.started),
                      message.time.value_or(detect::WallSpan{conversation.started, conversation.started}));
            ASSERT_EQ(has(shown, "words"), verbose && !message.words.empty());
            if (!has(shown, "words")) continue;
            std::size_t word = 0;
            for (const element timed : shown["words"].get_array()) {
                EXPECT_EQ(text_of(timed, "word"), message.words.at(word).word);
                EXPECT_NEAR(double(timed["timeOffset"]), message.words.at(word).start, 1e-6);
                EXPECT_EQ(double(timed["score"]), 0.5);
                span_of(timed, conversation.started);
                ++word;
            }
            EXPECT_EQ(word, message.words.size());
        }
        EXPECT_EQ(place, messages.size());
    });
}

TEST_F(ConversationPropertyTest, who_reads_the_detected_trackers_holds_the_hits) {
    for_each_conversation([&](Dice& dice, const detect::ConversationRecord& conversation) {
        const auto hits = support::random_hits(dice, conversation);
        const std::string answer = detected_trackers_answer(conversation, hits);

        std::map<std::string, detect::KeptHit> read;
        std::vector<std::string> trackers;
        std::vector<std::pair<std::string, std::string>> matches;
        for (const element tracker : parsed(answer).get_array()) {
            trackers.push_back(text_of(tracker, "id"));
            for (const element match : tracker["matches"].get_array()) {
                matches.emplace_back(trackers.back(), text_of(match, "value"));
                EXPECT_EQ(text_of(match, "type"), "vocabulary");
                EXPECT_EQ(match["insightRefs"].get_array().size(), 0U);
                EXPECT_GT(match["messageRefs"].get_array().size(), 0U);
                for (const element ref : match["messageRefs"].get_array()) {
                    detect::KeptHit& shown = read[text_of(ref, "hitId")];
                    detect::HitRecord& hit = shown.hit;
                    hit.id = text_of(ref, "hitId");
                    hit.tracker = trackers.back();
                    hit.tracker_name = text_of(tracker, "name");
                    hit.value = matches.back().second;
                    hit.tier = detect::find_tier(text_of(ref, "tier")).value();
                    hit.score = double(ref["score"]);
                    hit.member = text_of(ref["speaker"].value(), "id");
                    EXPECT_EQ(member_of(ref["speaker"].value(), "userId"), known(conversation, hit.member));
                    detect::HitPartRecord& part = hit.parts.emplace_back();
                    part.message = text_of(ref, "id");
                    part.begin = static_cast<std::uint32_t>(std::uint64_t(ref["span"]["start"]));
                    part.end = static_cast<std::uint32_t>(std::uint64_t(ref["span"]["end"]));
                    if (has(ref, "startTime")) part.time = span_of(ref, conversation.started);
                    shown.texts.push_back(text_of(ref, "text"));
                    EXPECT_EQ(std::int64_t(ref["offset"]), is_literal(hit.tier) ? std::int64_t(part.begin) : -1);
                }
            }
        }

        // Each tracker and each value of it once, in the order in which they were heard first.
        std::vector<std::string> first_trackers;
        std::map<std::string, std::string> names;
        for (const detect::KeptHit& shown : hits) {
            names[shown.hit.tracker] = shown.hit.tracker_name;
            if (std::ranges::count(first_trackers, shown.hit.tracker) == 0) first_trackers.push_back(shown.hit.tracker);
        }
        EXPECT_EQ(trackers, first_trackers);
        std::vector<std::pair<std::string, std::string>> first_matches;
        for (const std::string& tracker : first_trackers) {
            for (const detect::KeptHit& shown : hits) {
                const std::pair match(shown.hit.tracker, shown.hit.value);
                if (match.first == tracker && std::ranges::count(first_matches, match) == 0) {
                    first_matches.push_back(match);
                }
            }
        }
        EXPECT_EQ(matches, first_matches);
        ASSERT_EQ(read.size(), hits.size());
        for (const detect::KeptHit& shown : hits) {
            detect::HitRecord expected = shown.hit;
            expected.tracker_name = names[expected.tracker];
            EXPECT_EQ(read[expected.id].hit, expected);
            EXPECT_EQ(read[expected.id].texts, shown.texts);
        }
    });
}

TEST_F(ConversationPropertyTest, analytics_count_what_there_is) {
    for_each_conversation([&](Dice& dice, const detect::ConversationRecord& conversation) {
        const auto hits = support::random_hits(dice, conversation);
        std::vector<detect::MemberFigures> figures;
        for (const detect::MemberRecord& member : conversation.members) {
            if (dice.one_in(3)) continue;
            figures.push_back({member.id, dice.below(9), dice.below(99), static_cast<double>(dice.below(7200))});
        }
        const std::string answer = analytics_answer(conversation, figures, hits);
        const element shown = parsed(answer);

        double percent = 0;
        for (const element metric : shown["metrics"].get_array()) {
            EXPECT_GE(double(metric["seconds"]), 0);
            percent += double(metric["percent"]);
        }
        EXPECT_TRUE(std::abs(percent - 100) < 0.01 || percent == 0) << percent;

        std::size_t place = 0;
        std::uint64_t messages = 0;
        for (const element member : shown["members"].get_array()) {
            ASSERT_LT(place, conversation.members.size());
            const std::string id = conversation.members[place++].id;
            EXPECT_EQ(text_of(member, "id"), id);
            const auto found = std::ranges::find(figures, id, &detect::MemberFigures::member);
            const detect::MemberFigures expected = found == figures.end() ? detect::MemberFigures{} : *found;
            EXPECT_EQ(std::uint64_t(member["words"]), expected.words);
            EXPECT_EQ(std::uint64_t(member["messages"]), expected.messages);
            EXPECT_EQ(double(member["talkTime"]["seconds"]), expected.talk_seconds);
            messages += expected.messages;
        }
        EXPECT_EQ(place, conversation.members.size());

        std::uint64_t all_hits = 0;
        for (const element tracker : shown["trackers"].get_array()) {
            const std::string id = text_of(tracker, "id");
            std::set<std::string> with_hit;
            std::map<std::string, std::uint64_t> by_member;
            std::optional<base::WallTime> first;
            std::optional<base::WallTime> last;
            std::uint64_t count = 0;
            for (const auto& [hit, texts] : hits) {
                if (hit.tracker != id) continue;
                ++count;
                ++by_member[hit.member];
                for (const detect::HitPartRecord& part : hit.parts) {
                    with_hit.insert(part.message);
                    if (!part.time) continue;
                    first = std::min(first.value_or(part.time->start), part.time->start);
                    last = std::max(last.value_or(part.time->end), part.time->end);
                }
            }
            all_hits += count;
            EXPECT_EQ(std::uint64_t(tracker["hits"]), count);
            EXPECT_EQ(std::uint64_t(tracker["messages"]), with_hit.size());
            const double share =
                messages == 0 ? 0 : static_cast<double>(with_hit.size()) / static_cast<double>(messages);
            EXPECT_NEAR(double(tracker["share"]), share, 0.0006);
            ASSERT_EQ(has(tracker, "firstTime"), first.has_value());
            if (first) {
                EXPECT_EQ(time_of(tracker, "firstTime"), *first);
                EXPECT_EQ(time_of(tracker, "lastTime"), *last);
            }
            std::map<std::string, std::uint64_t> told;
            for (const element member : tracker["members"].get_array()) {
                told[text_of(member, "id")] += std::uint64_t(member["hits"]);
            }
            EXPECT_EQ(told, by_member);
        }
        EXPECT_EQ(all_hits, hits.size());
    });
}

}  // namespace
}  // namespace earshot::proto
