#include "../../../src/detect/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <vector>

namespace earshot::detect {

void PrintTo(const Candidate& candidate, std::ostream* out) {
    *out << tier_name(candidate.tier) << ' ' << candidate.list << '/' << candidate.tracker << '/' << candidate.phrase
         << " [" << candidate.begin << ", " << candidate.end << ") " << candidate.score;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Candidates = std::vector<Candidate>;

Candidate found(Tier tier, std::uint64_t begin, std::uint64_t end, std::uint32_t phrase = 0, double score = 0) {
    return {0, 0, phrase, tier, score > 0 ? score : is_immediate(tier) ? fixed_score(tier) : 0.5, begin, end};
}

Candidate of_tracker(std::uint32_t tracker, Candidate candidate) {
    candidate.tracker = tracker;
    return candidate;
}

Candidates reported(Candidates candidates, const std::vector<Exclusion>& exclusions = {},
                    const Candidates& confirmed = {}) {
    keep_reported(candidates, exclusions, confirmed);
    return candidates;
}

TEST(KeepReportedTest, all_literal_candidates_stay_where_they_overlap) {
    const Candidate exact = found(Tier::exact, 0, 10);
    const Candidate inner = found(Tier::exact, 2, 5, 1);
    const Candidate pattern = found(Tier::pattern, 0, 10);

    EXPECT_THAT(reported({pattern, inner, exact}), ElementsAre(exact, inner, pattern));
}

TEST(KeepReportedTest, exclusion_silences_every_tier_of_its_tracker_where_it_overlaps) {
    const std::vector<Exclusion> exclusions{{0, 0, 5, 8}};

    EXPECT_THAT(reported({found(Tier::exact, 0, 6), found(Tier::pattern, 7, 9), found(Tier::inflected, 5, 6),
                          found(Tier::semantic, 0, 20)},
                         exclusions),
                IsEmpty());
    EXPECT_THAT(reported({found(Tier::exact, 0, 5), found(Tier::exact, 8, 9)}, exclusions), testing::SizeIs(2));
    EXPECT_THAT(reported({of_tracker(1, found(Tier::exact, 0, 6))}, exclusions), testing::SizeIs(1));
}

TEST(KeepReportedTest, literal_hit_silences_the_other_tiers_of_its_tracker) {
    const Candidate literal = found(Tier::exact, 0, 2);
    const Candidate longer = found(Tier::inflected, 1, 20, 1);

    EXPECT_THAT(reported({longer, literal}), ElementsAre(literal));
    EXPECT_THAT(reported({found(Tier::pattern, 0, 2), longer}), ElementsAre(found(Tier::pattern, 0, 2)));
    EXPECT_THAT(reported({literal, of_tracker(1, longer)}), ElementsAre(literal, of_tracker(1, longer)));
}

TEST(KeepReportedTest, excluded_literal_candidate_silences_nobody) {
    const Candidate inflected = found(Tier::inflected, 6, 9, 1);

    EXPECT_THAT(reported({found(Tier::exact, 0, 7), inflected}, {{0, 0, 0, 2}}), ElementsAre(inflected));
}

TEST(KeepReportedTest, inflected_comes_before_fuzzy_before_semantic) {
    const Candidate inflected = found(Tier::inflected, 5, 7);
    const Candidate fuzzy = found(Tier::fuzzy, 0, 6, 0, 0.99);
    const Candidate semantic = found(Tier::semantic, 0, 20, 0, 1);

    EXPECT_THAT(reported({semantic, fuzzy, inflected}), ElementsAre(inflected));
    EXPECT_THAT(reported({semantic, fuzzy}), ElementsAre(fuzzy));
}

TEST(KeepReportedTest, better_score_then_longer_span_then_earlier_phrase_then_earlier_place) {
    const Candidate best = found(Tier::fuzzy, 0, 5, 3, 0.9);
    EXPECT_THAT(reported({found(Tier::fuzzy, 0, 9, 0, 0.8), best}), ElementsAre(best));

    const Candidate longest = found(Tier::inflected, 3, 9, 3);
    EXPECT_THAT(reported({found(Tier::inflected, 0, 5, 0), longest}), ElementsAre(longest));

    const Candidate first_phrase = found(Tier::inflected, 3, 8, 0);
    EXPECT_THAT(reported({found(Tier::inflected, 0, 5, 1), first_phrase}), ElementsAre(first_phrase));

    const Candidate first_place = found(Tier::inflected, 0, 5, 0);
    EXPECT_THAT(reported({found(Tier::inflected, 3, 8, 0), first_place}), ElementsAre(first_place));
}

TEST(KeepReportedTest, what_lost_its_place_takes_no_other) {
    const Candidate best = found(Tier::inflected, 0, 10);
    const Candidate beaten = found(Tier::inflected, 8, 16, 1);
    const Candidate free = found(Tier::inflected, 15, 20, 2);

    EXPECT_THAT(reported({free, beaten, best}), ElementsAre(best, free));
}

TEST(KeepReportedTest, confirmed_hit_silences_what_is_worse_and_stands_beside_what_is_better) {
    const Candidate confirmed = found(Tier::inflected, 0, 10);

    EXPECT_THAT(reported({found(Tier::inflected, 9, 14, 1)}, {}, {confirmed}), IsEmpty());
    EXPECT_THAT(reported({found(Tier::inflected, 9, 30, 1)}, {}, {confirmed}), testing::SizeIs(1));
    EXPECT_THAT(reported({found(Tier::exact, 9, 14, 1)}, {}, {confirmed}), testing::SizeIs(1));
    EXPECT_THAT(reported({found(Tier::inflected, 9, 30, 1)}, {}, {found(Tier::exact, 0, 10)}), IsEmpty());
}

TEST(KeepReportedTest, at_most_one_semantic_hit_a_tracker) {
    const Candidate best = found(Tier::semantic, 0, 5, 0, 0.9);
    const Candidate other = found(Tier::semantic, 10, 15, 1, 0.8);

    EXPECT_THAT(reported({other, best}), ElementsAre(best));
    EXPECT_THAT(reported({best, of_tracker(1, other)}), ElementsAre(best, of_tracker(1, other)));
    EXPECT_THAT(reported({best, other}, {}, {found(Tier::exact, 4, 5, 7)}), ElementsAre(other))
        << "the best of those that overlap no literal one";
}

TEST(KeepReportedTest, order_is_by_list_tracker_kind_phrase_and_place) {
    const Candidates expected{found(Tier::exact, 0, 1), found(Tier::exact, 4, 5), found(Tier::exact, 0, 1, 1),
                              found(Tier::pattern, 0, 1), of_tracker(1, found(Tier::exact, 0, 1))};
    Candidates shuffled(expected.rbegin(), expected.rend());

    EXPECT_EQ(reported(shuffled), expected);
}

}  // namespace
}  // namespace earshot::detect
