#include "earshot/app/static_table_command.hpp"

#include "earshot/encoder/sequence_model.hpp"
#include "earshot/semantic/static_table.hpp"

#include "support/encoder/small_model.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace earshot::app {
namespace {

using testing::HasSubstr;

class StaticTableCommandTest : public testing::Test {
protected:
    StaticTableCommandTest() {
        options_.model_folder = model_.folder();
        options_.frequencies_file = model_.folder() / "frequencies.tsv";
        model_.write("frequencies.tsv", "a\t0.1\nb\t0.01\n");
    }

    int run() {
        out_.str({});
        err_.str({});
        return make_static_table(options_, out_, err_);
    }
    std::string table() const {
        std::ifstream file(model_.folder() / "static_table.bin", std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    encoder::SmallModel model_;
    StaticTableOptions options_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(StaticTableCommandTest, SaysWhichFileIsMissing) {
    std::filesystem::remove(model_.folder() / "vocab.txt");
    EXPECT_EQ(run(), 1);
    EXPECT_THAT(err_.str(), HasSubstr("vocab.txt cannot be read"));
}

TEST_F(StaticTableCommandTest, SaysWhenItWasBuiltWithoutARuntime) {
    if (encoder::has_runtime()) GTEST_SKIP() << "this build has one";
    EXPECT_EQ(run(), 1);
    EXPECT_THAT(err_.str(), HasSubstr("built without OpenVINO"));
}

class MadeStaticTableTest : public StaticTableCommandTest {
protected:
    void SetUp() override {
        if (!encoder::has_runtime()) GTEST_SKIP() << "this build has no runtime: scripts/setup model gets it";
    }
};

TEST_F(MadeStaticTableTest, IsWrittenOnceAndTheSameEachTime) {
    ASSERT_EQ(run(), 0) << err_.str();
    const std::string first = table();
    EXPECT_TRUE(semantic::StaticTable::parse(first));

    EXPECT_EQ(run(), 0);
    EXPECT_THAT(out_.str(), HasSubstr("is there already"));
    options_.force = true;
    EXPECT_EQ(run(), 0);
    EXPECT_THAT(out_.str(), HasSubstr("written"));
    EXPECT_EQ(table(), first);
}

TEST_F(MadeStaticTableTest, IsMadeAnewForAnotherModelAndInPlaceOfABrokenOne) {
    ASSERT_EQ(run(), 0);
    const std::string first = table();
    model_.write("static_table.bin", first.substr(1));
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(table(), first);

    model_.write("model.json", encoder::SmallModel::json("cls", ""));
    EXPECT_EQ(run(), 0);
    EXPECT_NE(table(), first);
}

TEST_F(MadeStaticTableTest, SaysWhichLineOfTheFrequenciesIsWrongAndWritesNothing) {
    model_.write("frequencies.tsv", "a\t0.1\nb\n");
    EXPECT_EQ(run(), 1);
    EXPECT_THAT(err_.str(), HasSubstr("line 2 of the frequencies"));
    EXPECT_TRUE(table().empty());
}

}  // namespace
}  // namespace earshot::app
