#include "earshot/app/call_printer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot::app {
namespace {

using detect::HitState;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

proto::TranscriptChunk said(const std::string& text, const proto::Speaker& speaker) {
    proto::TranscriptChunk chunk;
    chunk.text = text;
    chunk.speaker = speaker;
    chunk.end_time = 83.97;
    return chunk;
}

HitNews news(HitState state, const std::string& tier = "exact") {
    return {{"h", "Pricing", "how much", tier, 0.875, state, {}, {{"m", "So… how many 😀 then", 3, 14}}},
            state,
            microseconds(1840)};
}

TEST(PlayPrinterTest, captions_carry_time_speaker_role_and_words) {
    CallPrinter printer(Colours::off);

    EXPECT_EQ(printer.caption(said(" how much is it ", {"a@b.c", "Ann", "customer"})),
              "  1:23.9  Ann (customer)     how much is it\n");
    EXPECT_EQ(printer.caption(said("yes", {"agent", "", "agent"})), "  1:23.9  agent              yes\n");
    proto::TranscriptChunk bare;
    bare.text = "yes";
    EXPECT_EQ(printer.caption(bare), "         yes\n");
}

TEST(PlayPrinterTest, hypotheses_and_empty_chunks_give_no_caption) {
    CallPrinter printer(Colours::off);
    proto::TranscriptChunk hypothesis;
    hypothesis.text = "how";
    hypothesis.is_final = false;

    EXPECT_EQ(printer.caption(hypothesis), "");
    EXPECT_EQ(printer.caption(said("  ", {"a", "", ""})), "");
}

TEST(PlayPrinterTest, speakers_keep_their_colours) {
    CallPrinter printer(Colours::on);
    const std::string first = printer.caption(said("a", {"ann", "", ""}));
    const std::string other = printer.caption(said("a", {"bob", "", ""}));

    EXPECT_EQ(printer.caption(said("a", {"ann", "", ""})), first);
    EXPECT_NE(first.substr(first.find('\x1b'), 5), other.substr(other.find('\x1b'), 5));
}

TEST(PlayPrinterTest, every_step_of_a_hit_has_its_line) {
    CallPrinter printer(Colours::off);

    EXPECT_EQ(printer.news(news(HitState::created)), "           heard       Pricing: \"how much\"  exact  1.8 ms\n");
    EXPECT_EQ(printer.news(news(HitState::confirmed)), "           confirmed   Pricing: \"how much\"  exact  1.8 ms\n");
    EXPECT_EQ(printer.news(news(HitState::retracted)), "           taken back  Pricing: \"how much\"  exact  1.8 ms\n");
}

TEST(PlayPrinterTest, only_changes_that_can_be_seen_are_shown) {
    CallPrinter printer(Colours::off);
    printer.news(news(HitState::created));
    HitNews grown = news(HitState::updated);
    grown.hit.parts[0].text += " and so on";

    EXPECT_EQ(printer.news(grown), "");
    EXPECT_THAT(printer.news(news(HitState::updated, "inflected")), HasSubstr("changed     Pricing"));
    EXPECT_EQ(printer.news(news(HitState::updated, "inflected")), "");
}

TEST(PlayPrinterTest, other_tiers_show_the_words_that_were_said) {
    CallPrinter printer(Colours::off);

    EXPECT_THAT(printer.news(news(HitState::confirmed, "inflected")), HasSubstr("inflected \" how many 😀\"  1.8"));
    EXPECT_THAT(printer.news(news(HitState::confirmed, "semantic")), HasSubstr("semantic 0.88 \" how many 😀\""));
}

TEST(PlayPrinterTest, what_is_taken_back_is_struck_through) {
    EXPECT_THAT(CallPrinter(Colours::on).news(news(HitState::retracted)), HasSubstr("\x1b[2;9mPricing"));
    EXPECT_THAT(CallPrinter(Colours::off).news(news(HitState::retracted)), Not(HasSubstr("\x1b")));
}

TEST(PlayPrinterTest, control_characters_of_others_do_not_reach_the_terminal) {
    CallPrinter printer(Colours::off);
    HitNews evil = news(HitState::created);
    evil.hit.tracker =
        "a\x1b[2Jb\xC2\x9B"
        "c\n";

    EXPECT_THAT(printer.news(evil), HasSubstr("a [2Jb c : "));
    EXPECT_EQ(printer.caption(said("a\x1b"
                                   "b\x7F",
                                   {"x\ny", "", ""})),
              "  1:23.9  x y                a b \n");
}

TEST(PlayPrinterTest, the_summary_counts_hits_and_latencies) {
    CallSummary summary;
    summary.chunks = 1;
    summary.utterances = 2;
    summary.confirmed = 3;
    summary.retracted = 1;
    summary.hits["Pricing"] = {{"exact", 1}, {"inflected", 1}};
    summary.hits["Zu"] = {{"exact", 1}};
    summary.heard = {milliseconds(2), milliseconds(1)};
    summary.gained = {1.0, 2.5};

    EXPECT_EQ(
        CallPrinter(Colours::off).summary(summary),
        "\n1 chunk, 2 utterances: 3 hits confirmed, 1 taken back\n"
        "  Pricing     2  exact 1, inflected 1\n"
        "  Zu          1  exact 1\n"
        "From sending a chunk to being told its hit, in ms\n"
        "  heard      p50    1.00   p99    2.00   max    2.00   (2)\n"
        "Interims told 2 of 3 hits ahead of their utterances' ends: by 1.0 s in the median, 2.5 s at p90, 1.8 s on "
        "average, 2.5 s at most\n");
    EXPECT_EQ(summary_json(summary),
              R"({"chunks":1,"utterances":2,"confirmed":3,"retracted":1,"gainedSeconds":[1,2.5]})");
}

TEST(PlayPrinterTest, a_call_without_hits_has_a_short_summary) {
    EXPECT_EQ(CallPrinter(Colours::off).summary({}), "\n0 chunks, 0 utterances: 0 hits confirmed\n");
}

TEST(PlayPrinterTest, quantiles_are_by_nearest_rank) {
    const std::vector<base::Duration> values{milliseconds(4), milliseconds(1), milliseconds(3), milliseconds(2)};

    EXPECT_EQ(quantile(values, 0), milliseconds(1));
    EXPECT_EQ(quantile(values, 0.5), milliseconds(2));
    EXPECT_EQ(quantile(values, 0.51), milliseconds(3));
    EXPECT_EQ(quantile(values, 1), milliseconds(4));
}

}  // namespace
}  // namespace earshot::app
