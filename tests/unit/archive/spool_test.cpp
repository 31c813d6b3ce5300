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

    static std::vector<std::string> front(Spool& spool, std::size_t bytes, std::size_t records = 100) {
        return spool.front(bytes, records).value();
    }

    static std::vector<std::string> drain(Spool& spool, std::size_t bytes = 20) {
        std::vector<std::string> all;
        for (auto records = front(spool, bytes); !records.empty(); records = front(spool, bytes)) {
            all.insert(all.end(), records.begin(), records.end());
            spool.drop_front();
        }
        return all;
    }

    std::filesystem::path only_file() const { return folder_ / "1000000000.spool"; }

    support::TemporaryFolder made_;
    const std::filesystem::path& folder_ = made_.path();
};

TEST_F(SpoolTest, gives_back_what_was_put_in_in_its_order_also_after_a_restart) {
    const std::vector<std::string> records{"one", std::string("t\0o", 3), "x", std::string(100, 'x')};
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
    EXPECT_FALSE(std::filesystem::exists(only_file()));
}

TEST_F(SpoolTest, what_was_read_but_not_dropped_is_there_again) {
    const std::vector<std::string> records{"one", "two"};
    ASSERT_TRUE(open().append(records));
    {
        Spool spool = open();
        EXPECT_EQ(front(spool, 1).size(), 1U);
        EXPECT_EQ(front(spool, 1).front(), "one");
    }
    Spool spool = open();
    EXPECT_EQ(drain(spool), records);
}

TEST_F(SpoolTest, holds_as_much_as_it_may) {
    Spool spool = open(40);
    const std::vector<std::string> record{std::string(12, 'x')};  // 20 with its header
    EXPECT_TRUE(spool.append(record));
    EXPECT_TRUE(spool.append(record));
    const auto refused = spool.append(std::vector<std::string>{"x"});
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

TEST_F(SpoolTest, a_file_that_cannot_be_read_for_now_is_not_given_up) {
    const std::vector<std::string> records{"one", "two"};
    Spool spool = open();
    ASSERT_TRUE(spool.append(records));
    std::filesystem::rename(only_file(), folder_ / "elsewhere");
    EXPECT_EQ(spool.front(100, 100).error().code, base::Errc::io_failed);
    std::filesystem::create_directory(only_file());
    EXPECT_EQ(spool.front(100, 100).error().code, base::Errc::io_failed);
    EXPECT_EQ(spool.damaged_bytes(), 0U);
    std::filesystem::remove(only_file());
    std::filesystem::rename(folder_ / "elsewhere", only_file());
    EXPECT_EQ(drain(spool), records);
}

TEST_F(SpoolTest, is_used_by_one_server_at_a_time) {
    {
        const Spool first = open();
        const auto second = Spool::open(folder_, 100);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, base::Errc::io_failed);
    }
    EXPECT_TRUE(Spool::open(folder_, 100));
}

TEST_F(SpoolTest, gives_no_more_records_than_it_is_asked_for) {
    Spool spool = open();
    ASSERT_TRUE(spool.append(std::vector<std::string>{"one", "two", "three"}));
    EXPECT_EQ(front(spool, 100, 2), (std::vector<std::string>{"one", "two"}));
    spool.drop_front();
    EXPECT_EQ(front(spool, 100, 2), std::vector<std::string>{"three"});
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
                    const auto records = front(*spool, below(100), 1 + below(3));
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
                    spool.reset();
                    spool.emplace(open());
                }
            }
        }
    }
}

}  // namespace
}  // namespace earshot::archive
