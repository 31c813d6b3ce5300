#include "net/swept.hpp"

#include <gtest/gtest.h>

namespace earshot::net {
namespace {

struct Connection final : Swept {
    void on_sweep(base::MonotonicTime) override {}
    void on_drain() override {}
    void on_cut() override {}
};

TEST(SweptListTest, visits_all) {
    Connection first, second, third;
    SweptList list;
    list.add(first);
    list.add(second);
    list.add(third);
    std::vector<Swept*> visited;

    list.for_each([&](Swept& connection) { visited.push_back(&connection); });

    EXPECT_EQ(visited, (std::vector<Swept*>{&third, &second, &first}));
}

TEST(SweptListTest, lets_the_visited_one_leave) {
    Connection first, second, third;
    SweptList list;
    list.add(first);
    list.add(second);
    list.add(third);
    std::vector<Swept*> visited;

    list.for_each([&](Swept& connection) {
        visited.push_back(&connection);
        list.remove(connection);
    });

    EXPECT_EQ(visited.size(), 3);
    EXPECT_TRUE(list.empty());
}

TEST(SweptListTest, lets_others_leave) {
    Connection first, second, third;
    SweptList list;
    list.add(first);
    list.add(second);
    list.add(third);
    int visits = 0;

    list.for_each([&](Swept&) {
        if (visits++ > 0) return;
        list.remove(third);
        list.remove(first);
    });

    EXPECT_EQ(list.size(), 1);
    EXPECT_LE(visits, 2);
}

}  // namespace
}  // namespace earshot::net
