#include "earshot/app/serve_command.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace earshot::app {
namespace {

using testing::HasSubstr;

TEST(ServeCommandTest, a_directory_in_the_place_of_the_settings_is_wrong_usage) {
    std::ostringstream out;
    std::ostringstream err;

    EXPECT_EQ(serve({.config_file = "/", .flags = {}, .print_config = true}, out, err), 2);
    EXPECT_THAT(err.str(), HasSubstr("cannot be read: Is a directory"));
}

}  // namespace
}  // namespace earshot::app
