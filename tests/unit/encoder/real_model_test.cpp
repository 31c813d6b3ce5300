#include "earshot/encoder/encoders.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <iostream>
#include <numeric>

// With the model that scripts/setup gets. Skipped where it, or the runtime, is not there.
namespace earshot::encoder {
namespace {

const std::filesystem::path k_folder = EARSHOT_SOURCE_DIR "/models/all-MiniLM-L6-v2";

constexpr std::string_view k_texts[] = {
    "How much does it cost?",
    "What is the price",
    "I would like to cancel my subscription, please.",
    "yes",
    "so we talked to the other vendor last week and they gave us a discount of ten percent on the annual plan",
    "¿Cuánto cuesta al mes?",
    "That's all I wanted to know, thank you so much for your help and have a nice day",
};

float dot(std::span<const float> a, std::span<const float> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

class RealModelTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        if (!has_runtime() || !std::filesystem::exists(k_folder)) return;
        auto loaded = load_encoders(k_folder, {.patience = std::chrono::microseconds{0}});
        ASSERT_TRUE(loaded) << loaded.error().message << ' ' << loaded.error().details;
        encoders_ = std::make_unique<Encoders>(std::move(*loaded));
    }
    static void TearDownTestSuite() { encoders_.reset(); }

    void SetUp() override {
        if (!encoders_) GTEST_SKIP() << "there is no model or no runtime: scripts/setup model gets both";
    }

    std::vector<float> exact(std::string_view text) {
        std::vector<float> vector(encoders_->folder.card.dimensions);
        EXPECT_TRUE(encoders_->exact->encode(std::span(&text, 1), vector));
        return vector;
    }

    static inline std::unique_ptr<Encoders> encoders_;
};

TEST_F(RealModelTest, AgreesWithTheReferenceOnHowNearTwoTextsAre) {
    EXPECT_NEAR(dot(exact("How much does it cost?"), exact("What is the price")), 0.7044, 0.0002);
}

TEST_F(RealModelTest, AVectorDoesNotDependOnTheOthers) {
    const std::size_t dimensions = encoders_->folder.card.dimensions;
    std::vector<float> all(std::size(k_texts) * dimensions);
    ASSERT_TRUE(encoders_->exact->encode(k_texts, all));

    for (std::size_t i = 0; i < std::size(k_texts); ++i) {
        const auto vector = std::span(all).subspan(i * dimensions, dimensions);
        EXPECT_NEAR(dot(vector, vector), 1, 1e-5);
        EXPECT_TRUE(std::ranges::equal(vector, exact(k_texts[i]))) << k_texts[i];
    }
}

TEST_F(RealModelTest, LiveVectorsAreAlmostTheExactOnesInAnyBatch) {
    std::vector<std::promise<Encoded>> promises(std::size(k_texts));
    for (std::size_t i = 0; i < std::size(k_texts); ++i) {
        encoders_->live->submit(k_texts[i],
                                [&promise = promises[i]](const Encoded& encoded) { promise.set_value(encoded); });
    }
    for (std::size_t i = 0; i < std::size(k_texts); ++i) {
        const Encoded encoded = promises[i].get_future().get();
        ASSERT_EQ(encoded.outcome, Outcome::encoded);
        EXPECT_GT(dot(*encoded.vector, exact(k_texts[i])), encoders_->live_precision == "f32" ? 0.9999F : 0.99F);
    }
}

}  // namespace
}  // namespace earshot::encoder
