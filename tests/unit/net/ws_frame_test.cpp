#include "net/ws_frame.hpp"

#include <gtest/gtest.h>

namespace earshot::net {
namespace {

using namespace std::string_literals;

struct SizeCase {
    std::size_t size;
    std::string header;
};

class WsFrameTest : public ::testing::TestWithParam<SizeCase> {};

TEST_P(WsFrameTest, has_the_shortest_header) {
    const std::string text(GetParam().size, 'x');
    std::string out = "before";

    append_text_frame(text, out);

    EXPECT_EQ(out, "before" + GetParam().header + text);
}

INSTANTIATE_TEST_SUITE_P(Sizes, WsFrameTest,
                         ::testing::Values(SizeCase{0, "\x81\x00"s}, SizeCase{1, "\x81\x01"s},
                                           SizeCase{125, "\x81\x7D"s}, SizeCase{126, "\x81\x7E\x00\x7E"s},
                                           SizeCase{65535, "\x81\x7E\xFF\xFF"s},
                                           SizeCase{65536, "\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s}),
                         [](const auto& size_case) { return "bytes_" + std::to_string(size_case.param.size); });

}  // namespace
}  // namespace earshot::net
