// Bodies of the management API: what is shown is read again as it was, every planted mistake is found where it stands,
// and a patch does what the plainest code does that changes one entry after the other.
#include "earshot/proto/management_codec.hpp"

#include "support/dice.hpp"
#include "support/tracker_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace earshot::proto {
namespace {

using detect::TrackerDefinition;
using support::Dice;
using support::to_json;

constexpr int k_rounds = 3000;

const std::array k_texts{"a",        "b b",      " a",    "A",          "\u00e9t\u00e9?", "\u2019tis",
                         "\"q\" \\", "\t tab\n", "x & y", "\U0001F600", "\u4e2d\u6587",   "c, d!"};

/// Phrases among which none is another one after trimming.
std::vector<std::string> phrases(Dice& dice) {
    std::vector<std::string> list;
    std::vector<std::string> trimmed;
    for (std::size_t i = dice.below(5); i > 0; --i) {
        const std::string text = dice.any(k_texts);
        const std::string name = text == " a" ? "a" : text;
        if (std::find(trimmed.begin(), trimmed.end(), name) != trimmed.end()) continue;
        trimmed.push_back(name);
        list.push_back(text);
    }
    return list;
}

std::vector<std::string> labels(Dice& dice) {
    std::vector<std::string> list;
    for (const char* label : {"", "en-US", " b"}) {
        if (dice.one_in(2)) list.emplace_back(label);
    }
    return list;
}

TrackerDefinition random_tracker(Dice& dice) {
    TrackerDefinition tracker;
    tracker.name = dice.any(k_texts);
    if (dice.one_in(2)) tracker.description = dice.any(k_texts);
    tracker.vocabulary = phrases(dice);
    tracker.exclude_vocabulary = phrases(dice);
    if (tracker.vocabulary.empty() || dice.one_in(3)) tracker.patterns = {"a|b", "\\d+"};
    tracker.languages = labels(dice);
    tracker.categories = labels(dice);
    tracker.speakers = labels(dice);
    if (dice.one_in(2)) tracker.threshold = static_cast<double>(dice.below(1001)) / 1000;
    if (dice.one_in(2)) tracker.cooldown_seconds = static_cast<double>(dice.below(1000)) / 8;
    if (dice.one_in(2)) {
        tracker.tiers.emplace();
        for (const detect::Tier tier : detect::k_all_tiers) {
            if (dice.one_in(2)) tracker.tiers->insert(tier);
        }
    }
    return tracker;
}

TEST(ManagementPropertyTest, what_is_shown_is_read_again_as_it_was) {
    Dice dice(1);
    for (int round = 0; round < k_rounds; ++round) {
        std::vector<TrackerDefinition> trackers;
        std::vector<detect::TrackerRecord> records;
        for (std::size_t i = dice.below(4); i > 0; --i) {
            trackers.push_back(random_tracker(dice));
            records.push_back({trackers.back(), {}, {}});
            records.back().tracker.id = "1000000000000000";
        }
        const auto read = read_trackers(trackers_answer(records), BodyShape::document, {});
        ASSERT_TRUE(read) << read.error().list.front().message;
        ASSERT_EQ(read->trackers, trackers);
    }
}

struct Mistake {
    const char* json;     ///< of a member
    const char* pointer;  ///< to where the mistake is
};

TEST(ManagementPropertyTest, every_mistake_is_found_where_it_stands) {
    // For each member one that is right and some that are not, each with exactly one mistake.
    const std::vector<std::vector<Mistake>> members{
        {{R"("name":"n")", ""},
         {R"("name":1)", "/name"},
         {R"("name":"")", "/name"},
         {R"("name":null)", "/name"},
         {R"("name":["n"])", "/name"}},
        {{R"("vocabulary":["a"])", ""},
         {R"("vocabulary":"a")", "/vocabulary"},
         {R"("vocabulary":null)", "/vocabulary"},
         {R"("vocabulary":[])", "/vocabulary"},
         {R"("vocabulary":["a",true])", "/vocabulary/1"},
         {R"("vocabulary":["a","b","a"])", "/vocabulary/2"}},
        {{R"("excludeVocabulary":["a"])", ""},
         {R"("excludeVocabulary":[""])", "/excludeVocabulary/0"},
         {R"("excludeVocabulary":{})", "/excludeVocabulary"}},
        {{R"("description":"")", ""}, {R"("description":[])", "/description"}},
        {{R"("threshold":1)", ""}, {R"("threshold":-1)", "/threshold"}, {R"("threshold":{})", "/threshold"}},
        {{R"("tiers":["exact"])", ""}, {R"("tiers":[1])", "/tiers/0"}, {R"("tiers":1)", "/tiers"}},
        {{R"("speakers":["a","a"])", ""}, {R"("speakers":[[]])", "/speakers/0"}},
        {{R"("unknown":{"name":1})", ""}},
    };
    Dice dice(2);
    for (int round = 0; round < k_rounds; ++round) {
        std::vector<std::string> expected;
        std::string body = "[";
        const std::size_t trackers = 1 + dice.below(3);
        for (std::size_t i = 0; i < trackers; ++i) {
            body += i == 0 ? "{" : ",{";
            for (std::size_t k = 0; k < members.size(); ++k) {
                const Mistake& member = dice.one_in(2) ? members[k].front() : dice.any(members[k]);
                body += (k == 0 ? "" : ",") + std::string(member.json);
                if (*member.pointer) expected.push_back("/" + std::to_string(i) + member.pointer);
            }
            body += "}";
        }
        body += "]";

        const auto read = read_trackers(body, BodyShape::list, {});
        std::vector<std::string> found;
        if (!read) {
            for (const Finding& finding : read.error().list) found.push_back(finding.path);
        }
        ASSERT_THAT(found, ::testing::UnorderedElementsAreArray(expected)) << body;
    }
}

/// A list that is changed in the plainest way. None: the change is refused.
std::optional<std::vector<std::string>> changed(std::vector<std::string> list, std::string_view verb,
                                                const std::optional<std::vector<std::string>>& value) {
    const auto place = [&](const std::string& entry) {
        const auto trimmed = [](const std::string& text) { return text == " a" ? "a" : text; };
        return std::find_if(list.begin(), list.end(),
                            [&](const std::string& other) { return trimmed(other) == trimmed(entry); });
    };
    if (verb == "replace" || !value) list.clear();
    if (!value) return list;
    for (const std::string& entry : *value) {
        const auto found = place(entry);
        if ((found == list.end()) == (verb == "remove")) return std::nullopt;
        if (verb == "remove") {
            list.erase(found);
        } else {
            list.push_back(entry);
        }
    }
    return list;
}

TEST(ManagementPropertyTest, a_patch_does_what_one_change_after_the_other_does) {
    Dice dice(3);
    std::size_t applied = 0;
    for (int round = 0; round < k_rounds; ++round) {
        const TrackerDefinition before = random_tracker(dice);
        std::optional<TrackerDefinition> after = before;
        std::string body = "[";
        for (std::size_t i = dice.below(5); i > 0; --i) {
            const std::string verb = dice.any(std::array{"add", "replace", "remove"});
            const bool excludes = dice.one_in(3);
            std::optional<std::vector<std::string>> value;
            if (verb != "remove" || !dice.one_in(6)) value.emplace();
            for (std::size_t k = dice.below(3); value && k > 0; --k) value->emplace_back(dice.any(k_texts));

            body += (body.size() > 1 ? "," : "") + std::string(R"({"op":")") + verb + R"(","path":)";
            body += excludes ? R"("/excludeVocabulary")" : R"("/vocabulary")";
            if (value) body += R"(,"value":)" + (value->size() == 1 ? to_json(value->front()) : to_json(*value));
            body += "}";
            auto& list = excludes ? after->exclude_vocabulary : after->vocabulary;
            auto next = changed(list, verb, value);
            if (!next) {
                after.reset();
                break;
            }
            list = std::move(*next);
        }
        body += "]";
        if (after && after->vocabulary.empty() && after->patterns.empty()) after.reset();

        const auto patch = TrackerPatch::read(body, {});
        ASSERT_TRUE(patch) << body;
        const auto result = patch->apply(before);
        ASSERT_EQ(result.has_value(), after.has_value()) << body << "\n" << to_json(std::vector{before});
        ASSERT_TRUE(!after || *result == *after) << body;
        applied += after.has_value();
    }
    EXPECT_GT(applied, k_rounds / 10);
    EXPECT_LT(applied, k_rounds);
}

}  // namespace
}  // namespace earshot::proto
