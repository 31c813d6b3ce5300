#include "earshot/app/call_journal.hpp"

#include <gtest/gtest.h>

namespace earshot::app {
namespace {

using detect::HitState;
using std::chrono::milliseconds;

base::MonotonicTime at(int ms) {
    return base::MonotonicTime(milliseconds(ms));
}

proto::TranscriptChunk chunk(const std::string& text, bool is_final, double end_time,
                             const std::string& speaker = "ann") {
    proto::TranscriptChunk result;
    result.text = text;
    result.is_final = is_final;
    result.utterance_id = "u";
    result.speaker = proto::Speaker{speaker, "", ""};
    result.end_time = end_time;
    return result;
}

ServerEvent hit(const std::string& id, HitState state, const std::string& message, const std::string& text,
                const std::string& speaker = "ann") {
    return TrackerEvent{state == HitState::confirmed,
                        {{id, "Price", "how much", "exact", 1, state, {speaker, "", ""}, {{message, text, 0, 8}}}}};
}

ServerEvent messages(std::vector<HeardMessage> sentences, const std::string& speaker = "ann") {
    return MessageEvent{{speaker, "", ""}, std::move(sentences)};
}

TEST(PlayJournalTest, a_hit_belongs_to_the_first_chunk_that_shows_it) {
    CallJournal journal;
    journal.on_sent(chunk("how", false, 1), at(0));
    journal.on_sent(chunk("how much is", false, 2), at(100));
    journal.on_sent(chunk("how much is it", true, 4.5), at(200));

    const auto heard = journal.on_event(hit("h", HitState::created, "m", "how much is"), at(103));
    journal.on_event(messages({{"m", "how much is it"}}), at(207));
    const auto confirmed = journal.on_event(hit("h", HitState::confirmed, "m", "how much is it"), at(207));

    EXPECT_EQ(heard.at(0).latency, milliseconds(3));
    EXPECT_EQ(confirmed.at(0).latency, milliseconds(7));
    EXPECT_EQ(journal.summary().gained, std::vector<double>{2.5});
    EXPECT_EQ(journal.summary().confirmed, 1u);
    EXPECT_EQ(journal.summary().chunks, 3u);
    EXPECT_EQ(journal.summary().utterances, 1u);
    EXPECT_EQ(journal.summary().hits.at("Price").at("exact"), 1u);
}

TEST(PlayJournalTest, finals_of_an_utterance_are_one_text_in_several_messages) {
    CallJournal journal;
    auto first = chunk(" How much? ", true, 1);
    first.end_of_utterance = false;
    journal.on_sent(first, at(0));
    journal.on_sent(chunk("Tell me.  Please.", true, 2), at(50));

    journal.on_event(messages({{"m1", "How much?"}, {"m2", "Tell me."}, {"m3", "Please."}}), at(60));
    const auto confirmed = journal.on_event(hit("h", HitState::confirmed, "m1", "How much?"), at(61));

    EXPECT_EQ(confirmed.at(0).latency, milliseconds(11));
}

TEST(PlayJournalTest, equal_utterances_are_told_apart_by_their_order_and_speaker) {
    CallJournal journal;
    journal.on_sent(chunk("how much", true, 1), at(0));
    journal.on_sent(chunk("how much", true, 2, "bob"), at(10));
    journal.on_sent(chunk("how much", true, 3), at(20));
    journal.on_event(messages({{"m1", "how much"}}), at(30));
    journal.on_event(messages({{"m2", "how much"}}, "bob"), at(31));
    journal.on_event(messages({{"m3", "how much"}}), at(32));

    EXPECT_EQ(journal.on_event(hit("b", HitState::confirmed, "m2", "how much", "bob"), at(40)).at(0).latency,
              milliseconds(30));
    EXPECT_EQ(journal.on_event(hit("a", HitState::confirmed, "m1", "how much"), at(40)).at(0).latency,
              milliseconds(40));
    EXPECT_EQ(journal.on_event(hit("c", HitState::confirmed, "m3", "how much"), at(40)).at(0).latency,
              milliseconds(20));
}

TEST(PlayJournalTest, the_stop_ends_what_is_open) {
    CallJournal journal;
    journal.on_sent(chunk("how much", false, 1), at(0));
    journal.on_stop(at(100));
    journal.on_event(messages({{"m1", "how much"}}), at(105));

    EXPECT_EQ(journal.on_event(hit("a", HitState::confirmed, "m1", "how much"), at(105)).at(0).latency,
              milliseconds(5));
}

TEST(PlayJournalTest, what_was_taken_back_is_counted_and_gains_nothing) {
    CallJournal journal;
    journal.on_sent(chunk("how much", false, 1), at(0));
    journal.on_event(hit("a", HitState::created, "m", "how much"), at(1));
    journal.on_sent(chunk("how many", true, 2), at(10));
    const auto gone = journal.on_event(hit("a", HitState::retracted, "m", "how many"), at(12));

    EXPECT_EQ(gone.at(0).state, HitState::retracted);
    EXPECT_EQ(gone.at(0).latency, std::nullopt);
    EXPECT_EQ(journal.summary().retracted, 1u);
    EXPECT_EQ(journal.summary().confirmed, 0u);
    EXPECT_TRUE(journal.summary().gained.empty());
}

TEST(PlayJournalTest, an_answer_that_fits_no_chunk_has_no_latency) {
    CallJournal journal;
    journal.on_sent(chunk("how much", true, 1), at(0));
    journal.on_event(messages({{"m1", "something else"}}), at(5));

    EXPECT_EQ(journal.on_event(hit("a", HitState::confirmed, "m1", "something else"), at(5)).at(0).latency,
              std::nullopt);
    EXPECT_EQ(journal.on_event(hit("b", HitState::created, "m9", "nobody said this"), at(5)).at(0).latency,
              std::nullopt);
    EXPECT_TRUE(journal.summary().confirming.empty());
}

}  // namespace
}  // namespace earshot::app
