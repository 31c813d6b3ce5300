// What is sent as text after the call, over real sockets and real databases: what is accepted, heard, added and kept.
// Checklist items 74, 75, 78 and 79.
#include "integration/processing.hpp"

namespace earshot::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Stores, ProcessingTest, ::testing::Values(BackendKind::sqlite, BackendKind::postgresql),
                         [](const auto& test) { return ::testing::PrintToString(test.param); });

// ---- What is accepted: checklist item 74

TEST_P(ProcessingTest, text_is_accepted_and_its_conversation_is_there_at_once) {
    const HttpResponse accepted = ask("POST", "/process/text",
                                      request({said("What does it cost?", k_ann), said("Nothing. It is free.", k_bob)},
                                              trackers({std::string(k_pricing)}) + "," + std::string(k_held)));
    EXPECT_EQ(accepted.status, 201U);
    const json::object ids = json::parse(accepted.body).as_object();
    ASSERT_EQ(ids.size(), 2U) << accepted.body;
    id_ = std::string(ids.at("conversationId").as_string());
    const std::string job(ids.at("jobId").as_string());
    EXPECT_THAT(id_, MatchesRegex("[0-9]+"));
    EXPECT_THAT(job, MatchesRegex(std::string(k_any_uuid)));

    EXPECT_EQ(conversation().at("id").as_string(), id_);
    EXPECT_THAT(texts(), IsEmpty());
    EXPECT_EQ(ask("GET", "/conversations/" + id_ + "/trackers").body, "[]");
    gate_.open();
    complete(job);
    EXPECT_THAT(texts(), ElementsAre("What does it cost?", "Nothing.", "It is free."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
}

TEST_P(ProcessingTest, two_requests_are_two_conversations) {
    const std::string first = post(request({said("hello")}));
    const std::string first_id = id_;
    const std::string second = post(request({said("hello")}));
    EXPECT_NE(first, second);
    EXPECT_NE(first_id, id_);
    complete(first);
    complete(second);
    EXPECT_EQ(get("/conversations").at("conversations").as_array().size(), 2U);
}

TEST_P(ProcessingTest, an_empty_message_is_left_out) {
    process(request({said("", k_ann), said("Hello.", k_ann), said("  ", k_bob)}));
    EXPECT_THAT(texts(), ElementsAre("Hello."));
    process(request({said("")}));
    EXPECT_THAT(texts(), IsEmpty());
}

TEST_P(ProcessingTest, its_name_and_metadata_are_shown) {
    process(request({said("hello")}, R"("name":"Call of 4 May","metadata":{"queue":"sales","deep":{"a":[1,null]}})"));
    json::value shown = conversation();
    EXPECT_EQ(shown.at("type").as_string(), "meeting");
    EXPECT_EQ(shown.at("name").as_string(), "Call of 4 May");
    EXPECT_EQ(shown.at("metadata"), json::parse(R"({"queue":"sales","deep":{"a":[1,null]}})"));
    EXPECT_EQ(shown.at("source").as_string(), "text");
    EXPECT_EQ(shown.at("store").as_string(), "full");
    EXPECT_TRUE(shown.at("isOver").as_bool());

    process(request({said("hello")}));
    shown = conversation();
    EXPECT_EQ(shown.at("name").as_string(), id_);
    EXPECT_FALSE(shown.as_object().contains("metadata"));

    process(request({said("hello")}), "?name=Call+of%204+May&metadata=" + encoded(R"({"queue":"sales"})"));
    shown = conversation();
    EXPECT_EQ(shown.at("name").as_string(), "Call of 4 May");
    EXPECT_EQ(shown.at("metadata"), json::parse(R"({"queue":"sales"})"));
}

TEST_P(ProcessingTest, who_took_part_is_known_by_user_id_then_by_name) {
    process(request({said("one", k_ann), said("two", R"(,"from":{"email":"ann@example.com","name":"Somebody"})"),
                     said("three", k_bob), said("four", R"(,"from":{"name":"Bob","role":"agent"})"), said("five"),
                     said("six", R"(,"from":null)"), said("seven", R"(,"from":{})")}));
    const json::value answer = conversation("/members");
    const json::array& members = answer.at("members").as_array();
    ASSERT_EQ(members.size(), 3U) << json::serialize(answer);
    EXPECT_EQ(members[0].at("name").as_string(), "Ann");
    EXPECT_EQ(members[0].at("email").as_string(), "ann@example.com");
    EXPECT_EQ(members[0].at("role").as_string(), "customer");
    EXPECT_EQ(members[1].at("name").as_string(), "Bob");
    EXPECT_EQ(members[1].at("role").as_string(), "agent");

    std::vector<std::size_t> speakers;
    const json::value told = conversation("/messages");
    for (const json::value& message : told.at("messages").as_array()) {
        const auto is_it = [&](const json::value& member) { return member.at("id") == message.at("from").at("id"); };
        speakers.push_back(
            static_cast<std::size_t>(std::find_if(members.begin(), members.end(), is_it) - members.begin()));
    }
    EXPECT_THAT(speakers, ElementsAre(0, 0, 1, 1, 2, 2, 2));
}

TEST_P(ProcessingTest, trackers_listen_to_roles_and_user_ids) {
    const std::string of_agents = R"({"name":"Agent","vocabulary":["thank you"],"speakers":["agent"]})";
    const std::string of_ann = R"({"name":"Ann","vocabulary":["thank you"],"speakers":["ann@example.com"]})";
    process(request({said("Thank you.", k_bob), said("Thank you!", k_ann),
                     said("Thank you so much.", R"(,"from":{"name":"Eve","role":"agent"})")},
                    trackers({of_agents, of_ann})));
    std::vector<std::string> found;
    for_each_place([&](const json::value& tracker, const json::value&, const json::value& place) {
        found.push_back(std::string(tracker.at("name").as_string()) + ": " + std::string(place.at("text").as_string()));
    });
    EXPECT_THAT(found, UnorderedElementsAre("Ann: Thank you!", "Agent: Thank you so much."));
}

// ---- Times

TEST_P(ProcessingTest, times_are_absolute_or_count_from_the_begin) {
    const auto from_to = [](std::string_view start, std::string_view end) {
        return R"(,"duration":{"startTime":)" + std::string(start) + R"(,"endTime":)" + std::string(end) + "}";
    };
    process(request({said("one", from_to(R"("2026-05-04T03:02:01.000Z")", R"("2026-05-04T03:02:02.500Z")")),
                     said("two", from_to(R"("2026-05-04T05:02:13.340+02:00")", R"("2026-05-04T03:02:14.900")")),
                     said("three", from_to("1777863741", "1777863742.25")), said("four", from_to("30", "31.25")),
                     said("five", R"(,"duration":{"endTime":"40.5"})"), said("six")}));
    const json::value answer = conversation("/messages");
    const auto shown = [&](std::size_t i) {
        const json::value& message = answer.at("messages").at(i);
        return std::string(message.at("startTime").as_string()) + " " + std::string(message.at("endTime").as_string());
    };
    const auto seconds = [&](std::size_t i, const char* member) {
        return answer.at("messages").at(i).at(member).to_number<double>();
    };
    EXPECT_EQ(shown(0), "2026-05-04T03:02:01.000Z 2026-05-04T03:02:02.500Z");
    EXPECT_EQ(shown(1), "2026-05-04T03:02:13.340Z 2026-05-04T03:02:14.900Z");
    EXPECT_EQ(shown(2), "2026-05-04T03:02:21.000Z 2026-05-04T03:02:22.250Z");
    EXPECT_EQ(shown(3), "2026-05-04T03:02:31.000Z 2026-05-04T03:02:32.250Z");
    EXPECT_EQ(shown(4), "2026-05-04T03:02:41.500Z 2026-05-04T03:02:41.500Z");
    EXPECT_NEAR(seconds(1, "timeOffset"), 12.34, 1e-6);
    EXPECT_NEAR(seconds(1, "duration"), 1.56, 1e-6);
    EXPECT_NEAR(seconds(3, "timeOffset"), 30, 1e-6);
    EXPECT_NEAR(seconds(4, "duration"), 0, 1e-6);
    EXPECT_EQ(answer.at("messages").at(5).at("startTime").as_string(), "2026-05-04T03:02:01.000Z");
    EXPECT_EQ(conversation().at("startTime").as_string(), "2026-05-04T03:02:01.000Z");
    EXPECT_EQ(conversation().at("endTime").as_string(), "2026-05-04T03:02:41.500Z");
}

TEST_P(ProcessingTest, hits_have_the_times_of_what_was_said) {
    process(request({said("The price.", R"(,"duration":{"startTime":12.5,"endTime":14})")},
                    trackers({std::string(k_pricing)})));
    const json::value message = conversation("/messages").at("messages").at(0);
    EXPECT_NEAR(message.at("timeOffset").to_number<double>(), 12.5, 1e-6);
    EXPECT_NEAR(message.at("duration").to_number<double>(), 1.5, 1e-6);
    const json::value place = conversation("/trackers").at(0).at("matches").at(0).at("messageRefs").at(0);
    EXPECT_GE(place.at("timeOffset").to_number<double>(), 12.5);
    EXPECT_LE(place.at("timeOffset").to_number<double>() + place.at("duration").to_number<double>(), 14.001);
}

TEST_P(ProcessingTest, a_silence_ends_a_phrase_where_times_are_known) {
    const std::string list = trackers({std::string(k_pricing)});
    const auto at = [](int start, int end) {
        return std::string(k_ann) + R"(,"duration":{"startTime":)" + std::to_string(start) + R"(,"endTime":)" +
               std::to_string(end) + "}";
    };
    process(request({said("what does", at(0, 1)), said("it cost", at(11, 12))}, list));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Pricing: what does it cost"));
    process(request({said("what does", at(0, 1)), said("it cost", at(12, 13))}, list));
    EXPECT_THAT(heard(), IsEmpty());
    process(request({said("what does", at(0, 1)), said("it cost", at(12, 13))},
                    list + R"(,"config":{"trackers":{"phraseGapSeconds":11}})"));
    EXPECT_EQ(heard().size(), 2U);
    process(request({said("what does", at(0, 1)), said("it cost", k_ann)}, list));
    EXPECT_EQ(heard().size(), 2U) << "who has no times has no gap";
}

// ---- What is listened for: checklist item 75

TEST_P(ProcessingTest, trackers_are_honoured_wherever_they_stand) {
    const std::string talk = request({said("What does it cost? I cancel.")});
    const std::string list = array_of({std::string(k_pricing), std::string(k_cancellation)});
    const auto in_body = [](const std::string& more) { return request({said("What does it cost? I cancel.")}, more); };
    const std::string one_by_one = encoded(k_pricing) + "&trackers=" + encoded(k_cancellation);
    for (const auto& [query, body] : {std::pair{std::string(), in_body(R"("trackers":)" + list)},
                                      {"", in_body(R"("config":{"trackers":)" + list + "}")},
                                      {"?trackers=" + encoded(list), talk},
                                      {"?trackers=" + one_by_one, talk}}) {
        process(body, query);
        EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Cancellation: cancel")) << query << body;
    }
    EXPECT_THAT(stored().names(), IsEmpty()) << "those of a request are not stored";
}

TEST_P(ProcessingTest, a_stored_tracker_is_heard_where_it_is_named_by_its_id) {
    const std::string id = stored().create("Price", R"(["how much"])");
    stored().create("Refund", R"(["money back"])");
    const std::string talk = request({said("How much? My money back.")});
    const std::string named = R"([{"id":")" + id + R"("}])";

    process(request({said("How much? My money back.")}, R"("trackers":)" + named));
    EXPECT_THAT(heard(), ElementsAre("Price: how much"));
    EXPECT_EQ(conversation("/trackers").at(0).at("id").as_string(), id);
    process(talk, "?trackers=" + encoded(named));
    EXPECT_THAT(heard(), ElementsAre("Price: how much"));
    process(talk);
    EXPECT_THAT(heard(), IsEmpty()) << "stored ones are silent where nobody asks for them";
}

TEST_P(ProcessingTest, an_unknown_id_does_not_let_the_others_fail) {
    process(request({said("What does it cost?")}, trackers({R"({"id":"1234567890123456"})", std::string(k_pricing)})));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
}

TEST_P(ProcessingTest, all_stored_ones_are_heard_in_every_form_of_the_switch) {
    stored().create("Price", R"(["how much"])");
    stored().create("Refund", R"(["money back"])");
    const auto talk = [](const std::string& more = {}) { return request({said("How much? My money back.")}, more); };
    for (const std::string name : {"enableAllTrackers", "enableAllTracker"}) {
        const std::string on = "\"" + name + "\":true";
        for (const auto& [query, body] : {std::pair{"?" + name + "=true", talk()},
                                          {"?" + name + "=True", talk()},
                                          {"?" + name + "=1", talk()},
                                          {"", talk(on)},
                                          {"", talk("\"" + name + R"(":"true")")},
                                          {"", talk("\"" + name + R"(":"True")")},
                                          {"", talk("\"" + name + R"(":1)")},
                                          {"", talk(R"("config":{)" + on + "}")},
                                          {"", talk(R"("config":{"trackers":{)" + on + "}}")},
                                          {"?" + name + "=false", talk(on)}}) {
            process(body, query);
            EXPECT_THAT(heard(), ElementsAre("Price: how much", "Refund: money back")) << query << body;
        }
        for (const auto& [query, body] : {std::pair{"?" + name + "=false", talk()},
                                          {"?" + name + "=", talk()},
                                          {"", talk("\"" + name + R"(":"False")")},
                                          {"", talk("\"" + name + R"(":null)")},
                                          {"?" + name + "=true", talk("\"" + name + R"(":false)")}}) {
            process(body, query);
            EXPECT_THAT(heard(), IsEmpty()) << query << body;
        }
    }
}

// "These loose forms are taken in both": "true" with its quotes too.
TEST_P(ProcessingTest, the_switch_may_be_quoted_in_a_query) {
    stored().create("Price", R"(["how much"])");
    process(request({said("How much?")}), "?enableAllTrackers=%22true%22");
    EXPECT_THAT(heard(), ElementsAre("Price: how much"));
}

TEST_P(ProcessingTest, the_query_counts_where_the_body_gives_null) {
    process(request({said("What does it cost?")}, R"("trackers":null,"name":null,"config":null)"),
            "?name=Query&trackers=" + encoded(array_of({std::string(k_pricing)})));
    EXPECT_EQ(conversation().at("name").as_string(), "Query");
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
}

TEST_P(ProcessingTest, a_query_may_be_long) {
    std::vector<std::string> list;
    for (int i = 0; i < 1000; ++i) {
        list.push_back(R"({"name":"T)" + std::to_string(i) + R"(","vocabulary":["word)" + std::to_string(i) + R"("]})");
    }
    const std::string query = "?trackers=" + encoded(array_of(list));
    ASSERT_GT(query.size(), 64U * 1024);
    process(request({said("Is word999 the last one, and word0 the first?")}), query);
    EXPECT_THAT(heard(), UnorderedElementsAre("T999: word999", "T0: word0"));
}

TEST_P(ProcessingTest, the_body_counts_where_the_query_gives_the_same) {
    process(request({said("What does it cost? I cancel.")}, R"("name":"Body",)" + trackers({std::string(k_pricing)})),
            "?name=Query&trackers=" + encoded(array_of({std::string(k_cancellation)})) +
                "&messages=" + encoded(array_of({said("I cancel, of the query.")})));
    EXPECT_EQ(conversation().at("name").as_string(), "Body");
    EXPECT_THAT(texts(), ElementsAre("What does it cost?", "I cancel."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
}

TEST_P(ProcessingTest, all_may_stand_in_the_query) {
    process({}, "?messages=" + encoded(array_of({said("What do the prices mean? I cancel.", k_ann)})) +
                    "&trackers=" + encoded(array_of({std::string(k_pricing), std::string(k_cancellation)})) +
                    "&name=Of+the+query&tiers=exact&unknown=7");
    EXPECT_EQ(conversation().at("name").as_string(), "Of the query");
    EXPECT_THAT(texts(), ElementsAre("What do the prices mean?", "I cancel."));
    EXPECT_THAT(heard(), ElementsAre("Cancellation: cancel"));
}

TEST_P(ProcessingTest, tiers_are_taken_in_every_form_of_a_list) {
    const auto talk = [](const std::string& more = {}) {
        return request({said("The price, and other prices.")},
                       trackers({std::string(k_pricing)}) + (more.empty() ? "" : ",") + more);
    };
    for (const auto& [query, body, places] : {std::tuple{std::string(), talk(), 2U},
                                              {"", talk(R"("tiers":["exact"])"), 1U},
                                              {"", talk(R"("config":{"trackers":{"tiers":["exact"]}})"), 1U},
                                              {"?tiers=exact", talk(), 1U},
                                              {"?tiers=" + encoded(R"(["exact"])"), talk(), 1U},
                                              {"?tiers=" + encoded("[exact,fuzzy]"), talk(), 1U},
                                              {"?tiers=exact,inflected", talk(), 2U},
                                              {"?tiers=exact&tiers=inflected", talk(), 2U}}) {
        process(body, query);
        EXPECT_EQ(heard().size(), places) << query << body;
    }
}

TEST_P(ProcessingTest, the_language_chooses_the_trackers_that_are_active) {
    const std::string german = R"({"name":"German","vocabulary":["guten tag"],"languages":["de-DE"]})";
    process(request({said("Guten Tag.")}, trackers({german}) + R"(,"config":{"languageCode":"de-DE"})"));
    EXPECT_THAT(heard(), ElementsAre("German: guten tag"));
    process(request({said("Guten Tag.")}, trackers({german}) + R"(,"languageCode":"de-DE")"));
    EXPECT_THAT(heard(), ElementsAre("German: guten tag"));
    process(request({said("Guten Tag.")}, trackers({german})));
    EXPECT_THAT(heard(), IsEmpty());
}

// ---- What was heard: checklist item 78

TEST_P(ProcessingTest, both_lists_of_trackers_are_equal_and_refer_to_messages) {
    process(request({said("Hello! So, what does it cost? And is the price, the price, fixed?", k_ann),
                     said("The price is fixed. Do not cancel.", k_bob), said("I will cancel", k_ann)},
                    trackers({std::string(k_pricing), std::string(k_cancellation)})));
    const json::value list = conversation("/trackers");
    EXPECT_EQ(list, conversation("/trackers-detected"));
    ASSERT_TRUE(list.is_array());
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Pricing: price", "Pricing: price", "Pricing: price",
                                     "Cancellation: cancel", "Cancellation: cancel"));
    std::map<std::string, std::string> messages;
    const json::value answer = conversation("/messages");
    for (const json::value& message : answer.at("messages").as_array()) {
        messages[std::string(message.at("id").as_string())] = std::string(message.at("text").as_string());
    }
    std::set<std::string> hits;
    for_each_place([&](const json::value&, const json::value& match, const json::value& place) {
        EXPECT_EQ(match.at("type").as_string(), "vocabulary");
        EXPECT_TRUE(match.at("insightRefs").as_array().empty());
        const std::string text(place.at("text").as_string());
        EXPECT_EQ(messages.at(std::string(place.at("id").as_string())), text);
        const auto start = place.at("span").at("start").to_number<std::size_t>();
        const auto end = place.at("span").at("end").to_number<std::size_t>();
        EXPECT_EQ(place.at("offset").to_number<std::size_t>(), start);
        EXPECT_EQ(place.at("tier").as_string(), "exact");
        EXPECT_EQ(text.substr(start, end - start), std::string(match.at("value").as_string()));
        hits.insert(std::string(place.at("hitId").as_string()));
    });
    EXPECT_EQ(hits.size(), 6U);
}

TEST_P(ProcessingTest, places_count_in_utf16) {
    process(request({said("\xF0\x9F\x98\x80 \xC3\xA4 What does it cost?", k_ann)}, trackers({std::string(k_pricing)})));
    EXPECT_THAT(places(), ElementsAre("Pricing \"what does it cost\" \"exact\" 5 5 22 \"Ann\" "
                                      "\"\xF0\x9F\x98\x80 \xC3\xA4 What does it cost?\""));
}

TEST_P(ProcessingTest, a_phrase_over_two_messages_is_one_hit_in_both) {
    process(request({said("Tell me, what does", k_ann), said("Yes?", k_bob), said("it cost today", k_ann)},
                    trackers({std::string(k_pricing)})));
    EXPECT_THAT(places(), ElementsAre(R"(Pricing "what does it cost" "exact" 9 9 18 "Ann" "Tell me, what does")",
                                      R"(Pricing "what does it cost" "exact" 0 0 7 "Ann" "it cost today")"));
    const json::value parts = conversation("/trackers").at(0).at("matches").at(0).at("messageRefs");
    EXPECT_EQ(parts.at(0).at("hitId"), parts.at(1).at("hitId"));
}

TEST_P(ProcessingTest, where_no_tracker_was_asked_for_none_was_heard) {
    process(request({said("What does it cost?")}));
    for (const char* route : {"/trackers", "/trackers-detected"}) {
        const HttpResponse response = ask("GET", "/conversations/" + id_ + route);
        EXPECT_EQ(response.status, 200U);
        EXPECT_EQ(response.body, "[]");
    }
}

// ---- More text: checklist item 79

TEST_P(ProcessingTest, what_is_put_comes_behind_what_is_there) {
    const std::string list = trackers({std::string(k_pricing), std::string(k_cancellation)});
    process(request({said("What does it cost?", k_ann), said("Nothing.", k_bob)}, list + R"(,"name":"First")"));
    const json::value messages = conversation("/messages").at("messages");
    const json::value before = conversation("/trackers");
    const std::string id = id_;

    append(request({said("The price? I cancel.", k_ann), said("Good.", R"(,"from":{"name":"Eve"})")}, list));
    EXPECT_EQ(id_, id);
    EXPECT_THAT(texts(), ElementsAre("What does it cost?", "Nothing.", "The price?", "I cancel.", "Good."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Pricing: price", "Cancellation: cancel"));
    const json::value after = conversation("/trackers");
    EXPECT_EQ(after.at(0).at("id"), before.at(0).at("id")) << "the same definition is the same tracker";
    EXPECT_EQ(after.at(0).at("matches").at(0), before.at(0).at("matches").at(0));
    const json::value all = conversation("/messages").at("messages");
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(all.at(i), messages.at(i));
    EXPECT_EQ(all.at(2).at("from"), all.at(0).at("from")) << "who is known is not there twice";
    EXPECT_EQ(conversation("/members").at("members").as_array().size(), 3U);
    EXPECT_EQ(conversation().at("name").as_string(), "First");
}

TEST_P(ProcessingTest, what_is_put_without_trackers_adds_no_hit_and_takes_none_away) {
    process(request({said("What does it cost?", k_ann)}, trackers({std::string(k_pricing)})));
    append(request({said("What does it cost?", k_ann)}));
    EXPECT_EQ(texts().size(), 2U);
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
}

TEST_P(ProcessingTest, a_phrase_goes_on_in_what_is_put) {
    const std::string list = trackers({std::string(k_pricing)});
    process(request({said("It is the price. Tell me, what does", k_ann), said("Yes?", k_bob)}, list));
    append(request({said("it cost today", k_ann)}, list));
    EXPECT_THAT(places(), ElementsAre(R"(Pricing "price" "exact" 10 10 15 "Ann" "It is the price.")",
                                      R"(Pricing "what does it cost" "exact" 9 9 18 "Ann" "Tell me, what does")",
                                      R"(Pricing "what does it cost" "exact" 0 0 7 "Ann" "it cost today")"));

    process(request({said("what does", k_ann)}, list));
    append(request({said("it cost", k_bob)}, list));
    EXPECT_THAT(heard(), IsEmpty()) << "another one says it";

    const auto at = [](int start) {
        return std::string(k_ann) + R"(,"duration":{"startTime":)" + std::to_string(start) + "}";
    };
    process(request({said("what does", at(5))}, list));
    append(request({said("it cost", at(16))}, list));
    EXPECT_THAT(heard(), IsEmpty()) << "a silence is between";
    process(request({said("what does", at(5))}, list));
    append(request({said("it cost", at(15))}, list));
    EXPECT_EQ(heard().size(), 2U);
}

TEST_P(ProcessingTest, what_is_put_may_name_the_conversation_anew) {
    process(request({said("hello")}, R"("name":"First","metadata":{"a":1})"));
    append(request({said("hello")}, R"("name":"Second","metadata":{"b":2})"));
    EXPECT_EQ(conversation().at("name").as_string(), "Second");
    EXPECT_EQ(conversation().at("metadata"), json::parse(R"({"b":2})"));
}

TEST_P(ProcessingTest, what_is_put_makes_the_conversation_longer) {
    const auto at = [](std::string_view start, std::string_view end) {
        return R"(,"duration":{"startTime":)" + std::string(start) + R"(,"endTime":)" + std::string(end) + "}";
    };
    process(request({said("one", at(R"("2026-05-04T03:02:01Z")", R"("2026-05-04T03:02:03Z")"))}));
    append(request(
        {said("two", at(R"("2026-05-04T03:02:11Z")", R"("2026-05-04T03:02:13Z")")), said("three", at("20", "21"))}));
    EXPECT_EQ(conversation().at("startTime").as_string(), "2026-05-04T03:02:01.000Z");
    EXPECT_EQ(conversation().at("endTime").as_string(), "2026-05-04T03:02:22.000Z");
    const json::value messages = conversation("/messages").at("messages");
    EXPECT_NEAR(messages.at(1).at("timeOffset").to_number<double>(), 10, 1e-6);
    EXPECT_NEAR(messages.at(2).at("timeOffset").to_number<double>(), 20, 1e-6);
}

TEST_P(ProcessingTest, nothing_can_be_put_where_there_is_no_conversation) {
    for (const std::string id : {"/1234567890123456", "/x", "/%00", "/99999999999999999999999999999999999999999999"}) {
        const HttpResponse response = ask("PUT", "/process/text" + id, request({said("hello")}));
        EXPECT_EQ(response.status, 404U) << id;
        EXPECT_EQ(message_of(response), k_unknown) << id;
    }
    EXPECT_THAT(get("/conversations").at("conversations").as_array(), IsEmpty());
}

TEST_P(ProcessingTest, text_can_be_put_behind_a_live_conversation) {
    const std::string list = array_of({std::string(k_pricing)});
    WsClient client = start(list, R"("speaker":{"userId":"ann@example.com","name":"Ann","role":"customer"})");
    client.send(final_chunk("The price is high. What does"));
    stop(client);
    append(request({said("it cost? Tell me.", k_ann)}, R"("trackers":)" + list));
    EXPECT_THAT(texts(), ElementsAre("The price is high.", "What does", "it cost?", "Tell me."));
    EXPECT_THAT(places(), ElementsAre(R"(Pricing "price" "exact" 4 4 9 "Ann" "The price is high.")",
                                      R"(Pricing "what does it cost" "exact" 0 0 9 "Ann" "What does")",
                                      R"(Pricing "what does it cost" "exact" 0 0 7 "Ann" "it cost?")"));
    EXPECT_EQ(conversation("/members").at("members").as_array().size(), 1U);
    EXPECT_EQ(conversation("/trackers").as_array().size(), 1U);
    EXPECT_EQ(conversation().at("source").as_string(), "stream");
    EXPECT_TRUE(conversation().at("isOver").as_bool());
}

TEST_P(ProcessingTest, text_can_be_put_into_a_conversation_that_goes_on) {
    const std::string list = array_of({std::string(k_pricing)});
    WsClient client = start(list);
    client.send(final_chunk("The price is high."));
    client.receive_until("tracker_response");
    append(request({said("The price is low.", k_bob)}, R"("trackers":)" + list));
    EXPECT_THAT(texts(), ElementsAre("The price is high.", "The price is low."));
    EXPECT_FALSE(conversation().at("isOver").as_bool());
    client.send(final_chunk("What does it cost?"));
    stop(client);
    EXPECT_THAT(texts(), ElementsAre("The price is high.", "The price is low.", "What does it cost?"));
    EXPECT_THAT(heard(), ElementsAre("Pricing: price", "Pricing: price", "Pricing: what does it cost"));
    EXPECT_TRUE(conversation().at("isOver").as_bool());
}

// Checklist item 66.
TEST_P(ProcessingTest, text_can_be_put_behind_a_call_that_was_lost) {
    {
        WsClient client = start(array_of({std::string(k_pricing)}));
        client.send(R"({"type":"transcript","text":"The price.","isFinal":true,"endOfUtterance":false})");
        client.ping("taken");
        client.is_silent();
        client.drop();
    }
    ASSERT_TRUE(soon([&] { return conversation().at("isOver").as_bool(); }));
    append(request({said("The price again.", k_ann)}, trackers({std::string(k_pricing)})));
    EXPECT_THAT(texts(), ElementsAre("The price.", "The price again."));
    EXPECT_THAT(heard(), ElementsAre("Pricing: price", "Pricing: price"));
}

// ---- Live and afterwards

struct Utterance {
    std::string speaker;  // of known name, user id, role
    std::string text;
    double start;
    double end;
};

std::string person(const std::string& name) {
    return R"({"name":")" + name + R"(","userId":")" + name + R"(@example.com","role":")" +
           (name == "Ann" ? "customer" : "agent") + R"("})";
}

TEST_P(ProcessingTest, the_same_is_heard_live_and_afterwards) {
    const std::string list = array_of(
        {std::string(k_pricing),
         R"({"name":"Cancellation","vocabulary":["cancel my contract"],"excludeVocabulary":["never cancel my contract"]})",
         R"({"name":"Number","patterns":["\\b\\d{3}-\\d{2}\\b"]})",
         R"({"name":"Greeting","vocabulary":["good morning"],"cooldownSeconds":30})",
         R"({"name":"Agent","vocabulary":["thank you"],"speakers":["agent"]})",
         R"({"name":"German","vocabulary":["good morning"],"languages":["de-DE"]})"});
    const std::vector<Utterance> talk{
        {"Ann", "Good morning. Tell me, what does it", 0, 2},
        {"Bob", "Good morning, thank you for calling.", 2.5, 4},
        {"Ann", "cost? The prices went up, I never cancel my contract.", 4.5, 7},
        {"Bob", "Thank you. My number is 123-45, or 678-90.", 8, 10},
        {"Ann", "Thank you, I am cancelling my contract. \xF0\x9F\x98\x80 What does it cost?", 11, 14},
        {"Bob", "Good morning", 20, 21},
        {"Ann", "good morning", 60, 61},
        {"Ann", "what does", 61, 62},
        {"Ann", "it cost", 80, 81},
    };
    WsClient client = start(list);
    std::vector<std::string> messages;
    for (const Utterance& one : talk) {
        const std::string times = std::to_string(one.start) + R"(,"endTime":)" + std::to_string(one.end);
        client.send(R"({"type":"transcript","text":)" + json_text(one.text) + R"(,"speaker":)" + person(one.speaker) +
                    R"(,"startTime":)" + times + "}");
        messages.push_back(
            said(one.text, R"(,"from":)" + person(one.speaker) + R"(,"duration":{"startTime":)" + times + "}"));
    }
    stop(client);
    const std::vector<std::string> live_texts = texts();
    const std::vector<std::string> live_places = places();
    EXPECT_THAT(live_places, AllOf(Contains(HasSubstr(R"(Pricing "what does it cost" "exact" 0 0 4 "Ann" "cost?")")),
                                   Contains(HasSubstr(R"("inflected")")), Contains(HasSubstr("Number")),
                                   Contains(HasSubstr("Agent"))));

    process(request(messages, R"("trackers":)" + list));
    EXPECT_EQ(texts(), live_texts);
    EXPECT_EQ(places(), live_places);
}

TEST_P(ProcessingTest, a_long_message_is_cut_as_a_long_utterance_is_live) {
    std::vector<std::string> parts;
    std::string whole;
    for (int i = 0; i < 6; ++i) {
        std::string part;
        for (int j = 0; j < 400; ++j) {
            part += (part.empty() ? "" : " ") + ("word" + std::to_string(i * 400 + j)) +
                    (j % 97 == 0 ? " the price" : "") + (j % 50 == 49 ? " of it." : "");
        }
        whole += (whole.empty() ? "" : " ") + part;
        parts.push_back(part);
    }
    ASSERT_GT(whole.size(), 20U * 1024);
    WsClient client =
        start(array_of({std::string(k_pricing)}), R"("speaker":{"userId":"ann@example.com","name":"Ann"})");
    for (std::size_t i = 0; i < parts.size(); ++i) {
        client.send(R"({"type":"transcript","text":)" + json_text(parts[i]) +
                    R"(,"startTime":0,"endTime":0,"endOfUtterance":)" + (i + 1 == parts.size() ? "true}" : "false}"));
    }
    stop(client);
    const std::vector<std::string> live_texts = texts();
    const std::vector<std::string> live_places = places();
    process(request({said(whole, R"(,"from":{"userId":"ann@example.com","name":"Ann"},"duration":{"startTime":0})")},
                    trackers({std::string(k_pricing)})));
    EXPECT_GT(live_places.size(), 20U);
    EXPECT_EQ(texts(), live_texts);
    EXPECT_EQ(places(), live_places);
}

// ---- What is kept

TEST_P(ProcessingTest, hits_alone_are_kept_without_a_word_of_what_was_said) {
    const std::string list = trackers({std::string(k_pricing)});
    for (const std::string keep : {R"("config":{"store":"hits"})", R"("store":"hits")"}) {
        process(request({said("What does it cost, my secret is blue?", k_ann)}, list + "," + keep));
        EXPECT_EQ(conversation().at("store").as_string(), "hits");
        EXPECT_THAT(texts(), IsEmpty());
        EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost"));
        EXPECT_EQ(conversation("/trackers").at(0).at("matches").at(0).at("messageRefs").at(0).at("text").as_string(),
                  "");
        for (const char* rest : {"", "/messages", "/trackers", "/trackers-detected", "/members", "/analytics"}) {
            EXPECT_THAT(ask("GET", "/conversations/" + id_ + rest).body, Not(HasSubstr("secret"))) << rest;
        }
    }
    append(request({said("The price is secret.", k_ann)}, list));
    EXPECT_THAT(heard(), ElementsAre("Pricing: what does it cost", "Pricing: price"));
    EXPECT_THAT(texts(), IsEmpty());
    EXPECT_THAT(ask("GET", "/conversations/" + id_ + "/trackers").body, Not(HasSubstr("secret")));
}

TEST_P(ProcessingTest, how_much_is_kept_is_the_servers_choice_where_nobody_says) {
    server_options_.conversation.keeping = detect::Keeping::hits;
    restart();
    process(request({said("hello")}));
    EXPECT_EQ(conversation().at("store").as_string(), "hits");
    process(request({said("hello")}, R"("config":{"store":"full"})"));
    EXPECT_THAT(texts(), ElementsAre("hello"));
}

TEST_P(ProcessingTest, analytics_tell_how_much_of_it_a_tracker_was) {
    process(request({said("what does it cost", std::string(k_ann) + R"(,"duration":{"startTime":0,"endTime":2})"),
                     said("nothing of that kind", std::string(k_ann) + R"(,"duration":{"startTime":3,"endTime":5})")},
                    trackers({std::string(k_pricing)})));
    const json::value analytics = conversation("/analytics");
    EXPECT_EQ(analytics.at("trackers").at(0).at("hits").to_number<int>(), 1);
    EXPECT_EQ(analytics.at("trackers").at(0).at("share").to_number<double>(), 0.5);
    EXPECT_EQ(analytics.at("members").at(0).at("words").to_number<int>(), 8);
    EXPECT_NEAR(analytics.at("members").at(0).at("talkTime").at("seconds").to_number<double>(), 4, 1e-6);
}

}  // namespace
}  // namespace earshot::testing
