#include "earshot/app/tracker_file.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace earshot::app {
namespace {

using testing::HasSubstr;

class ReadFileTest : public testing::Test {
protected:
    ReadFileTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "earshot-file-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
    }
    ~ReadFileTest() override { std::filesystem::remove_all(directory_); }

    std::string directory_;
};

TEST_F(ReadFileTest, gives_every_byte_of_a_file_of_any_size) {
    for (const std::size_t size : {0U, 1U, 16 * 1024 - 1U, 16 * 1024U, 16 * 1024 + 1U, 100'000U}) {
        std::string bytes;
        for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(i * 7));
        std::ofstream(directory_ + "/file", std::ios::binary) << bytes;

        const auto read = read_file(directory_ + "/file");
        ASSERT_TRUE(read) << size;
        EXPECT_TRUE(*read == bytes) << size;
    }
}

TEST_F(ReadFileTest, what_is_not_there_is_an_error) {
    const auto read = read_file(directory_ + "/none");

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, base::Errc::io_failed);
    EXPECT_THAT(read.error().message, HasSubstr("No such file"));
}

// It can be opened, and then not be read.
TEST_F(ReadFileTest, a_directory_is_an_error) {
    const auto read = read_file(directory_);

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, base::Errc::io_failed);
    EXPECT_THAT(read.error().message, HasSubstr("Is a directory"));
    EXPECT_EQ(load_trackers(directory_).error().code, base::Errc::io_failed);
}

}  // namespace
}  // namespace earshot::app
