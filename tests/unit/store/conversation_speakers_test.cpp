#include "conversations.hpp"
#include "support/store/record_texts.hpp"

#include <gmock/gmock.h>

namespace earshot::store {
namespace {

using base::Errc;
using detect::ConversationChange;
using support::text_of;
using testing::ElementsAre;
using testing::IsEmpty;

class ConversationSpeakersTest : public ConversationStoreTest {};

EARSHOT_FOR_BOTH_BACKENDS(ConversationSpeakersTest);

TEST_P(ConversationSpeakersTest, figures_count_what_was_said_at_the_same_time_once) {
    ConversationChange change = begin_of("c1");
    change.members = {{"silent", {}, {}, {}}, {"m2", {}, {}, {}}, {"m1", {}, {}, {}}};
    change.messages = {message_of("a", " how  much\nis it ", 0, 1000), message_of("b", "", 500, 1500),
                       message_of("c", "one", 2000, 2250), message_of("d", "two words"), message_of("e", "x", 0, 9)};
    change.messages[4].member = "m2";
    ASSERT_TRUE(store_->apply({change}));

    const auto figures = store_->figures("ann", "c1").value();
    ASSERT_EQ(figures.size(), 2U);
    EXPECT_EQ(text_of(figures[0]), text_of(MemberFigures{"m2", 1, 1, 0.009}));
    EXPECT_EQ(text_of(figures[1]), text_of(MemberFigures{"m1", 4, 7, 1.75}));
}

TEST_P(ConversationSpeakersTest, messages_and_their_hits_go_to_who_spoke_longest_during_them) {
    ConversationChange change = begin_of("c1");
    change.members = {{"m1", "Unknown", {}, {}}, {"m2", "Bo", {}, {}}};
    change.messages = {message_of("a", "a", 0, 1000), message_of("b", "b", 1000, 2000), message_of("c"),
                       message_of("d", "d", 9000, 9001)};
    change.hits = {hit_of("h1", {"a", "b"}), hit_of("h2", {"b"}), hit_of("h3", {"c", "a"})};
    ASSERT_TRUE(store_->apply({change}));

    const detect::MemberRecord zoe{{}, "Zoe", "zoe@example.com", {}};
    const std::vector<SpeakingTime> times{{{"m2", {}, {}, {}}, {at(0), at(600)}},
                                          {zoe, {at(500), at(1100)}},
                                          {{{}, "Bo", {}, {}}, {at(1100), at(1300)}},
                                          {zoe, {at(1500), at(3000)}}};
    EXPECT_EQ(store_->assign_speakers("ann", "c1", times).value(), 2U);
    EXPECT_EQ(store_->assign_speakers("ann", "c1", times).value(), 0U);

    const auto members = store_->get("ann", "c1").value().members;
    ASSERT_EQ(members.size(), 3U);
    EXPECT_EQ(members[2].name, "Zoe");
    EXPECT_THAT(members[2].id, testing::MatchesRegex("[0-9a-f-]{36}"));
    std::vector<std::string> speakers;
    for (const auto& message : store_->messages("ann", "c1").value()) speakers.push_back(message.member);
    EXPECT_THAT(speakers, ElementsAre("m2", members[2].id, "m1", "m1"));
    std::vector<std::string> of_hits;
    for (const auto& kept : store_->hits("ann", "c1").value()) of_hits.push_back(kept.hit.member);
    EXPECT_THAT(of_hits, ElementsAre("m2", members[2].id, "m1"));
}

TEST_P(ConversationSpeakersTest, speakers_that_are_unknown_change_nothing) {
    ConversationChange change = begin_of("c1");
    change.messages = {message_of("a", "a", 0, 1000)};
    ASSERT_TRUE(store_->apply({change}));
    const detect::MemberRecord added{{}, "Zoe", {}, {}};

    for (const detect::MemberRecord& unknown :
         {detect::MemberRecord{"m9", "Zoe", {}, {}}, detect::MemberRecord{{}, {}, {}, "agent"}}) {
        expect_error(store_->assign_speakers("ann", "c1", {{added, {at(0), at(1000)}}, {unknown, {at(0), at(1000)}}}),
                     Errc::unknown_member);
    }
    expect_error(store_->rename("ann", "c1", {"m9", "x", {}, {}}), Errc::unknown_member);
    EXPECT_THAT(store_->get("ann", "c1").value().members, IsEmpty());
    EXPECT_EQ(store_->messages("ann", "c1").value()[0].member, "m1");
}

}  // namespace
}  // namespace earshot::store
