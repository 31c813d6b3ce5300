#include "earshot/encoder/sequence_model.hpp"

#include "support/encoder/small_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

// The graph against BERT written down plainly. Skipped where there is no runtime.
namespace earshot::encoder {
namespace {

constexpr double k_rounding = 2e-4;

class BertTest : public testing::TestWithParam<Pooling> {
protected:
    void SetUp() override {
        if (!has_runtime()) GTEST_SKIP() << "this build has no runtime: scripts/setup model gets it";
        model_.write("model.json", SmallModel::json(GetParam() == Pooling::mean ? "mean" : "cls", ""));
        auto loaded = load_model(read_model_folder(model_.folder()).value(), 1);
        ASSERT_TRUE(loaded) << loaded.error().message << ' ' << loaded.error().details;
        loaded_ = *loaded;
    }

    std::vector<double> expected(const Sequence& sequence) const {
        const auto tokens = model_.bert().tokens(sequence);
        std::vector<double> vector = tokens.front();
        if (GetParam() == Pooling::mean) {
            for (std::size_t i = 1; i < tokens.size(); ++i) {
                for (std::size_t j = 0; j < vector.size(); ++j) vector[j] += tokens[i][j];
            }
        }
        double squares = 0;
        for (const double value : vector) squares += value * value;
        for (double& value : vector) value /= std::sqrt(squares);
        return vector;
    }

    Sequence random_sequence() {
        Sequence sequence{k_cls};
        for (std::size_t left = random_() % 14; left > 0; --left) {
            sequence.push_back(static_cast<std::int32_t>(4 + random_() % (PlainBert::k_entries - 4)));
        }
        sequence.push_back(k_sep);
        return sequence;
    }

    SmallModel model_;
    LoadedModel loaded_;
    std::mt19937 random_{2};
};

TEST_P(BertTest, GivesWhatTheArchitectureSaysWhateverTheBatchIs) {
    const Sequencer sequencer = small_sequencer("", 32);
    const auto runner = loaded_.exact->make_runner().value();
    TokenBatch batch;
    for (int trial = 0; trial < 40; ++trial) {
        std::vector<Sequence> sequences(1 + random_() % 5);
        for (Sequence& sequence : sequences) sequence = random_sequence();
        std::vector<const Sequence*> rows;
        for (const Sequence& sequence : sequences) rows.push_back(&sequence);
        sequencer.batch(rows, 1 + random_() % 4, batch);
        std::vector<float> vectors(rows.size() * PlainBert::k_width);

        ASSERT_TRUE(runner->run(batch, vectors));

        for (std::size_t row = 0; row < rows.size(); ++row) {
            const std::vector<double> vector = expected(sequences[row]);
            for (std::size_t i = 0; i < vector.size(); ++i) {
                ASSERT_NEAR(vectors[row * PlainBert::k_width + i], vector[i], k_rounding)
                    << trial << ' ' << row << ' ' << i;
            }
        }
    }
}

TEST_P(BertTest, ATensorThatIsMissingIsToldByItsName) {
    for (const char* name :
         {"embeddings.word_embeddings.weight", "embeddings.LayerNorm.bias", "encoder.layer.1.attention.self.key.bias",
          "encoder.layer.0.intermediate.dense.weight", "encoder.layer.1.output.LayerNorm.weight"}) {
        std::string bytes = model_.bert().file().bytes();
        bytes[bytes.find(std::string("\"") + name + '"') + 1] = 'X';
        model_.write("model.safetensors", bytes);
        const base::Error error = load_model(read_model_folder(model_.folder()).value(), 1).error();
        EXPECT_EQ(error.code, base::Errc::invalid_value);
        EXPECT_EQ(error.message, (model_.folder() / "model.safetensors").string() + ": there is no tensor " + name);
    }
}

TEST_P(BertTest, MoreTokensThanThereArePositionsAreRefused) {
    model_.write("model.json", SmallModel::json("mean", "").replace(SmallModel::json("mean", "").find("32"), 2, "36"));
    EXPECT_EQ(load_model(read_model_folder(model_.folder()).value(), 1).error().message,
              (model_.folder() / "model.safetensors").string() +
                  ": texts of 36 tokens are asked for, but there are vectors for 32 positions only");
}

TEST_P(BertTest, MoreEntriesThanThereAreVectorsAreRefused) {
    std::string vocabulary = small_vocabulary();
    for (auto i = std::ranges::count(vocabulary, '\n'); i < static_cast<std::ptrdiff_t>(PlainBert::k_entries); ++i)
        vocabulary += "more" + std::to_string(i) + '\n';
    model_.write("vocab.txt", vocabulary);
    EXPECT_TRUE(load_model(read_model_folder(model_.folder()).value(), 1));

    model_.write("vocab.txt", vocabulary + "one");
    EXPECT_EQ(load_model(read_model_folder(model_.folder()).value(), 1).error().message,
              (model_.folder() / "model.safetensors").string() +
                  ": vocab.txt has 41 entries, but there are vectors for 40 only");
}

INSTANTIATE_TEST_SUITE_P(Poolings, BertTest, testing::Values(Pooling::mean, Pooling::cls),
                         [](const auto& the_case) { return the_case.param == Pooling::mean ? "mean" : "cls"; });

}  // namespace
}  // namespace earshot::encoder
