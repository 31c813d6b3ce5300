#include "earshot/proto/management_codec.hpp"

#include "support/findings_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace earshot::proto {
namespace {

using support::told;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string one(std::string_view body, const ManagementRules& rules = {}) {
    return told(read_trackers(body, BodyShape::one, rules));
}

std::string list(std::string_view body) {
    return told(read_trackers(body, BodyShape::list, {}));
}

/// A tracker with the phrase "hi" and what `more` says.
std::string with(std::string_view more) {
    return one(R"({"name":"a","vocabulary":["hi"],)" + std::string(more) + "}");
}

TEST(ManagementCodecTest, reads_a_tracker_as_it_was_sent_and_fills_in_what_is_absent) {
    const auto read = read_trackers(
        "{\"name\":\"Caf\u00e9\",\"vocabulary\":[\" What\u2019s the price? \",\"b, c & d\"]}", BodyShape::one, {});

    ASSERT_TRUE(read) << told(read);
    EXPECT_FALSE(read->is_list);
    detect::TrackerDefinition expected;
    expected.name = "Caf\u00e9";
    expected.vocabulary = {" What\u2019s the price? ", "b, c & d"};
    expected.languages = {"en-US"};
    EXPECT_THAT(read->trackers, ElementsAre(expected));
}

TEST(ManagementCodecTest, reads_every_member_and_ignores_the_rest) {
    const auto read =
        read_trackers(R"({"id":"7","createdOn":3,"name":"a","description":"","vocabulary":["x"],"categories":["c","c"],
        "excludeVocabulary":["y"],"patterns":["\\d+"],"languages":[],"speakers":["agent"],"tiers":["exact","fuzzy"],
        "threshold":0.5,"cooldownSeconds":3})",
                      BodyShape::one, {});

    ASSERT_TRUE(read) << told(read);
    detect::TrackerDefinition expected;
    expected.name = "a";
    expected.vocabulary = {"x"};
    expected.exclude_vocabulary = {"y"};
    expected.patterns = {"\\d+"};
    expected.categories = {"c"};
    expected.speakers = {"agent"};
    expected.tiers = detect::TierSet().insert(detect::Tier::exact).insert(detect::Tier::fuzzy);
    expected.threshold = 0.5;
    expected.cooldown_seconds = 3;
    EXPECT_THAT(read->trackers, ElementsAre(expected));
}

TEST(ManagementCodecTest, null_is_absent_and_of_members_given_twice_the_last_counts) {
    EXPECT_EQ(with(R"("languages":null,"threshold":null,"tiers":null,"description":null,"vocabulary":null)"),
              "nothing");
    EXPECT_EQ(with(R"("vocabulary":[])"), R"(/vocabulary: "vocabulary" must hold at least one phrase)");
}

TEST(ManagementCodecTest, patterns_may_stand_without_phrases) {
    EXPECT_EQ(one(R"({"name":"a","patterns":["x"]})"), "nothing");
    EXPECT_EQ(one(R"({"name":"a","vocabulary":[],"patterns":["x"]})"), "nothing");
    EXPECT_EQ(one(R"({"name":"a","patterns":[]})"), R"(/vocabulary: "vocabulary" must hold at least one phrase)");
}

TEST(ManagementCodecTest, tells_what_is_wrong_with_a_tracker) {
    EXPECT_EQ(one("{}"), R"(/name: "name" is required; /vocabulary: "vocabulary" is required)");
    EXPECT_EQ(one(R"({"name":"","vocabulary":[]})"),
              R"(/name: "name" is not allowed to be empty; /vocabulary: "vocabulary" must hold at least one phrase)");
    EXPECT_EQ(one(R"({"name":" \t","vocabulary":["x"]})"), R"(/name: "name" is not allowed to be empty)");
    EXPECT_EQ(one(R"({"name":7,"vocabulary":"x"})"),
              R"(/name: "name" must be a string; /vocabulary: "vocabulary" must be an array)");
    EXPECT_EQ(one(R"({"name":"a","vocabulary":["x",7,""," ","?!","x "," x","X"]})"),
              R"(/vocabulary/1: "vocabulary[1]" must be a string; )"
              R"(/vocabulary/2: "vocabulary[2]" is not allowed to be empty; )"
              R"(/vocabulary/3: "vocabulary[3]" is not allowed to be empty; )"
              R"(/vocabulary/4: "vocabulary[4]" must hold a word; )"
              R"(/vocabulary/5: "vocabulary[5]" contains a duplicate value; )"
              R"(/vocabulary/6: "vocabulary[6]" contains a duplicate value)");
    EXPECT_EQ(one("[]"), ": the body must be an object");
    EXPECT_EQ(one("7"), ": the body must be an object");
}

TEST(ManagementCodecTest, tells_what_is_wrong_with_settings_of_ours) {
    EXPECT_EQ(with(R"("threshold":1.5)"), R"(/threshold: "threshold" must be within 0 and 1)");
    EXPECT_EQ(with(R"("threshold":"1")"), R"(/threshold: "threshold" must be a number)");
    EXPECT_EQ(with(R"("threshold":1,"cooldownSeconds":-0)"), "nothing");
    EXPECT_EQ(with(R"("cooldownSeconds":-1)"),
              R"(/cooldownSeconds: "cooldownSeconds" must be within 0 and 1000000000)");
    EXPECT_EQ(with(R"("tiers":["exact","loud"])"),
              R"(/tiers/1: "tiers[1]" must be one of exact, pattern, inflected, fuzzy, semantic)");
    EXPECT_EQ(with(R"("tiers":"exact")"), R"(/tiers: "tiers" must be an array)");
    EXPECT_EQ(with(R"("languages":[1],"categories":{},"speakers":[null])"),
              R"(/languages/0: "languages[0]" must be a string; /categories: "categories" must be an array; )"
              R"(/speakers/0: "speakers[0]" must be a string)");
    EXPECT_EQ(with(R"("patterns":["a","","a"])"), R"(/patterns/1: "patterns[1]" is not allowed to be empty; )"
                                                  R"(/patterns/2: "patterns[2]" contains a duplicate value)");
    EXPECT_THAT(with(R"("patterns":["(a"])"), StartsWith(R"(/patterns/0: "patterns[0]" does not compile: missing )"));
    EXPECT_THAT(with(R"("patterns":["((a{100}){100}){100}"])"), HasSubstr("does not compile"));
}

TEST(ManagementCodecTest, tells_what_cannot_be_read_at_all) {
    EXPECT_EQ(one(""), ": the body is not valid JSON");
    EXPECT_EQ(one("{} {}"), ": the body is not valid JSON");
    EXPECT_EQ(one("{\"name\":\"\xff\"}"), ": the body is not valid UTF-8");
    EXPECT_EQ(one(std::string(2000, '[') + std::string(2000, ']')), ": the body is nested too deeply");
    EXPECT_EQ(with(R"("description":"a\u0000b")"), R"(/description: "description" holds the character U+0000)");
    EXPECT_NE(with(R"("description":"\ud800")"), "nothing");
    EXPECT_NE(with(R"("description":"\udc00")"), "nothing");
}

TEST(ManagementCodecTest, names_places_in_lists_and_documents) {
    const char* const trackers = R"([{"name":"a","vocabulary":["x"]},7,{"vocabulary":["y",3]}])";

    EXPECT_EQ(list(trackers), R"(/1: "[1]" must be an object; /2/vocabulary/1: "[2].vocabulary[1]" must be a string; )"
                              R"(/2/name: "[2].name" is required)");
    EXPECT_EQ(told(read_trackers(R"({"trackers":)" + std::string(trackers) + "}", BodyShape::document, {})),
              R"(/trackers/1: "trackers[1]" must be an object; )"
              R"(/trackers/2/vocabulary/1: "trackers[2].vocabulary[1]" must be a string; )"
              R"(/trackers/2/name: "trackers[2].name" is required)");
}

TEST(ManagementCodecTest, a_body_has_the_shape_that_its_route_takes) {
    const std::string tracker = R"({"name":"a","vocabulary":["x"]})";
    const auto is_list = [](std::string_view body, BodyShape shape) {
        const auto read = read_trackers(body, shape, {});
        return read ? std::to_string(read->trackers.size()) + (read->is_list ? " in a list" : "") : told(read);
    };

    EXPECT_EQ(is_list(tracker, BodyShape::one_or_list), "1");
    EXPECT_EQ(is_list("[" + tracker + "]", BodyShape::one_or_list), "1 in a list");
    EXPECT_EQ(is_list("[" + tracker + "," + tracker + "]", BodyShape::list), "2 in a list");
    EXPECT_EQ(is_list("[]", BodyShape::one_or_list), ": the body must hold at least one tracker");
    EXPECT_EQ(is_list("7", BodyShape::one_or_list), ": the body must be an object or an array");
    EXPECT_EQ(is_list(tracker, BodyShape::list), ": the body must be an array");
    EXPECT_EQ(is_list("[]", BodyShape::document), "0 in a list");
    EXPECT_EQ(is_list(R"({"trackers":[]})", BodyShape::document), "0 in a list");
    EXPECT_EQ(is_list(R"({"trackers":[)" + tracker + "]}", BodyShape::document), "1 in a list");
    EXPECT_EQ(is_list(tracker, BodyShape::document), R"(/trackers: "trackers" is required)");
    EXPECT_EQ(is_list("7", BodyShape::document), ": the body must be an array or an object");
}

TEST(ManagementCodecTest, limits_hold_on_both_sides) {
    ManagementRules rules;
    rules.limits.name_bytes = 4;
    rules.limits.phrase_bytes = 6;
    rules.limits.phrases = 4;  // en-US, which is not said, is an entry too
    rules.limits.trackers = 2;
    rules.patterns.max_bytes = 5;
    rules.limits.body_patterns = 2;

    EXPECT_EQ(one(R"({"name":"abcd","vocabulary":["123456"],"patterns":["12345","b"]})", rules), "nothing");
    EXPECT_EQ(one(R"({"name":"abcde","vocabulary":["1234567"],"patterns":["123456"]})", rules),
              R"(/name: "name" is over 4 bytes; /vocabulary/0: "vocabulary[0]" is over 6 bytes; )"
              R"(/patterns/0: "patterns[0]" is over 5 bytes)");
    EXPECT_EQ(one(R"({"name":"a","patterns":["a","b","c","d"]})", rules),
              R"(/patterns/2: "patterns[2]" is beyond 2 patterns)");
    EXPECT_EQ(one(R"({"name":"a","vocabulary":["a","b"],"excludeVocabulary":["c","d"],"languages":[]})", rules),
              "nothing");
    EXPECT_EQ(one(R"({"name":"a","vocabulary":["a","b"],"excludeVocabulary":["c","d"]})", rules),
              ": the body is beyond 4 entries in all");
    EXPECT_EQ(one(R"({"name":"a","vocabulary":["a","b"],"excludeVocabulary":["c","d","e","f"]})", rules),
              R"(/excludeVocabulary/2: "excludeVocabulary[2]" is beyond 4 entries in all)");
    EXPECT_EQ(told(read_trackers(R"([{"name":"a","vocabulary":["a"]},{"name":"b","vocabulary":["a"]},7,8])",
                                 BodyShape::list, rules)),
              ": the body holds over 2 trackers");
}

/// A JSON array of so many patterns that are small and have large programs.
std::string large_patterns(std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) {
        list.append(list.empty() ? "[" : ",").append(R"("a\\pL{20})").append(std::to_string(i)).append("\"");
    }
    return list + "]";
}

ManagementRules rules_of_cost(std::size_t cost) {
    ManagementRules rules;
    rules.patterns.cost = cost;
    return rules;
}

TEST(ManagementCodecTest, what_the_patterns_of_a_body_cost_is_bounded) {
    const ManagementRules rules = rules_of_cost(100'000);  // each costs about 48,000
    const std::string two = R"({"name":"a","patterns":)" + large_patterns(2) + "}";
    const std::string many = R"({"name":"b","patterns":)" + large_patterns(1000) + R"(,"vocabulary":[7]})";

    EXPECT_EQ(one(two, rules), "nothing");
    EXPECT_EQ(one(many, rules), R"(/patterns/2: "patterns[2]" is beyond a cost of 100000 for all patterns; )"
                                R"(/vocabulary/0: "vocabulary[0]" must be a string)");
    EXPECT_EQ(told(read_trackers("[" + two + "," + two + "]", BodyShape::document, rules)),
              R"(/1/patterns/0: "[1].patterns[0]" is beyond a cost of 100000 for all patterns)");
    EXPECT_EQ(
        told(TrackerPatch::read(R"([{"op":"add","path":"/patterns","value":)" + large_patterns(1000) + "}]", rules)),
        R"(/0/value/2: "[0].value[2]" is beyond a cost of 100000 for all patterns)");
}

TEST(ManagementCodecTest, patterns_that_need_too_much_memory_are_told_up_to_that_cost) {
    const std::string body = R"({"name":"a","patterns":["\\pL{998}","\\pL{999}","\\pL{1000}","x"]})";

    EXPECT_EQ(one(body, rules_of_cost(100'000)),
              R"(/patterns/0: "patterns[0]" does not compile: pattern too large - compile failed; )"
              R"(/patterns/1: "patterns[1]" does not compile: pattern too large - compile failed; )"
              R"(/patterns/2: "patterns[2]" is beyond a cost of 100000 for all patterns)");
}

TEST(ManagementCodecTest, of_a_document_each_tracker_is_bounded) {
    ManagementRules rules;
    rules.limits.phrases = 3;
    rules.limits.body_patterns = 1;
    rules.tracker_bytes = 10;
    const auto document = [&](const std::string& trackers) {
        return told(read_trackers("[" + trackers + "]", BodyShape::document, rules));
    };
    const std::string full = R"({"name":"a","vocabulary":["bcd"],"patterns":["x"]})";  // and en-US

    EXPECT_EQ(document(full + "," + full + "," + full), "nothing");
    EXPECT_EQ(told(read_trackers("[" + full + "," + full + "]", BodyShape::list, rules)),
              R"(/1/vocabulary/0: "[1].vocabulary[0]" is beyond 3 entries in all; )"
              R"(/1/patterns/0: "[1].patterns[0]" is beyond 1 patterns)");
    EXPECT_EQ(document(full + R"(,{"name":"a","vocabulary":["b","c","d"]})"),
              R"(/1: "[1]" is beyond 3 entries in all)");
    EXPECT_EQ(document(full + R"(,{"name":"a","patterns":["b","c"]})"),
              R"(/1/patterns/1: "[1].patterns[1]" is beyond 1 patterns)");
    EXPECT_EQ(document(full + R"(,{"name":"a","vocabulary":["bcdef"]})"), R"(/1: "[1]" holds over 10 bytes)");
}

TEST(ManagementCodecTest, a_list_of_findings_ends) {
    std::string body = R"({"name":"a","vocabulary":[0)";
    for (int i = 1; i < 1000; ++i) body += ",0";

    const auto read = read_trackers(body + "]}", BodyShape::one, {});

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().list.size(), Findings::k_most);
    EXPECT_EQ(read.error().list.back().path, "/vocabulary/99");
}

TEST(ManagementCodecTest, strict_punctuation_is_that_of_the_rule) {
    ManagementRules rules;
    rules.punctuation = Punctuation::strict;
    const auto phrase = [&](std::string_view text) {
        return one(R"({"name":"a?","vocabulary":[")" + std::string(text) + "\"]}", rules);
    };
    const std::string refused = R"(/vocabulary/0: "vocabulary[0]" must not hold other punctuation than . ' -)";

    for (const char* good : {"what's", "e-mail v1.5", "ca\u0301fe\u00e9", "\u0928\u092e\u0938\u094d\u0924\u0947"}) {
        EXPECT_EQ(phrase(good), "nothing") << good;
    }
    for (const char* bad : {"how much?", "a, b", "what\u2019s", "a & b", "a!", "x:y", "$5"}) {
        EXPECT_EQ(phrase(bad), refused) << bad;
    }
}

TEST(ManagementCodecTest, a_replacement_may_repeat_the_id_of_its_path_and_no_other) {
    const auto id = [](std::string_view json) {
        return told(read_replacement(R"({"id":)" + std::string(json) + R"(,"name":"a","vocabulary":["x"]})", "12", {}));
    };

    EXPECT_EQ(id(R"("12")"), "nothing");
    EXPECT_EQ(id("null"), "nothing");
    EXPECT_EQ(id(R"("13")"), R"(/id: "id" is another one than that of the path)");
    EXPECT_EQ(id("12"), R"(/id: "id" must be a string)");
    EXPECT_EQ(told(read_replacement(R"([])", "12", {})), ": the body must be an object");
}

class TrackerPatchTest : public ::testing::Test {
protected:
    TrackerPatchTest() {
        tracker_.id = "1";
        tracker_.name = "a";
        tracker_.vocabulary = {"one", "two"};
        tracker_.languages = {"en-US"};
    }

    std::string patch(std::string_view operations, const ManagementRules& rules = {}) {
        auto read = TrackerPatch::read(operations, rules);
        if (!read) return told(read);
        auto changed = read->apply(tracker_);
        if (changed) changed_ = *changed;
        return told(changed);
    }

    detect::TrackerDefinition tracker_;
    detect::TrackerDefinition changed_;
};

TEST_F(TrackerPatchTest, operations_apply_in_their_order) {
    EXPECT_EQ(patch(R"([{"op":"add","path":"/vocabulary","value":"three"},
                        {"op":"remove","path":"/vocabulary","value":["one","three"]},
                        {"op":"add","path":"/vocabulary","value":["one"]},
                        {"op":"replace","path":"/name","value":"b"},
                        {"op":"replace","path":"/excludeVocabulary","value":"x"},
                        {"op":"add","path":"/threshold","value":0.25},
                        {"op":"replace","path":"/cooldownSeconds","value":4},
                        {"op":"add","path":"/tiers","value":["exact","fuzzy"]},
                        {"op":"remove","path":"/tiers","value":"exact"}])"),
              "nothing");

    detect::TrackerDefinition expected = tracker_;
    expected.vocabulary = {"two", "one"};
    expected.name = "b";
    expected.exclude_vocabulary = {"x"};
    expected.threshold = 0.25;
    expected.cooldown_seconds = 4;
    expected.tiers = detect::TierSet().insert(detect::Tier::fuzzy);
    EXPECT_EQ(changed_, expected);
}

TEST_F(TrackerPatchTest, remove_without_a_value_makes_a_member_as_if_it_had_not_been_given) {
    const detect::TrackerDefinition plain = tracker_;
    tracker_.description = "d";
    tracker_.categories = {"c"};
    tracker_.languages = {"de-DE"};
    tracker_.speakers = {"agent"};
    tracker_.patterns = {"x"};
    tracker_.threshold = 1;
    tracker_.cooldown_seconds = 2;
    tracker_.tiers = detect::TierSet::all();

    EXPECT_EQ(patch(R"([{"op":"remove","path":"/description"},{"op":"remove","path":"/categories"},
                        {"op":"remove","path":"/languages"},{"op":"remove","path":"/speakers"},
                        {"op":"remove","path":"/patterns","value":null},{"op":"remove","path":"/threshold"},
                        {"op":"remove","path":"/cooldownSeconds"},{"op":"remove","path":"/tiers"}])"),
              "nothing");
    EXPECT_EQ(changed_, plain);
}

TEST_F(TrackerPatchTest, tells_what_is_wrong_with_operations) {
    EXPECT_EQ(patch("{}"), ": the body must be an array");
    EXPECT_EQ(patch("[]"), "nothing");
    EXPECT_EQ(
        patch(R"([7,{},{"op":"move","path":"/id","value":"x"},{"op":"ADD","path":3},{"op":"add","path":"/name"}])"),
        R"(/0: "[0]" must be an object; /1/op: "[1].op" is required; /1/path: "[1].path" is required; )"
        R"(/2/op: "[2].op" must be one of add, replace, remove; )"
        R"(/2/path: "[2].path" names nothing that can be changed; )"
        R"(/3/path: "[3].path" must be a string; /4/value: "[4].value" is required)");
    EXPECT_EQ(patch(R"([{"op":"remove","path":"/name"}])"),
              R"(/0/op: "[0].op" must not be remove where "path" is /name)");
    EXPECT_EQ(patch(R"([{"op":"add","path":"/vocabulary","value":["?",3]},{"op":"add","path":"/patterns","value":7}])"),
              R"(/0/value/0: "[0].value[0]" must hold a word; /0/value/1: "[0].value[1]" must be a string; )"
              R"(/1/value: "[1].value" must be a string or an array of strings)");
    EXPECT_THAT(patch(R"([{"op":"add","path":"/patterns","value":"("}])"), HasSubstr("does not compile"));
    EXPECT_EQ(patch(R"([{"op":"add","path":"/threshold","value":2},{"op":"replace","path":"/name","value":" "}])"),
              R"(/0/value: "[0].value" must be within 0 and 1; /1/value: "[1].value" is not allowed to be empty)");
}

TEST_F(TrackerPatchTest, tells_what_does_not_fit_the_tracker) {
    EXPECT_EQ(patch(R"([{"op":"add","path":"/vocabulary","value":" two "}])"),
              R"(/0/value: "[0].value" contains a duplicate value)");
    EXPECT_EQ(patch(R"([{"op":"add","path":"/vocabulary","value":["Two","three","three"]},
                        {"op":"remove","path":"/vocabulary","value":["four"]},
                        {"op":"remove","path":"/tiers","value":"exact"}])"),
              R"(/0/value/2: "[0].value[2]" contains a duplicate value; /1/value/0: "[1].value[0]" is not there; )"
              R"(/2/value: "[2].value" is not there)");
    EXPECT_EQ(patch(R"([{"op":"remove","path":"/vocabulary"}])"), R"(: "vocabulary" must hold at least one phrase)");
    EXPECT_EQ(patch(R"([{"op":"remove","path":"/vocabulary"},{"op":"add","path":"/patterns","value":"x"}])"),
              "nothing");
}

TEST_F(TrackerPatchTest, a_tracker_does_not_grow_beyond_the_rules) {
    ManagementRules rules;
    rules.limits.phrases = 4;  // en-US is an entry too
    EXPECT_EQ(patch(R"([{"op":"add","path":"/vocabulary","value":"x"}])", rules), "nothing");
    EXPECT_EQ(patch(R"([{"op":"add","path":"/vocabulary","value":["x","y"]}])", rules),
              ": the tracker would hold over 4 entries");
    rules = {};
    rules.tracker_bytes = 13;
    EXPECT_EQ(patch(R"([{"op":"add","path":"/vocabulary","value":"x"}])", rules), "nothing");
    EXPECT_EQ(patch(R"([{"op":"add","path":"/vocabulary","value":"xy"}])", rules),
              ": the tracker would hold over 13 bytes");
    rules = {};
    rules.limits.body_patterns = 1;
    EXPECT_EQ(patch(R"([{"op":"add","path":"/patterns","value":"x"}])", rules), "nothing");
    tracker_.patterns = {"y"};
    EXPECT_EQ(patch(R"([{"op":"add","path":"/patterns","value":"x"}])", rules),
              ": the tracker would hold over 1 patterns");
}

TEST(ManagementAnswersTest, a_tracker_shows_what_it_has) {
    detect::TrackerRecord record;
    record.tracker.id = "4476908732794496";
    record.tracker.name = "a\"b";
    record.tracker.vocabulary = {"x"};
    record.tracker.languages = {"en-US"};
    record.created_on = base::WallTime(std::chrono::milliseconds(1'000));
    record.updated_on = base::WallTime(std::chrono::milliseconds(86'400'001));

    EXPECT_EQ(tracker_answer(record),
              R"({"tracker":{"id":"4476908732794496","name":"a\"b","description":"","categories":[],)"
              R"("languages":["en-US"],"vocabulary":["x"],"excludeVocabulary":[],)"
              R"("createdOn":"1970-01-01T00:00:01.000Z","updatedOn":"1970-01-02T00:00:00.001Z"}})");

    record.tracker.patterns = {"p"};
    record.tracker.speakers = {"agent"};
    record.tracker.threshold = 0.5;
    record.tracker.tiers = detect::TierSet();
    record.tracker.cooldown_seconds = 3;
    EXPECT_THAT(
        trackers_answer(std::vector{record, record}),
        HasSubstr(R"("patterns":["p"],"speakers":["agent"],"threshold":0.5,"tiers":[],"cooldownSeconds":3,"created)"));
    EXPECT_EQ(trackers_answer({}), R"({"trackers":[]})");
}

TEST(ManagementAnswersTest, errors_and_deletions_have_their_shapes) {
    EXPECT_EQ(deleted_answer("12"), R"({"id":"12","type":"tracker","deleted":true})");
    EXPECT_EQ(findings_answer({{{"/a", "first"}, {"", "second"}}}),
              R"({"message":"first","errors":[{"path":"/a","message":"first"},{"path":"","message":"second"}]})");
    EXPECT_EQ(status_answer("no", 429), R"({"message":"no","statusCode":429})");
}

}  // namespace
}  // namespace earshot::proto
