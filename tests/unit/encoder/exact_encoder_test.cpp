#include "earshot/encoder/exact_encoder.hpp"

#include "support/encoder/fake_model.hpp"
#include "support/encoder/small_vocabulary.hpp"

#include <gtest/gtest.h>

#include <array>

namespace earshot::encoder {
namespace {

class ExactEncoderTest : public testing::Test {
protected:
    FakeModel model_;
    ExactEncoder encoder_{
        {"fake", "id", FakeModel::k_dimensions}, small_sequencer("", 50), model_.make_runner().value()};
};

TEST_F(ExactEncoderTest, EncodesEachTextAloneAndWithoutPadding) {
    constexpr std::array<std::string_view, 3> k_texts{"a b c", "", "a b c d e f"};
    std::array<float, 3 * FakeModel::k_dimensions> vectors;

    ASSERT_TRUE(encoder_.encode(k_texts, vectors));

    const Sequencer sequencer = small_sequencer("", 50);
    ASSERT_EQ(model_.shapes().size(), k_texts.size());
    for (std::size_t i = 0; i < k_texts.size(); ++i) {
        const Sequence sequence = sequencer.sequence(k_texts[i]);
        EXPECT_EQ(model_.shapes()[i].rows, 1U);
        EXPECT_EQ(model_.shapes()[i].length, sequence.size());
        EXPECT_TRUE(std::ranges::equal(std::span(vectors).subspan(i * 2, 2), FakeModel::vector_of(sequence)));
    }
}

TEST_F(ExactEncoderTest, TellsWhatTheRuntimeFailedOf) {
    model_.fail_from_now_on();
    constexpr std::string_view k_text = "a";
    std::array<float, FakeModel::k_dimensions> vector;
    EXPECT_EQ(encoder_.encode(std::span(&k_text, 1), vector).error().message, "it was told to fail");
}

}  // namespace
}  // namespace earshot::encoder
