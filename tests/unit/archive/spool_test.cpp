#include "spool.hpp"

#include "support/store/test_database.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace earshot::archive {
namespace {

class SpoolTest : public testing::Test {
protected:
    Spool open(std::uint64_t bytes = 1'000'000) { return Spool::open(folder_, bytes).value(); }

    static std::vector<std::string> drain(Spool& spool, std::size_t bytes = 20) {
        std::vector<std::string> all;
        for (auto records = spool.front(bytes); !records.empty(); records = spool.front(bytes)) {
            all.insert(all.end(), records.begin(), records.end());
            spool.drop_front();
        }
        return all;
    }

    std::filesystem::path only_file() const { return *std::filesystem::directory_iterator(folder_); }

    support::TemporaryFolder made_;
    const std::filesystem::path& folder_ = made_.path();
};

TEST_F(SpoolTest, gives_back_what_was_put_in_in_its_order_also_after_a_restart) {
    const std::vector<std::string> records{"one", std::string("t\0o", 3), "", std::string(100, 'x')};
    {
        Spool spool = open();
        EXPECT_TRUE(spool.empty());
        ASSERT_TRUE(spool.append(std::span(records).first(2)));
        ASSERT_TRUE(spool.append(std::span(records).last(2)));
    }
    Spool spool = open();
    EXPECT_FALSE(spool.empty());
    EXPECT_EQ(drain(spool), records);
    EXPECT_TRUE(spool.empty());
    EXPECT_EQ(spool.bytes(), 0U);
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(SpoolTest, what_was_read_but_not_dropped_is_there_again) {
    const std::vector<std::string> records{"one", "two"};
    ASSERT_TRUE(open().append(records));
    {
        Spool spool = open();
        EXPECT_EQ(spool.front(1).size(), 1U);
        EXPECT_EQ(spool.front(1).front(), "one");
    }
    Spool spool = open();
    EXPECT_EQ(drain(spool), records);
}

TEST_F(SpoolTest, holds_as_much_as_it_may) {
    Spool spool = open(40);
    const std::vector<std::string> record{std::string(12, 'x')};  // 20 with its header
    EXPECT_TRUE(spool.append(record));
    EXPECT_TRUE(spool.append(record));
    const auto refused = spool.append(std::vector<std::string>{""});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Errc::too_large);
    EXPECT_TRUE(spool.prepend(record)) << "what was taken in before goes in beyond the limit";
    EXPECT_EQ(drain(spool).size(), 3U);
    EXPECT_TRUE(spool.append(record));
}

TEST_F(SpoolTest, a_record_that_is_there_in_part_is_gone_and_what_another_server_adds_is_not) {
    const std::vector<std::string> records{"one", "two"};
    ASSERT_TRUE(open().append(records));
    std::filesystem::resize_file(only_file(), 2 * (8 + 3) - 1);
    Spool spool = open();
    ASSERT_TRUE(spool.append(std::vector<std::string>{"three"}));
    EXPECT_EQ(drain(spool), (std::vector<std::string>{"one", "three"}));
    EXPECT_EQ(spool.damaged_bytes(), 10U);
}

TEST_F(SpoolTest, a_record_that_was_changed_is_not_given) {
    ASSERT_TRUE(open().append(std::vector<std::string>{"one", "two"}));
    {
        std::fstream file(only_file(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(8 + 3 + 8);
        file.put('T');
    }
    Spool spool = open();
    EXPECT_EQ(drain(spool), std::vector<std::string>{"one"});
    EXPECT_EQ(spool.damaged_bytes(), 11U);
    EXPECT_TRUE(spool.empty());
}

TEST_F(SpoolTest, a_file_with_an_absurd_length_is_not_believed) {
    std::ofstream(folder_ / "5.spool", std::ios::binary) << std::string(8, '\xFF') << "abc";
    std::ofstream(folder_ / "readme.txt") << "not ours";
    Spool spool = open();
    EXPECT_TRUE(drain(spool).empty());
    EXPECT_EQ(spool.damaged_bytes(), 11U);
    EXPECT_TRUE(std::filesystem::exists(folder_ / "readme.txt"));
}

TEST_F(SpoolTest, a_folder_that_cannot_be_used_is_an_error) {
    std::ofstream(folder_ / "file") << "";
    const auto spool = Spool::open(folder_ / "file" / "spool", 100);
    ASSERT_FALSE(spool);
    EXPECT_EQ(spool.error().code, base::Errc::io_failed);
}

// The law: a queue, whatever is done to it and however often it is opened anew.
TEST_F(SpoolTest, equals_a_queue) {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
        std::deque<std::string> model;
        std::optional<Spool> spool(open());
        drain(*spool);  // what the seed before left
        unsigned next = 0;
        for (int step = 0; step < 60; ++step) {
            switch (below(4)) {
                case 0:
                case 1: {
                    std::vector<std::string> records(below(4));
                    for (std::string& record : records) record = std::string(below(30), 'a') + std::to_string(next++);
                    if (below(4) == 0) {
                        ASSERT_TRUE(spool->prepend(records));
                        model.insert(model.begin(), records.begin(), records.end());
                    } else {
                        ASSERT_TRUE(spool->append(records));
                        model.insert(model.end(), records.begin(), records.end());
                    }
                    break;
                }
                case 2: {
                    const auto records = spool->front(below(100));
                    ASSERT_EQ(records.empty(), model.empty());
                    ASSERT_TRUE(std::equal(records.begin(), records.end(), model.begin()));
                    if (below(2) == 0) {
                        spool->drop_front();
                        model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(records.size()));
                    }
                    break;
                }
                default: {
                    // Opened anew, it has dropped records of a file that is not empty yet again; so it is emptied.
                    const auto rest = drain(*spool, 50);
                    ASSERT_EQ(rest, std::vector<std::string>(model.begin(), model.end()));
                    model.clear();
                    spool.emplace(open());
                }
            }
        }
    }
}

}  // namespace
}  // namespace earshot::archive
