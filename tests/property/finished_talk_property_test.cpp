#include "earshot/detect/active_lists.hpp"
#include "earshot/detect/batch_detector.hpp"
#include "earshot/detect/speaker_window.hpp"
#include "earshot/session/finished_talk.hpp"
#include "earshot/text/utf8.hpp"

#include "support/counting_ids.hpp"
#include "support/environment.hpp"
#include "support/random_talk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace earshot::support {
namespace {

using detect::ConversationChange;
using session::FinishedTalk;

constexpr base::WallTime k_begin{std::chrono::milliseconds(1'700'000'000'000)};

struct Said {
    std::string speaker;
    std::string text;
    std::optional<detect::WallSpan> time;
};

/// A hit by what it says: tracker, phrase, tier, and each part by its message's text.
using Heard = std::tuple<std::string, std::string, detect::Tier,
                         std::vector<std::tuple<std::string, std::uint32_t, std::uint32_t>>>;

class FinishedTalkLaw : public ::testing::Test {
protected:
    void make(std::uint64_t seed, bool with_times) {
        talk_ = std::make_unique<RandomTalk>(seed);
        list_ = *detect::TrackerList::compile(talk_->list(with_times), {}, tools_.tokenizer(), sets_);
        said_.clear();
        base::WallTime now = k_begin;
        for (std::size_t left = talk_->below(9); left > 0; --left) {
            Said one{talk_->one_in(2) ? "ann" : "bob", talk_->text(6), {}};
            now += std::chrono::milliseconds(250 * talk_->below(50));
            if (with_times) one.time = detect::WallSpan{now, now + std::chrono::milliseconds(500)};
            said_.push_back(std::move(one));
        }
    }

    session::HearingRules rules(bool has_scorer = false) const {
        return {list_, list_->definition().settings.language, k_begin, has_scorer, 0.5, 16 * 1024};
    }

    static void say(FinishedTalk& talk, const Said& one) { talk.say({one.speaker, {}, {}}, one.text, one.time); }

    static void add(ConversationChange& all, ConversationChange more) {
        for (auto& member : more.members) all.members.push_back(std::move(member));
        for (auto& message : more.messages) all.messages.push_back(std::move(message));
        for (auto& hit : more.hits) all.hits.push_back(std::move(hit));
    }

    static std::vector<Heard> heard(const ConversationChange& change) {
        std::map<std::string, std::string> texts;
        for (const auto& message : change.messages) texts[message.id] = message.text;
        std::vector<Heard> heard;
        for (const auto& hit : change.hits) {
            auto& [tracker, value, tier, parts] = heard.emplace_back(
                hit.tracker, hit.value, hit.tier, std::vector<std::tuple<std::string, std::uint32_t, std::uint32_t>>());
            for (const auto& part : hit.parts) parts.emplace_back(texts.at(part.message), part.begin, part.end);
        }
        std::sort(heard.begin(), heard.end());
        return heard;
    }

    detect::LanguageTools tools_;
    detect::PhraseSetSource sets_;
    CountingIds ids_;
    std::unique_ptr<RandomTalk> talk_;
    std::shared_ptr<const detect::TrackerList> list_;
    std::vector<Said> said_;
};

TEST_F(FinishedTalkLaw, hears_what_detect_hears) {
    std::size_t hits = 0;
    for (std::uint64_t seed = 21'000'000; seed < 21'000'000 + 300; ++seed) {
        make(seed, seed % 2 == 0);
        FinishedTalk talk(rules(), tools_, ids_);
        std::vector<detect::Turn> turns;
        for (const Said& one : said_) {
            say(talk, one);
            const auto at = [](base::WallTime time) { return base::to_seconds(time - k_begin); };
            turns.push_back({one.speaker, one.text, {detect::k_unknown_time, detect::k_unknown_time}});
            if (one.time) turns.back().time = {at(one.time->start), at(one.time->end)};
        }
        std::vector<Heard> should;
        detect::BatchDetector detector(list_, tools_, ids_);
        for (const detect::TurnHit& found : detector.detect(turns)) {
            const detect::Hit& hit = found.hit;
            auto& [tracker, value, tier, parts] =
                should.emplace_back(list_->tracker(hit.tracker).id, hit.value(), hit.tier,
                                    std::vector<std::tuple<std::string, std::uint32_t, std::uint32_t>>());
            for (const auto& part : hit.parts) parts.emplace_back(part.text, part.begin, part.end);
        }
        std::sort(should.begin(), should.end());
        ASSERT_EQ(heard(talk.take_change()), should) << "seed " << seed;
        hits += should.size();
    }
    EXPECT_GT(hits, 100U);
}

// A long message is said piece by piece; what comes of it is what comes of it in one piece, cut at the same bound.
TEST_F(FinishedTalkLaw, a_message_is_cut_as_an_utterance_that_was_said_whole) {
    std::size_t pieces = 0;
    std::size_t hits = 0;
    for (std::uint64_t seed = 24'000'000; seed < 24'000'000 + 200; ++seed) {
        make(seed, false);
        session::HearingRules cut_early = rules();
        cut_early.utterance_bytes = 20 + talk_->below(60);
        std::string text;
        for (std::size_t left = talk_->below(40); left > 0; --left) {
            text += talk_->text(6) + (talk_->one_in(6) ? "\n" : talk_->one_in(6) ? "  " : " ");
        }
        FinishedTalk talk(cut_early, tools_, ids_);
        talk.say({"ann", {}, {}}, text, {});

        detect::ActiveLists lists;
        lists.put(lists.free_slot(), list_);
        detect::SpeakerWindow window(lists, {"ann", {}}, cut_early.language, tools_, ids_);
        std::vector<std::string> texts;
        std::size_t confirmed = 0;
        const auto take = [&](const detect::EndedUtterance& ended) {
            for (const detect::Message& message : ended.messages) texts.push_back(message.text);
            confirmed += ended.confirmed.size();
            if (ended.needs_verdict) confirmed += window.judge(ended.number, {}, 0.5).confirmed.size();
            ++pieces;
        };
        window.commit({}, {text, {detect::k_unknown_time, detect::k_unknown_time}, {}}, nullptr);
        while (window.committed_bytes({}) > cut_early.utterance_bytes) {
            take(window.cut({}, cut_early.utterance_bytes, nullptr));
        }
        take(window.end({}, nullptr));

        const ConversationChange change = talk.take_change();
        std::vector<std::string> said;
        for (const detect::MessageRecord& message : change.messages) said.push_back(message.text);
        ASSERT_EQ(said, texts) << "seed " << seed;
        ASSERT_EQ(change.hits.size(), confirmed) << "seed " << seed;
        hits += confirmed;
    }
    EXPECT_GT(pieces, 2000U);
    EXPECT_GT(hits, 100U);
}

// What is added to a conversation is heard as if all had been sent at once. What a cooldown suppresses depends on hits
// that are not worked out again where they need a scorer; words and patterns need none.
TEST_F(FinishedTalkLaw, it_does_not_matter_where_a_conversation_is_cut) {
    std::size_t across = 0;
    for (std::uint64_t seed = 22'000'000; seed < 22'000'000 + 300; ++seed) {
        make(seed, seed % 2 == 0);
        FinishedTalk whole(rules(), tools_, ids_);
        for (const Said& one : said_) say(whole, one);

        const std::size_t place = said_.empty() ? 0 : talk_->below(said_.size() + 1);
        FinishedTalk first(rules(), tools_, ids_);
        for (std::size_t i = 0; i < place; ++i) say(first, said_[i]);
        ConversationChange all = first.take_change();
        FinishedTalk second(rules(), tools_, ids_);
        for (const auto& member : all.members) second.know(member);
        for (auto begin = all.messages.begin(); begin != all.messages.end();) {
            const auto end = std::find_if(begin, all.messages.end(), [&](const auto& message) {
                return message.member != begin->member || message.utterance != begin->utterance;
            });
            second.remember({begin, end});
            begin = end;
        }
        const std::size_t hits_before = all.hits.size();
        for (std::size_t i = place; i < said_.size(); ++i) say(second, said_[i]);
        add(all, second.take_change());
        const ConversationChange should = whole.take_change();

        ASSERT_EQ(heard(all), heard(should)) << "seed " << seed << ", cut at " << place;
        ASSERT_EQ(all.messages.size(), should.messages.size());
        for (std::size_t i = 0; i < all.messages.size(); ++i) {
            ASSERT_EQ(all.messages[i].text, should.messages[i].text);
            ASSERT_EQ(all.messages[i].utterance, should.messages[i].utterance) << "seed " << seed;
        }
        for (std::size_t i = hits_before; i < all.hits.size(); ++i) across += all.hits[i].parts.size() > 1 ? 1 : 0;
    }
    EXPECT_GT(across, 5U);
}

TEST_F(FinishedTalkLaw, the_order_of_answers_does_not_matter) {
    std::size_t scored = 0;
    for (std::uint64_t seed = 23'000'000; seed < 23'000'000 + 200; ++seed) {
        make(seed, seed % 2 == 0);
        // An answer that depends on the text alone.
        const auto answer_to = [&](const session::Score& question) {
            detect::Opinion opinion;
            for (std::uint32_t tracker = 0; tracker < list_->size(); ++tracker) {
                if (list_->tracker(tracker).vocabulary.empty() || (question.text.size() + tracker) % 3 == 0) continue;
                detect::Verdict verdict;
                verdict.tracker = tracker;
                verdict.score = 0.9;
                opinion.verdicts.push_back(verdict);
            }
            return opinion;
        };
        FinishedTalk at_once(rules(true), tools_, ids_);
        ConversationChange prompt;
        for (const Said& one : said_) {
            say(at_once, one);
            for (const session::Score& question : at_once.take_questions())
                at_once.scored(question.ticket, answer_to(question));
        }
        EXPECT_EQ(at_once.outstanding(), 0U);
        add(prompt, at_once.take_change());

        FinishedTalk later(rules(true), tools_, ids_);
        for (const Said& one : said_) say(later, one);
        std::vector<session::Score> questions = later.take_questions();
        EXPECT_EQ(later.outstanding(), questions.size());
        while (!questions.empty()) {
            const auto next = questions.begin() + static_cast<std::ptrdiff_t>(talk_->below(questions.size()));
            later.scored(next->ticket, answer_to(*next));
            later.scored(next->ticket, {});  // a second answer is none
            questions.erase(next);
        }
        EXPECT_EQ(later.outstanding(), 0U);
        const ConversationChange late = later.take_change();
        ASSERT_EQ(heard(late), heard(prompt)) << "seed " << seed;
        scored += static_cast<std::size_t>(std::count_if(
            late.hits.begin(), late.hits.end(), [](const auto& hit) { return hit.tier == detect::Tier::semantic; }));
    }
    EXPECT_GT(scored, 20U);
}

TEST_F(FinishedTalkLaw, who_speaks_is_known_by_user_id_then_by_name) {
    make(1, false);
    FinishedTalk talk(rules(), tools_, ids_);
    talk.know({"m1", "Ann", "ann@example.com", ""});
    talk.say({"ann@example.com", "", "agent"}, "one", {});
    talk.say({"", "Bob", ""}, "two", {});
    talk.say({"", "Bob", ""}, "three", {});
    talk.say({}, "four", {});
    talk.say({}, " ", {});
    const ConversationChange change = talk.take_change();
    ASSERT_EQ(change.members.size(), 3U);
    EXPECT_EQ(change.members[0], (detect::MemberRecord{"m1", "Ann", "ann@example.com", "agent"}));
    ASSERT_EQ(change.messages.size(), 4U);
    EXPECT_EQ(change.messages[0].member, "m1");
    EXPECT_EQ(change.messages[1].member, change.messages[2].member);
    EXPECT_EQ(change.messages[2].utterance, 2U);
    EXPECT_FALSE(change.messages[0].time);
}

}  // namespace
}  // namespace earshot::support
