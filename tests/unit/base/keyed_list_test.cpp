#include "earshot/base/keyed_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace earshot::base {
namespace {

struct Named {
    std::string name;
    int number = 0;
    friend bool operator==(const Named&, const Named&) = default;
};
using List = KeyedList<Named, &Named::name>;

TEST(KeyedListTest, keeps_the_first_of_a_key) {
    List list;
    EXPECT_TRUE(list.add({"a", 1}));
    EXPECT_FALSE(list.add({"a", 2}));

    EXPECT_EQ(list.size(), 1U);
    EXPECT_EQ(list.find("a")->number, 1);
}

TEST(KeyedListTest, the_last_takes_the_place_of_who_goes) {
    List list;
    for (const char* name : {"a", "b", "c", "d"}) list.add({name, 0});

    EXPECT_TRUE(list.remove("b"));
    EXPECT_TRUE(list.remove("c"));
    EXPECT_FALSE(list.remove("b"));

    EXPECT_THAT(list.values(), ::testing::ElementsAre(Named{"a", 0}, Named{"d", 0}));
}

TEST(KeyedListTest, holds_what_a_map_holds) {
    List list;
    std::map<std::string, int> model;
    std::mt19937 random(1);
    for (int i = 0; i < 20'000; ++i) {
        const std::string name = std::to_string(random() % 40);
        if (random() % 2 == 0) {
            EXPECT_EQ(list.add({name, i}), model.try_emplace(name, i).second);
        } else {
            EXPECT_EQ(list.remove(name), model.erase(name) == 1);
        }
        ASSERT_EQ(list.size(), model.size());
        const Named* found = list.find(name);
        ASSERT_EQ(found != nullptr, model.contains(name));
        if (found) {
            ASSERT_EQ(found->number, model[name]);
        }
    }
    std::map<std::string, int> rest;
    for (const Named& named : list.values()) rest.emplace(named.name, named.number);
    EXPECT_EQ(rest, model);
}

}  // namespace
}  // namespace earshot::base
