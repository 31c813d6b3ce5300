#include "earshot/semantic/static_table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

namespace earshot::semantic {
namespace {

constexpr std::size_t k_dimensions = 3;
constexpr std::array<float, 4 * k_dimensions> k_rows = {0, 0, 0, 1, 2, 2, -3, 0, 4, 0.5, 0, 0};

std::string written() {
    return StaticTable::serialise("model-1", k_dimensions, k_rows);
}

TEST(StaticTableTest, IsReadAsItWasWritten) {
    const StaticTable table = StaticTable::parse(written()).value();

    EXPECT_EQ(table.model(), "model-1");
    EXPECT_EQ(table.dimensions(), k_dimensions);
    EXPECT_EQ(table.size(), 4U);
    for (std::int32_t piece = 0; piece < 4; ++piece) {
        for (std::size_t i = 0; i < k_dimensions; ++i) {
            EXPECT_EQ(table.row(piece)[i], k_rows[static_cast<std::size_t>(piece) * k_dimensions + i]);
        }
    }
}

TEST(StaticTableTest, ATextIsTheMeanOfItsPiecesOfLengthOne) {
    const StaticTable table = StaticTable::parse(written()).value();
    const std::array<Piece, 2> text{Piece{1, 0, 1}, Piece{2, 1, 2}};  // (1, 2, 2) + (-3, 0, 4)
    std::array<float, k_dimensions> vector;

    table.embed(text, vector);

    const float length = std::sqrt(4.0F + 4.0F + 36.0F);
    EXPECT_FLOAT_EQ(vector[0], -2 / length);
    EXPECT_FLOAT_EQ(vector[1], 2 / length);
    EXPECT_FLOAT_EQ(vector[2], 6 / length);
}

TEST(StaticTableTest, ATextWithoutMeaningIsZero) {
    const StaticTable table = StaticTable::parse(written()).value();
    std::array<float, k_dimensions> vector{1, 1, 1};

    table.embed({}, vector);
    EXPECT_EQ(vector, (std::array<float, k_dimensions>{}));
    const Piece nothing{0, 0, 1};
    table.embed(std::span(&nothing, 1), vector);
    EXPECT_EQ(vector, (std::array<float, k_dimensions>{}));
}

TEST(StaticTableTest, CutAtAnyByteOrWithOneMoreItIsRefused) {
    const std::string whole = written();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(StaticTable::parse(std::string_view(whole).substr(0, size))) << size;
    }
    EXPECT_FALSE(StaticTable::parse(whole + '\0'));
}

TEST(StaticTableTest, NoHeaderMakesItReadWhatIsNotThere) {
    std::mt19937 random(11);
    const std::string whole = written();
    for (int trial = 0; trial < 20'000; ++trial) {
        std::string broken = whole;
        for (int change = 0; change < 3; ++change) broken[random() % 32] = static_cast<char>(random());
        const auto table = StaticTable::parse(broken);
        if (!table) continue;
        EXPECT_EQ(table->size() * table->dimensions() * sizeof(float) + table->model().size() + 24, broken.size());
    }
}

}  // namespace
}  // namespace earshot::semantic
