#include "earshot/encoder/encoders.hpp"
#include "earshot/encoder/read_sequencer.hpp"

#include "model_json.hpp"
#include "support/encoder/small_model.hpp"

#include <gtest/gtest.h>

#include <set>

namespace earshot::encoder {
namespace {

TEST(ModelJsonTest, TakesWhatItSaysAndTheDefaultsOfTheRest) {
    const ModelFolder folder =
        parse_model_json(R"({"name":"m","dimensions":8,"heads":2,"pooling":"cls","prefix":"q: ","maxTokens":64,
                             "threshold":0.4,"weights":"w.bin"})")
            .value();
    EXPECT_EQ(folder.card.name, "m");
    EXPECT_EQ(folder.card.dimensions, 8U);
    EXPECT_EQ(folder.heads, 2U);
    EXPECT_EQ(folder.pooling, Pooling::cls);
    EXPECT_EQ(folder.prefix, "q: ");
    EXPECT_EQ(folder.max_tokens, 64U);
    EXPECT_EQ(folder.threshold, 0.4);
    EXPECT_EQ(folder.weights, "w.bin");
    EXPECT_EQ(folder.vocabulary, "vocab.txt");
}

struct Wrong {
    const char* json;
    const char* message;
};

class WrongModelJsonTest : public testing::TestWithParam<Wrong> {};

TEST_P(WrongModelJsonTest, IsToldByItsMember) {
    EXPECT_EQ(parse_model_json(GetParam().json).error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    ModelJsonTest, WrongModelJsonTest,
    testing::Values(Wrong{"", "it is no JSON object"}, Wrong{"[]", "it is no JSON object"},
                    Wrong{R"({"name":"m","dimensions":8,"heads":2})", "\"pooling\" is missing"},
                    Wrong{R"({"name":"m","dimensions":8,"heads":3,"pooling":"cls"})",
                          "\"heads\" must divide \"dimensions\""},
                    Wrong{R"({"pooling":"max"})", "\"pooling\" must be \"mean\" or \"cls\""},
                    Wrong{R"({"dimensions":0})", "\"dimensions\" must be a number from 1 to 4096"},
                    Wrong{R"({"dimensions":4097})", "\"dimensions\" must be a number from 1 to 4096"},
                    Wrong{R"({"maxTokens":516})", "\"maxTokens\" must be a multiple of 4 from 8 to 512"},
                    Wrong{R"({"maxTokens":255})", "\"maxTokens\" must be a multiple of 4 from 8 to 512"},
                    Wrong{R"({"threshold":1.5})", "\"threshold\" must be a number from 0 to 1"},
                    Wrong{R"({"prefix":1})", "\"prefix\" must be a text"},
                    Wrong{R"({"weights":"../w.bin"})", "\"weights\" must be the name of a file beside it"},
                    Wrong{R"({"prefx":""})", "\"prefx\" is no member that is known"}));

class ModelFolderTest : public testing::Test {
protected:
    std::string identity() { return read_model_folder(model_.folder()).value().card.identity; }

    SmallModel model_;
};

TEST_F(ModelFolderTest, AMissingFileIsToldByItsName) {
    for (const char* name : {"model.json", "model.safetensors", "vocab.txt"}) {
        const SmallModel model;
        std::filesystem::remove(model.folder() / name);
        const base::Error error = read_model_folder(model.folder()).error();
        EXPECT_EQ(error.code, base::Errc::io_failed);
        EXPECT_EQ(error.message, (model.folder() / name).string() + " cannot be read: No such file or directory");
    }
}

TEST_F(ModelFolderTest, APrefixLeavesRoomForAText) {
    const auto read_with = [&](std::size_t letters) {
        std::string prefix;
        for (std::size_t i = 0; i < letters; ++i) prefix += "b ";
        std::string json = SmallModel::json("mean", R"(,"prefix":")" + prefix + '"');
        model_.write("model.json", json.replace(json.find("32"), 2, "64"));
        return read_sequencer(read_model_folder(model_.folder()).value());
    };
    EXPECT_TRUE(read_with(30));
    EXPECT_EQ(read_with(31).error().message,
              (model_.folder() / "model.json").string() +
                  ": \"prefix\" leaves 31 of the 64 \"maxTokens\" for a text; it must leave 32");
    EXPECT_EQ(read_with(80).error().code, base::Errc::invalid_value);
}

TEST_F(ModelFolderTest, WhatDecidesAVectorIsPartOfItsIdentity) {
    const std::string before = identity();
    EXPECT_EQ(before.size(), 64U);

    model_.write("model.json", SmallModel::json("mean", R"(,"prefix":"b")"));
    const std::string prefix = identity();
    model_.write("model.json", SmallModel::json("cls", ""));
    const std::string pooling = identity();
    model_.write("model.json", SmallModel::json("mean", ""));
    EXPECT_EQ(identity(), before);
    model_.write("vocab.txt", small_vocabulary() + "word\n");
    const std::string vocabulary = identity();
    model_.write("model.safetensors", "other");
    const std::string weights = identity();

    const std::set<std::string> all{before, prefix, pooling, vocabulary, weights};
    EXPECT_EQ(all.size(), 5U);
}

TEST_F(ModelFolderTest, WhatDoesNotDecideAVectorIsNoPartOfItsIdentity) {
    const std::string before = identity();
    model_.write("model.json", SmallModel::json("mean", R"(,"threshold":0.7)"));
    EXPECT_EQ(identity(), before);
}

TEST_F(ModelFolderTest, IsNotLoadedWithoutARuntime) {
    if (has_runtime()) GTEST_SKIP() << "this build has one";
    EXPECT_EQ(load_encoders(model_.folder(), {}).error().code, base::Errc::unsupported);
}

}  // namespace
}  // namespace earshot::encoder
