#include "earshot/semantic/windows.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace earshot::semantic {
namespace {

TEST(WindowsTest, EndAtEveryFifthWordAndAtTheEnd) {
    const std::vector<Window> expected{{0, 4}, {2, 9}, {0, 9}, {3, 10}, {0, 10}};
    EXPECT_EQ(windows_of(11), expected);
    EXPECT_TRUE(windows_of(0).empty());
}

TEST(WindowsTest, TheWholeIsThatOfItsPrefixesAndTheirEnds) {
    for (std::uint32_t words = 1; words < 60; ++words) {
        const auto whole = windows_of(words);
        for (std::uint32_t prefix = 1; prefix < words; ++prefix) {
            for (const Window& window : windows_of(prefix)) {
                if ((window.last_word + 1) % k_window_step != 0) continue;
                EXPECT_EQ(std::count(whole.begin(), whole.end(), window), 1) << words << ' ' << prefix;
            }
        }
    }
}

TEST(WindowsTest, NoneIsLongerThanTheLongestOrGivenTwice) {
    for (std::uint32_t words = 1; words < 60; ++words) {
        const auto windows = windows_of(words);
        for (const Window& window : windows) {
            EXPECT_LE(window.last_word - window.first_word, 23U);
            EXPECT_LT(window.last_word, words);
            EXPECT_EQ(std::count(windows.begin(), windows.end(), window), 1);
        }
    }
}

}  // namespace
}  // namespace earshot::semantic
