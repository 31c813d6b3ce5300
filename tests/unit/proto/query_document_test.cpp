#include "query_document.hpp"

#include "support/findings_text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace earshot::proto {
namespace {

constexpr std::array k_known{
    QueryParameter{"name", QueryForm::text},
    QueryParameter{"metadata", QueryForm::object},
    QueryParameter{"trackers", QueryForm::objects},
    QueryParameter{"tiers", QueryForm::texts},
};

/// The document, or what is wrong with the query.
std::string document(std::string_view query) {
    FindingList findings;
    simdjson::dom::parser parser;
    const auto whole = parse_query(query, k_known, parser, findings);
    if (!findings.empty()) return support::told(Checked<int>(findings.take()));
    return whole ? simdjson::to_string(*whole) : "none";
}

TEST(QueryDocumentTest, takes_texts_as_they_are_when_decoded) {
    EXPECT_EQ(document("name=a+b%26c%3D%22d%22"), R"({"name":"a b&c=\"d\""})");
    EXPECT_EQ(document("n%61me=1"), R"({"name":"1"})");
    EXPECT_EQ(document("name=%C3%A9"), "{\"name\":\"\u00e9\"}");
    EXPECT_EQ(document("name=a=b"), R"({"name":"a=b"})");
    EXPECT_EQ(document("name={\"a\":1}"), R"({"name":"{\"a\":1}"})");
}

TEST(QueryDocumentTest, ignores_what_it_does_not_know_and_what_has_no_value) {
    EXPECT_EQ(document(""), "{}");
    EXPECT_EQ(document("&&=&other=1&other=%zz&%zz=1&Name=x"), "{}");
    EXPECT_EQ(document("name&metadata=&trackers=+&tiers=%09"), "{}");
}

TEST(QueryDocumentTest, the_last_of_several_counts_but_in_lists) {
    EXPECT_EQ(document("name=a&name=b&name="), R"({"name":"b"})");
    EXPECT_EQ(document(R"(metadata={"a":1}&metadata={"b":2})"), R"({"metadata":{"b":2}})");
    EXPECT_EQ(document("tiers=a&name=x&tiers=b"), R"({"name":"x","tiers":["a","b"]})");
}

TEST(QueryDocumentTest, takes_lists_of_objects_in_json_alone) {
    EXPECT_EQ(document(R"(trackers=[{"id":"1"},{"id":"2"}])"), R"({"trackers":[{"id":"1"},{"id":"2"}]})");
    EXPECT_EQ(document(R"(trackers=%7B%22id%22%3A%221%22%7D&trackers=[{"id":"2"},3])"),
              R"({"trackers":[{"id":"1"},{"id":"2"},3]})");
    EXPECT_EQ(document("trackers=[]"), R"({"trackers":[]})");
    EXPECT_EQ(document("trackers=[a,b]"), R"(/trackers: "trackers" is not valid JSON)");
    EXPECT_EQ(document(R"(trackers=[{"id":"1"}]&trackers={"id")"), R"(/trackers: "trackers" is not valid JSON)");
}

TEST(QueryDocumentTest, takes_lists_of_texts_in_any_form) {
    for (const char* query :
         {R"(tiers=["a","b"])", "tiers=[a,b]", "tiers=[+a+,+'b'+]", R"(tiers=["a",b])", "tiers=a,b", "tiers=a&tiers=b",
          "tiers=[a]&tiers=b", "tiers=a,,b,", "tiers=%5Ba%2Cb%5D", "tiers=[a,b"}) {
        EXPECT_EQ(document(query), R"({"tiers":["a","b"]})") << query;
    }
    EXPECT_EQ(document("tiers=[]"), R"({"tiers":[]})");
    EXPECT_EQ(document("tiers=[1,null]"), R"({"tiers":[1,null]})");
}

TEST(QueryDocumentTest, tells_what_cannot_be_read) {
    EXPECT_EQ(document("name=100%"), R"(/name: "name" holds a per cent sign without two hex digits)");
    EXPECT_EQ(document("name=%FF"), R"(/name: "name" is not valid UTF-8)");
    EXPECT_EQ(document("metadata={'a':1}"), R"(/metadata: "metadata" is not valid JSON)");
    EXPECT_NE(document(R"(metadata={"a":"\udc00"})").find("/metadata: "), std::string::npos);
}

TEST(QueryDocumentTest, json_may_be_deep_but_not_deeper_than_a_parser_goes) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };

    EXPECT_EQ(document("trackers=" + nested(1000)), R"({"trackers":)" + nested(1000) + "}");
    for (std::size_t depth = 1001; depth < 1030; ++depth) {
        const std::string told = document("trackers=" + nested(depth));
        EXPECT_TRUE(told == R"({"trackers":)" + nested(depth) + "}" || told == ": the query is nested too deeply" ||
                    told == R"(/trackers: "trackers" is not valid JSON)")
            << depth << ": " << told;
    }
}

}  // namespace
}  // namespace earshot::proto
