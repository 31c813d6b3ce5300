#include "earshot/app/semantic_tier.hpp"

#include "earshot/encoder/read_sequencer.hpp"
#include "earshot/encoder/sequence_model.hpp"
#include "earshot/semantic/static_table.hpp"

#include "support/encoder/small_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace earshot::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class SemanticTierTest : public testing::Test {
protected:
    SemanticTierTest() { settings_.model = model_.folder().string(); }

    void write_table(const std::string& of_model) {
        const auto folder = encoder::read_model_folder(model_.folder()).value();
        constexpr std::size_t k_dimensions = 2;
        const std::vector<float> rows(folder.entries * k_dimensions, 1);
        model_.write("static_table.bin", semantic::StaticTable::serialise(
                                             of_model.empty() ? folder.card.identity : of_model, k_dimensions, rows));
    }

    std::string problem() {
        const auto tier = SemanticTier::load(settings_, nullptr);
        return tier ? std::string() : tier.error().message;
    }

    std::string table_file() const { return (model_.folder() / "static_table.bin").string(); }
    std::string remedy() const { return "earshot make-static-table --model " + model_.folder().string(); }

    encoder::SmallModel model_;
    Settings::Semantic settings_;
};

TEST_F(SemanticTierTest, by_the_table_alone_no_weights_are_needed) {
    model_.write("model.safetensors", "no tensors");
    write_table({});
    settings_.stages = Settings::Semantic::Stages::static_table;

    const auto tier = SemanticTier::load(settings_, nullptr);
    ASSERT_TRUE(tier) << tier.error().message;
    EXPECT_EQ((*tier)->description(), "static table");
    EXPECT_EQ((*tier)->figures().encoder_cpu_seconds, 0);
}

TEST_F(SemanticTierTest, what_is_missing_is_named_with_what_gets_it) {
    EXPECT_THAT(problem(), AllOf(HasSubstr(table_file()), HasSubstr("cannot be read"), HasSubstr(remedy())));
    model_.write("static_table.bin", "no table");
    EXPECT_THAT(problem(), AllOf(HasSubstr(table_file()), HasSubstr(remedy())));
    write_table("another");
    EXPECT_THAT(problem(), AllOf(HasSubstr(table_file()), HasSubstr("another model"), HasSubstr(remedy())));
    settings_.model += "/nowhere";
    EXPECT_THAT(problem(), AllOf(HasSubstr(settings_.model), HasSubstr("scripts/setup model")));
}

TEST_F(SemanticTierTest, a_build_without_a_runtime_says_what_works_there) {
    if (encoder::has_runtime()) GTEST_SKIP() << "this build has one";
    write_table({});
    EXPECT_THAT(problem(), AllOf(HasSubstr("built without OpenVINO"), HasSubstr("semantic.stages: static")));
}

}  // namespace
}  // namespace earshot::app
