#include "earshot/proto/json_writer.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <limits>
#include <string>

namespace earshot::proto {
namespace {

std::string json_text(std::string_view text) {
    std::string out;
    JsonWriter(out).value(text);
    return out;
}

template <typename Number>
std::string json_number(Number value) {
    std::string out;
    JsonWriter(out).value(value);
    return out;
}

TEST(JsonWriterTest, separates_members_and_elements) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("a", 1).key("b").begin_array().value("x").value(true).null().end_array();
    json.key("c").begin_object().end_object().member("d", "").end_object();

    EXPECT_EQ(out, R"({"a":1,"b":["x",true,null],"c":{},"d":""})");
}

TEST(JsonWriterTest, escapes_what_json_needs_and_no_more) {
    EXPECT_EQ(json_text("a\"b\\c/d"), R"("a\"b\\c/d")");
    EXPECT_EQ(json_text("\n\r\t\b\f"), R"("\n\r\t\u0008\u000c")");
    EXPECT_EQ(json_text(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
    EXPECT_EQ(json_text("\u00E9 \u2028 \U0001F600"), "\"\u00E9 \u2028 \U0001F600\"");
}

TEST(JsonWriterTest, every_byte_reads_back) {
    for (int c = 0; c < 128; ++c) {
        const std::string text{'a', static_cast<char>(c), 'b'};
        simdjson::dom::parser parser;

        EXPECT_EQ(std::string_view(parser.parse("[" + json_text(text) + "]").at(0)), text) << c;
    }
}

TEST(JsonWriterTest, numbers_read_back_the_same) {
    EXPECT_EQ(json_number(0.1), "0.1");
    EXPECT_EQ(json_number(1.0), "1");
    EXPECT_EQ(json_number(12.34), "12.34");
    EXPECT_EQ(json_number(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(json_number(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
    for (const double value : {1e-300, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0}) {
        EXPECT_EQ(std::strtod(json_number(value).c_str(), nullptr), value);
    }
}

TEST(JsonWriterTest, what_is_not_finite_is_null) {
    EXPECT_EQ(json_number(std::numeric_limits<double>::quiet_NaN()), "null");
    EXPECT_EQ(json_number(-std::numeric_limits<double>::infinity()), "null");
}

}  // namespace
}  // namespace earshot::proto
