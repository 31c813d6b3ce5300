#include "earshot/encoder/sequencer.hpp"

#include "support/encoder/small_vocabulary.hpp"

#include <gtest/gtest.h>

namespace earshot::encoder {
namespace {

TEST(SequencerTest, PutsATextBetweenItsPrefixAndTheEnd) {
    const Sequencer sequencer = small_sequencer("b: ", 20);
    EXPECT_EQ(sequencer.sequence("a c"), (Sequence{k_cls, token('b'), token(':'), token('a'), token('c'), k_sep}));
    EXPECT_EQ(sequencer.sequence(""), (Sequence{k_cls, token('b'), token(':'), k_sep}));
}

TEST(SequencerTest, CutsATextThatIsTooLongAndNeverWhatIsAroundIt) {
    for (std::size_t most = 5; most < 12; ++most) {
        const Sequence sequence = small_sequencer("b", most).sequence("a a a a a a a a a a a a a a");
        EXPECT_EQ(sequence.size(), most);
        EXPECT_EQ(sequence[1], token('b'));
        EXPECT_EQ(sequence.back(), k_sep);
    }
}

TEST(SequencerTest, TextsThatDifferInTheirLettersCaseAndSpacesOnlyAreEqual) {
    const Sequencer sequencer = small_sequencer("", 20);
    EXPECT_EQ(sequencer.sequence("A  b\tC."), sequencer.sequence("a b c ."));
    EXPECT_NE(sequencer.sequence("a b c"), sequencer.sequence("a b c."));
}

TEST(SequencerTest, PadsABatchToTheStepAboveItsLongest) {
    const Sequencer sequencer = small_sequencer("", 20);
    const Sequence first = sequencer.sequence("a");
    const Sequence second = sequencer.sequence("a b c");
    const Sequence* const rows[] = {&first, &second};
    TokenBatch batch;

    sequencer.batch(rows, 4, batch);

    EXPECT_EQ(batch.rows, 2U);
    EXPECT_EQ(batch.length, 8U);
    EXPECT_EQ(batch.ids,
              (std::vector<std::int32_t>{k_cls, token('a'), k_sep, k_pad, k_pad, k_pad, k_pad, k_pad,  //
                                         k_cls, token('a'), token('b'), token('c'), k_sep, k_pad, k_pad, k_pad}));
    EXPECT_EQ(batch.mask, (std::vector<float>{1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0}));
}

}  // namespace
}  // namespace earshot::encoder
