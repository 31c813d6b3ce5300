#include "earshot/detect/conversation_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace earshot::detect {
namespace {

TEST(ConversationRecordTest, every_keeping_is_found_by_its_name_and_no_other) {
    EXPECT_EQ(keeping_name(Keeping::full), "full");
    EXPECT_EQ(keeping_name(Keeping::hits), "hits");
    EXPECT_EQ(keeping_name(Keeping::none), "none");
    for (const Keeping keeping : {Keeping::full, Keeping::hits, Keeping::none}) {
        EXPECT_EQ(find_keeping(keeping_name(keeping)), keeping);
    }
    for (const char* name : {"", "Full", "full ", "all"}) EXPECT_EQ(find_keeping(name), std::nullopt) << name;
}

TEST(ConversationRecordTest, every_source_is_found_by_its_name_and_no_other) {
    using enum ConversationSource;
    EXPECT_EQ(source_name(stream), "stream");
    EXPECT_EQ(source_name(text), "text");
    EXPECT_EQ(source_name(audio), "audio");
    EXPECT_EQ(source_name(video), "video");
    for (const ConversationSource source : {stream, text, audio, video}) {
        EXPECT_EQ(find_source(source_name(source)), source);
    }
    for (const char* name : {"", "Stream", "texts"}) EXPECT_EQ(find_source(name), std::nullopt) << name;
}

// A bound on what waits to be written is one on these bytes: whatever grows has to count.
TEST(ConversationRecordTest, bytes_of_a_change_grow_with_everything_that_it_holds) {
    const std::string text(1000, 'x');
    std::size_t before = ConversationChange().bytes();
    EXPECT_LT(before, 1000U);
    ConversationChange change;
    const auto expect_growth = [&](const char* what) {
        EXPECT_GE(change.bytes(), before + 1000) << what;
        EXPECT_LE(change.bytes(), before + 1000 + sizeof(MessageRecord) + sizeof(HitRecord)) << what;
        before = change.bytes();
    };

    change.account = text;
    expect_growth("account");
    change.conversation = text;
    expect_growth("conversation");
    change.begin.emplace().name = text;
    expect_growth("name");
    change.members.push_back({text, {}, {}, {}});
    expect_growth("member");
    change.members.back().name = text;
    expect_growth("member's name");
    change.members.back().user_id = text;
    expect_growth("member's user id");
    change.members.back().role = text;
    expect_growth("member's role");
    change.messages.emplace_back().text = text;
    expect_growth("text");
    change.messages.back().id = text;
    expect_growth("message's id");
    change.messages.back().member = text;
    expect_growth("message's member");
    change.messages.back().words.push_back({.word = text});
    expect_growth("word");
    change.hits.emplace_back().id = text;
    expect_growth("hit");
    change.hits.back().tracker = text;
    expect_growth("tracker");
    change.hits.back().tracker_name = text;
    expect_growth("tracker's name");
    change.hits.back().value = text;
    expect_growth("value");
    change.hits.back().member = text;
    expect_growth("hit's member");
    change.hits.back().parts.emplace_back().message = text;
    expect_growth("part");
}

TEST(ConversationRecordTest, bytes_of_a_change_count_records_without_texts) {
    ConversationChange change;
    change.members.resize(10);
    EXPECT_GE(change.bytes(), 10 * sizeof(MemberRecord));
    change.messages.resize(10);
    change.hits.resize(10);
    EXPECT_GE(change.bytes(), 10 * (sizeof(MemberRecord) + sizeof(MessageRecord) + sizeof(HitRecord)));
}

}  // namespace
}  // namespace earshot::detect
