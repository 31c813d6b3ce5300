#include "earshot/detect/batch_detector.hpp"
#include "earshot/detect/speaker_window.hpp"

#include "support/counting_ids.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace earshot::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::shared_ptr<const TrackerList> list_of(LanguageTools& tools, const std::vector<std::string>& names) {
    TrackerListDefinition definition;
    for (const std::string& name : names) {
        TrackerDefinition tracker;
        tracker.id = tracker.name = name;
        tracker.vocabulary = {"phrase of " + name};
        definition.trackers.push_back(std::move(tracker));
    }
    PhraseSetSource sets;
    return TrackerList::compile(std::move(definition), {}, tools.tokenizer(), sets).value();
}

Verdict verdict(std::uint32_t tracker, std::uint32_t first_word, std::uint32_t last_word, double score = 0.75) {
    Verdict one;
    one.tracker = tracker;
    one.score = score;
    one.first_word = first_word;
    one.last_word = one.known_word = last_word;
    return one;
}

std::vector<HitState> states_of(const std::vector<HitChange>& changes) {
    std::vector<HitState> states;
    for (const HitChange& change : changes) states.push_back(change.state);
    return states;
}

std::string said(const Hit& hit) {
    const HitPart& part = hit.parts.at(0);
    return part.text.substr(part.begin, part.end - part.begin);
}

class WindowVerdictsTest : public testing::Test {
protected:
    void SetUp() override { put({"A", "B"}); }

    void put(const std::vector<std::string>& names, std::vector<HitChange>* changes = nullptr) {
        window_.follow(lists_.put(slot_, list_of(tools_, names)), changes);
    }

    std::vector<HitChange> hypothesize(std::string_view text) {
        std::vector<HitChange> changes;
        window_.hypothesize("u", {text}, &changes);
        return changes;
    }

    std::vector<HitChange> assume(const std::vector<Verdict>& verdicts) {
        std::vector<HitChange> changes;
        window_.assume("u", verdicts, 0.5, changes);
        return changes;
    }

    EndedUtterance end() {
        window_.commit_hypothesis("u");
        return window_.end("u", nullptr);
    }

    LanguageTools tools_;
    support::CountingIds ids_;
    ActiveLists lists_;
    std::size_t slot_ = lists_.free_slot();
    SpeakerWindow window_{lists_, {"ann@example.com", "customer"}, "en-US", tools_, ids_};
};

TEST_F(WindowVerdictsTest, what_is_assumed_is_open_and_confirmed_by_the_verdict_under_its_id) {
    hypothesize("how about the money");
    const auto created = assume({verdict(0, 2, 3)});
    ASSERT_THAT(states_of(created), ElementsAre(HitState::created));
    EXPECT_EQ(said(created[0].hit), "the money");

    EXPECT_THAT(hypothesize("how about the money then"), IsEmpty()) << "its words are what they were";
    const EndedUtterance ended = end();
    EXPECT_THAT(ended.retracted, IsEmpty());
    EXPECT_THAT(ended.confirmed, IsEmpty());
    EXPECT_EQ(window_.open_hits().size(), 1U);

    const std::vector<Verdict> verdicts{verdict(0, 2, 4, 0.8)};
    const Judged judged = window_.judge(ended.number, verdicts, 0.5);
    ASSERT_EQ(judged.confirmed.size(), 1U);
    EXPECT_EQ(judged.confirmed[0].id, created[0].hit.id);
    EXPECT_EQ(said(judged.confirmed[0]), "the money then");
    EXPECT_THAT(judged.retracted, IsEmpty());
    EXPECT_THAT(window_.open_hits(), IsEmpty());
}

TEST_F(WindowVerdictsTest, what_the_verdict_does_not_confirm_is_taken_back) {
    hypothesize("how about the money");
    const auto created = assume({verdict(0, 2, 3), verdict(1, 0, 1)});
    const EndedUtterance ended = end();

    const std::vector<Verdict> verdicts{verdict(1, 0, 1)};
    const Judged judged = window_.judge(ended.number, verdicts, 0.5);
    ASSERT_EQ(judged.retracted.size(), 1U);
    EXPECT_EQ(judged.retracted[0].id, created[0].hit.id);
    EXPECT_EQ(judged.confirmed.size(), 1U);
}

TEST_F(WindowVerdictsTest, another_hypothesis_takes_back_what_its_words_no_longer_say) {
    hypothesize("how about the money");
    assume({verdict(0, 2, 3)});
    EXPECT_THAT(states_of(hypothesize("how about the monkey")), ElementsAre(HitState::retracted));
    EXPECT_THAT(states_of(hypothesize("how")), IsEmpty());
}

TEST_F(WindowVerdictsTest, later_verdicts_stand_in_place_of_those_before) {
    hypothesize("how about the money");
    assume({verdict(0, 2, 3)});
    EXPECT_THAT(states_of(assume({verdict(0, 1, 3, 0.9)})), ElementsAre(HitState::updated));
    EXPECT_THAT(states_of(assume({verdict(0, 1, 3, 0.9)})), IsEmpty());
    EXPECT_THAT(states_of(assume({})), ElementsAre(HitState::retracted));
    EXPECT_THAT(states_of(assume({verdict(0, 1, 3, 0.4)})), IsEmpty()) << "below the threshold";
}

TEST_F(WindowVerdictsTest, an_assumption_yields_to_what_is_said_literally) {
    hypothesize("a phrase of A");
    EXPECT_THAT(assume({verdict(0, 0, 3, 0.9)}), IsEmpty());
    EXPECT_THAT(states_of(assume({verdict(1, 0, 3, 0.9)})), ElementsAre(HitState::created));
}

TEST_F(WindowVerdictsTest, a_tracker_that_goes_takes_its_assumed_hits_along) {
    hypothesize("how about the money");
    std::string of_b;
    for (const HitChange& change : assume({verdict(0, 2, 3), verdict(1, 0, 1)})) {
        if (change.hit.tracker == 1) of_b = change.hit.id;
    }
    std::vector<HitChange> changes;
    put({"B"}, &changes);
    EXPECT_THAT(states_of(changes), ElementsAre(HitState::retracted));
    ASSERT_EQ(window_.open_hits().size(), 1U);
    EXPECT_EQ(window_.open_hits()[0].id, of_b) << "it stays, and goes on as what it is in the new list";
    EXPECT_THAT(assume({verdict(0, 0, 1)}), IsEmpty());

    const EndedUtterance ended = end();
    changes.clear();
    put({"C"}, &changes);
    EXPECT_THAT(states_of(changes), ElementsAre(HitState::retracted)) << "also once it ended";
    EXPECT_THAT(window_.judge(ended.number, {}, 0.5).retracted, IsEmpty());
}

TEST_F(WindowVerdictsTest, a_list_that_comes_or_goes_leaves_what_is_assumed_of_others) {
    hypothesize("how about the money");
    assume({verdict(0, 2, 3)});
    std::vector<HitChange> changes;
    const std::size_t other = lists_.free_slot();
    window_.follow(lists_.put(other, list_of(tools_, {"C"})), &changes);
    window_.follow(lists_.put(other, nullptr), &changes);
    EXPECT_THAT(changes, IsEmpty());
}

TEST_F(WindowVerdictsTest, an_utterance_that_ends_without_words_takes_back_what_was_assumed) {
    window_.hypothesize("u", {"how about the money"}, nullptr);
    assume({verdict(0, 2, 3)});
    EXPECT_EQ(window_.end("u", nullptr).retracted.size(), 1U) << "the hypothesis was not committed";
}

TEST(BatchJudgeTest, verdicts_become_hits_at_the_word_with_which_they_were_known) {
    LanguageTools tools;
    support::CountingIds ids;
    std::vector<std::string> asked;
    BatchDetector detector(
        list_of(tools, {"A"}), tools, ids,
        [&](std::string_view text) {
            asked.emplace_back(text);
            Verdict one = verdict(0, 2, 3);
            one.known_word = 4;
            return std::vector<Verdict>{one};
        },
        0.5);
    const std::vector<Turn> turns{{"ann", "so how about the, money now"}};
    const auto hits = detector.detect(turns);
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_THAT(asked, ElementsAre("so how about the, money now"));
    EXPECT_EQ(hits[0].start, 7U);
    EXPECT_EQ(hits[0].end, 16U);
    EXPECT_EQ(hits[0].word, 4U);
}

}  // namespace
}  // namespace earshot::detect
