#include "earshot/encoder/static_table_maker.hpp"

#include "earshot/encoder/encoders.hpp"
#include "earshot/semantic/static_table.hpp"

#include "entry_shares.hpp"
#include "support/encoder/small_model.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace earshot::encoder {
namespace {

semantic::WordPieces small_pieces() {
    return semantic::WordPieces::parse(small_vocabulary()).value();
}

double share_of(const std::vector<double>& shares, char letter) {
    return shares[static_cast<std::size_t>(token(letter))];
}

TEST(EntrySharesTest, AWordCountsForEachOfItsPieces) {
    const std::vector<double> shares = entry_shares(small_pieces(), "a\t0.2\nA b\t0.1\nc\t1e-2\n").value();
    EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1, 1e-9);
    EXPECT_NEAR(share_of(shares, 'a') / share_of(shares, 'b'), 3, 1e-9);
    EXPECT_NEAR(share_of(shares, 'b') / share_of(shares, 'c'), 10, 1e-9);
    EXPECT_EQ(share_of(shares, 'd'), 0);
}

TEST(EntrySharesTest, PunctuationCountsAsTheMostFrequentEntry) {
    const std::vector<double> shares = entry_shares(small_pieces(), "a\t0.2\nb\t0.3\n").value();
    EXPECT_EQ(share_of(shares, '?'), share_of(shares, 'b'));
}

TEST(EntrySharesTest, AWrongLineIsToldByItsNumber) {
    for (const char* lines : {"a\t0.1\nb 0.1\n", "a\t0.1\nb\t0.1x\n", "a\t0.1\nb\t\n", "a\t0.1\nb\t1.5\n",
                              "a\t0.1\nb\t-1\n", "a\t0.1\nb\tnan\n", "a\t0.1\n\n"}) {
        EXPECT_EQ(entry_shares(small_pieces(), lines).error().message,
                  "line 2 of the frequencies is no word, tab and share between 0 and 1")
            << lines;
    }
}

class StaticTableMakerTest : public testing::Test {
protected:
    void SetUp() override {
        if (!has_runtime()) GTEST_SKIP() << "this build has no runtime: scripts/setup model gets it";
    }
    semantic::StaticTable make(std::string_view frequencies) {
        return semantic::StaticTable::parse(make_static_table(model_.folder(), frequencies, [](double) {}).value())
            .value();
    }

    SmallModel model_;
};

TEST_F(StaticTableMakerTest, RareEntriesKeepTheDistancesOfTheirVectors) {
    const semantic::StaticTable table = make("");
    const auto encoders = load_encoders(model_.folder(), {}).value();
    std::vector<float> exact(2 * PlainBert::k_width);
    constexpr std::string_view k_texts[] = {"a", "q"};
    ASSERT_TRUE(encoders.exact->encode(k_texts, exact));

    EXPECT_EQ(table.model(), encoders.folder.card.identity);
    EXPECT_EQ(table.size(), small_pieces().size());
    EXPECT_EQ(table.dimensions(), PlainBert::k_width);
    double expected = 0;
    double found = 0;
    for (std::size_t i = 0; i < PlainBert::k_width; ++i) {
        expected += std::pow(static_cast<double>(exact[i] - exact[PlainBert::k_width + i]), 2);
        found += std::pow(static_cast<double>(table.row(token('a'))[i] - table.row(token('q'))[i]), 2);
    }
    EXPECT_NEAR(found, expected, 1e-4);
}

TEST_F(StaticTableMakerTest, AFrequentEntryIsWeighedDown) {
    const semantic::StaticTable rare = make("");
    const semantic::StaticTable table =
        make("a\t0.009\nb\t0.001\n");  // of all: 9, 1, and 9 for each mark of the vocabulary
    const double share = 0.009 / (0.01 + 3 * 0.009);
    for (std::size_t i = 0; i < PlainBert::k_width; ++i) {
        EXPECT_NEAR(table.row(token('a'))[i], static_cast<double>(rare.row(token('a'))[i]) * 1e-3 / (1e-3 + share),
                    1e-5);
        EXPECT_EQ(table.row(token('z'))[i], rare.row(token('z'))[i]);
    }
}

TEST_F(StaticTableMakerTest, TellsHowFarItIs) {
    double last = 0;
    const auto file = make_static_table(model_.folder(), "", [&](double done) {
        EXPECT_GT(done, last);
        last = done;
    });
    EXPECT_TRUE(file);
    EXPECT_EQ(last, 1);
}

}  // namespace
}  // namespace earshot::encoder
