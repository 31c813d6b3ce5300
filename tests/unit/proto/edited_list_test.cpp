#include "management/edited_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace earshot::proto {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(EditedListTest, keeps_the_order_in_which_entries_came) {
    std::vector<std::string> list{"a", "b", "c"};
    EditedList edited(list, EntryKind::label);

    EXPECT_TRUE(edited.remove("a"));
    EXPECT_FALSE(edited.remove("a"));
    EXPECT_FALSE(edited.add("c"));
    EXPECT_TRUE(edited.add("a"));
    edited.write_back();

    EXPECT_THAT(list, ElementsAre("b", "c", "a"));
}

TEST(EditedListTest, can_be_cleared_and_filled_again) {
    std::vector<std::string> list{"a", "b"};
    EditedList edited(list, EntryKind::label);

    edited.clear();
    EXPECT_FALSE(edited.remove("a"));
    EXPECT_TRUE(edited.add("b"));
    edited.write_back();

    EXPECT_THAT(list, ElementsAre("b"));
}

// Otherwise a patch of many operations, each of which replaces a list, takes the square of the time.
TEST(EditedListTest, leaves_the_next_clear_nothing_to_go_through) {
    std::vector<std::string> none;
    const std::size_t fresh = EditedList(none, EntryKind::label).buckets();
    std::vector<std::string> list;
    for (int i = 0; i < 10'000; ++i) list.push_back(std::to_string(i));
    EditedList edited(list, EntryKind::label);
    ASSERT_GT(edited.buckets(), 10'000U);

    edited.clear();
    EXPECT_EQ(edited.buckets(), fresh);
    edited.write_back();
    EXPECT_THAT(list, IsEmpty());
}

}  // namespace
}  // namespace earshot::proto
