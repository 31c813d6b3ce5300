#include "earshot/proto/client_codec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::proto {
namespace {

using base::Errc;

class ClientCodecTest : public testing::Test {
protected:
    base::Result<ClientMessageKind> parse(std::string_view message) { return codec_.parse(message, message.size()); }

    StartRequest start(std::string_view message) {
        const auto kind = parse(message);
        EXPECT_TRUE(kind.has_value()) << message;
        EXPECT_TRUE(!kind || *kind == ClientMessageKind::start);
        return kind ? codec_.start() : StartRequest{};
    }

    TranscriptChunk chunk(std::string_view message) {
        const auto kind = parse(message);
        EXPECT_TRUE(kind.has_value()) << message;
        EXPECT_TRUE(!kind || *kind == ClientMessageKind::transcript);
        return kind ? codec_.chunk() : TranscriptChunk{};
    }

    ModifyRequest modify(std::string_view message) {
        const auto kind = parse(message);
        EXPECT_TRUE(kind.has_value()) << message;
        EXPECT_TRUE(!kind || *kind == ClientMessageKind::modify);
        return kind ? codec_.modify() : ModifyRequest{};
    }

    ClientCodec codec_{MessageLimits{}};
};

// ---- Kinds ----

TEST_F(ClientCodecTest, ping_is_the_bare_text) {
    EXPECT_EQ(*parse("__PING__"), ClientMessageKind::ping);
    EXPECT_EQ(*parse(" __PING__\n"), ClientMessageKind::ping);
    EXPECT_TRUE(parse("__ping__").has_error());
}

TEST_F(ClientCodecTest, stop_has_two_names_and_single_quotes) {
    EXPECT_EQ(*parse(R"({"type":"stop_request"})"), ClientMessageKind::stop);
    EXPECT_EQ(*parse(R"({"type":"stop_recognition"})"), ClientMessageKind::stop);
    EXPECT_EQ(*parse("{'type': 'stop_request'}"), ClientMessageKind::stop);
    EXPECT_EQ(*parse(" {'type': 'stop_request'} "), ClientMessageKind::stop);
}

TEST_F(ClientCodecTest, apostrophes_inside_of_json_are_text) {
    EXPECT_EQ(chunk(R"({"type":"transcript","text":"{'type': 'stop_request'}"})").text, "{'type': 'stop_request'}");
}

TEST_F(ClientCodecTest, type_may_stand_anywhere) {
    EXPECT_EQ(chunk(R"({"text":"a","words":[{"word":"a"}],"type":"transcript"})").words.size(), 1U);
    EXPECT_EQ(*parse(R"({"x":{"type":"stop_request"},"type":"modify_request"})"), ClientMessageKind::modify);
}

TEST_F(ClientCodecTest, kind_of_a_wrong_message_is_told_where_it_was_seen) {
    EXPECT_TRUE(parse(R"({"type":"start_request","trackers":7})").has_error());
    EXPECT_EQ(codec_.kind(), ClientMessageKind::start);
    EXPECT_TRUE(parse("{").has_error());
    EXPECT_EQ(codec_.kind(), std::nullopt);
}

// ---- Chunks ----

TEST_F(ClientCodecTest, chunk_has_the_defaults_of_the_contract) {
    TranscriptChunk expected;
    expected.text = "so";

    EXPECT_EQ(chunk(R"({"type":"transcript","text":"so"})"), expected);
}

TEST_F(ClientCodecTest, chunk_has_all_its_members) {
    const TranscriptChunk read = chunk(R"({"type":"transcript","text":"so how","isFinal":false,"endOfUtterance":false,)"
                                       R"("seq":-17,"utteranceId":"u7","speaker":{"userId":"ann","name":"Ann","role":)"
                                       R"("customer"},"startTime":12.5,"endTime":13,"words":[{"word":"so","startTime":)"
                                       R"(12.5,"endTime":12.75,"confidence":0.5},{"word":"how"}],"unknown":[1,{}]})");

    EXPECT_EQ(read.text, "so how");
    EXPECT_FALSE(read.is_final);
    EXPECT_FALSE(read.end_of_utterance);
    EXPECT_EQ(read.seq, -17);
    EXPECT_EQ(read.utterance_id, "u7");
    EXPECT_EQ(read.speaker, (Speaker{"ann", "Ann", "customer"}));
    EXPECT_EQ(read.start_time, 12.5);
    EXPECT_EQ(read.end_time, 13);
    ASSERT_EQ(read.words.size(), 2U);
    EXPECT_EQ(read.words[0].end, 12.75);
    EXPECT_EQ(read.words[0].confidence, 0.5);
    EXPECT_TRUE(std::isnan(read.words[1].start));
}

TEST_F(ClientCodecTest, chunk_keeps_nothing_of_the_one_before) {
    chunk(R"({"type":"transcript","text":"a","isFinal":false,"endOfUtterance":false,"seq":1,"utteranceId":"u",)"
          R"("speaker":{"userId":"x"},"startTime":1,"endTime":2,"words":[{"word":"a"},{"word":"b"}]})");
    TranscriptChunk expected;
    expected.text = "b";

    EXPECT_EQ(chunk(R"({"type":"transcript","text":"b"})"), expected);
}

TEST_F(ClientCodecTest, null_is_absent_but_for_the_text) {
    TranscriptChunk expected;

    EXPECT_EQ(chunk(R"({"type":"transcript","text":"","isFinal":null,"endOfUtterance":null,"seq":null,)"
                    R"("utteranceId":null,"speaker":null,"startTime":null,"endTime":null,"words":null})"),
              expected);
    EXPECT_EQ(parse(R"({"type":"transcript","text":null})").error().code, Errc::wrong_type);
}

TEST_F(ClientCodecTest, last_of_equal_members_counts) {
    EXPECT_EQ(
        chunk(R"({"type":"transcript","text":"a","text":"b","words":[{"word":"a"},{"word":"b"}],"words":[]})").text,
        "b");
    EXPECT_TRUE(codec_.chunk().words.empty());
}

TEST_F(ClientCodecTest, escapes_are_characters) {
    EXPECT_EQ(chunk(R"({"type":"transcript","text":"\ud83d\ude00 \u00e9 \"\\\/\n\t"})").text,
              "\U0001F600 \u00E9 \"\\/\n\t");
}

TEST_F(ClientCodecTest, call_file_line_needs_no_type) {
    const auto read = parse_chunk(R"({"text":"a","seq":3})", {});

    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->seq, 3);
}

// ---- Starts ----

TEST_F(ClientCodecTest, start_has_the_defaults_of_the_contract) {
    const StartRequest bare = start(R"({"type":"start_request"})");

    EXPECT_EQ(bare, StartRequest{});
    EXPECT_EQ(bare.trackers.settings.language, "en-US");
    EXPECT_TRUE(bare.disconnect_on_stop);
    EXPECT_EQ(bare.disconnect_on_stop_seconds, 1800);
    EXPECT_EQ(bare.no_connection_seconds, 0);
    EXPECT_EQ(start(R"({"type":"start_request","config":null,"speaker":null,"trackers":null})"), bare);
    EXPECT_EQ(start(R"({"type":"start_request","config":{},"insightTypes":["topic"],"customVocabulary":[]})"), bare);
}

TEST_F(ClientCodecTest, trackers_may_stand_in_both_places) {
    for (const char* message :
         {R"({"type":"start_request","trackers":[{"name":"A","vocabulary":["x"]},{"id":"7"}]})",
          R"({"type":"start_request","config":{"trackers":[{"name":"A","vocabulary":["x"]},{"id":"7"}]}})"}) {
        const StartRequest read = start(message);

        ASSERT_EQ(read.trackers.trackers.size(), 1U) << message;
        EXPECT_EQ(read.trackers.trackers[0].vocabulary, std::vector<std::string>{"x"});
        ASSERT_EQ(read.tracker_references.size(), 1U) << message;
        EXPECT_EQ(read.tracker_references[0].name, "7");
    }
    EXPECT_EQ(codec_.start().tracker_pointers, std::vector<std::string>{"/config/trackers/0"});
}

TEST_F(ClientCodecTest, switches_may_stand_in_both_places_and_be_written_loosely) {
    for (const char* message : {R"({"type":"start_request","config":{"trackers":{"interimResults":true}}})",
                                R"({"type":"start_request","trackers":{"interimResults":true}})",
                                R"({"type":"start_request","trackers":{"interimResults":"true"}})",
                                R"({"type":"start_request","trackers":{"interimResults":"True"}})",
                                R"({"type":"start_request","trackers":{"interimResults":1}})"}) {
        EXPECT_TRUE(start(message).wishes.interim_results) << message;
    }
    for (const char* message : {R"({"type":"start_request","trackers":{"interimResults":"False"}})",
                                R"({"type":"start_request","trackers":{"interimResults":0}})",
                                R"({"type":"start_request","trackers":{"interimResults":null}})"}) {
        EXPECT_FALSE(start(message).wishes.interim_results) << message;
    }
    EXPECT_EQ(parse(R"({"type":"start_request","trackers":{"interimResults":2}})").error().code, Errc::wrong_type);
}

TEST_F(ClientCodecTest, revisions_imply_interim_results) {
    EXPECT_TRUE(start(R"({"type":"start_request","config":{"trackers":{"revisions":true}}})").wishes.interim_results);
}

TEST_F(ClientCodecTest, all_stored_trackers_are_asked_for_in_any_place) {
    for (const char* message : {R"({"type":"start_request","enableAllTrackers":true})",
                                R"({"type":"start_request","config":{"enableAllTrackers":true}})",
                                R"({"type":"start_request","config":{"trackers":{"enableAllTrackers":true}}})",
                                R"({"type":"start_request","trackers":{"enableAllTracker":true}})"}) {
        EXPECT_TRUE(start(message).enable_all_trackers) << message;
    }
}

TEST_F(ClientCodecTest, waits_are_seconds_or_booleans) {
    EXPECT_EQ(start(R"({"type":"start_request","noConnectionTimeout":true})").no_connection_seconds, 1800);
    EXPECT_EQ(start(R"({"type":"start_request","noConnectionTimeout":false})").no_connection_seconds, 0);
    EXPECT_EQ(start(R"({"type":"start_request","noConnectionTimeout":30})").no_connection_seconds, 30);
    EXPECT_EQ(start(R"({"type":"start_request","noConnectionTimeout":3600})").no_connection_seconds, 1800);
    EXPECT_EQ(start(R"({"type":"start_request","disconnectOnStopRequestTimeout":5})").disconnect_on_stop_seconds, 5);
    EXPECT_EQ(parse(R"({"type":"start_request","noConnectionTimeout":-1})").error().code, Errc::invalid_value);
}

TEST_F(ClientCodecTest, audio_settings_may_be_flat) {
    for (const char* message : {R"({"type":"start_request","config":{"encoding":"OPUS","sampleRateHertz":48000}})",
                                R"({"type":"start_request","config":{"speechRecognition":{"encoding":"OPUS",)"
                                R"("sampleRateHertz":48000}}})"}) {
        const StartRequest read = start(message);

        EXPECT_EQ(read.encoding, "OPUS");
        EXPECT_EQ(read.sample_rate_hertz, 48000U);
    }
}

TEST_F(ClientCodecTest, speaker_may_have_an_email) {
    EXPECT_EQ(start(R"({"type":"start_request","speaker":{"email":"a@b.c","name":"Ann"}})").speaker,
              (Speaker{"a@b.c", "Ann", ""}));
    EXPECT_EQ(start(R"({"type":"start_request","speaker":{"email":"a@b.c","userId":"ann"}})").speaker->user_id, "ann");
}

TEST_F(ClientCodecTest, tracker_has_all_its_members) {
    const StartRequest read = start(
        R"({"type":"start_request","trackers":[{"id":"i","name":"N","vocabulary":["v"],"excludeVocabulary":["e"],)"
        R"("patterns":["p"],"languages":["en-US"],"speakers":["agent"],"categories":["c"],"description":"d",)"
        R"("threshold":0.5,"tiers":["exact","fuzzy"],"cooldownSeconds":30}]})");
    detect::TrackerDefinition expected;
    expected.id = "i";
    expected.name = "N";
    expected.vocabulary = {"v"};
    expected.exclude_vocabulary = {"e"};
    expected.patterns = {"p"};
    expected.languages = {"en-US"};
    expected.speakers = {"agent"};
    expected.categories = {"c"};
    expected.description = "d";
    expected.threshold = 0.5;
    expected.tiers = detect::TierSet{}.insert(detect::Tier::exact).insert(detect::Tier::fuzzy);
    expected.cooldown_seconds = 30;

    ASSERT_EQ(read.trackers.trackers.size(), 1U);
    EXPECT_EQ(read.trackers.trackers[0], expected);
}

TEST_F(ClientCodecTest, start_keeps_nothing_of_the_one_before) {
    start(
        R"({"type":"start_request","requestId":"r","speaker":{"userId":"x"},"trackers":[{"name":"A","vocabulary":["x"]}],)"
        R"("config":{"languageCode":"es-ES","pauseSeconds":3},"noConnectionTimeout":3})");

    EXPECT_EQ(start(R"({"type":"start_request"})"), StartRequest{});
    EXPECT_EQ(codec_.request_id(), "");
}

TEST_F(ClientCodecTest, start_says_from_where_on_it_is_told_again) {
    EXPECT_EQ(start(R"({"type":"start_request"})").resume_from, std::nullopt);
    EXPECT_EQ(start(R"({"type":"start_request","resumeFrom":null})").resume_from, std::nullopt);
    EXPECT_EQ(start(R"({"type":"start_request","resumeFrom":0})").resume_from, 0U);
    EXPECT_EQ(start(R"({"type":"start_request","resumeFrom":1234567890123})").resume_from, 1234567890123U);
}

// ---- Changes of trackers ----

TEST_F(ClientCodecTest, modify_without_trackers_changes_none) {
    EXPECT_FALSE(modify(R"({"type":"modify_request","requestId":"m"})").trackers);
    EXPECT_FALSE(modify(R"({"type":"modify_request","trackers":null})").trackers);
    EXPECT_EQ(modify(R"({"type":"modify_request","trackers":{}})").trackers, TrackerChange{});
    EXPECT_EQ(modify(R"({"type":"modify_request","trackers":{"add":null,"remove":null,"replace":null}})").trackers,
              TrackerChange{});
}

TEST_F(ClientCodecTest, modify_has_all_its_members) {
    const ModifyRequest request = modify(
        R"({"type":"modify_request","requestId":"m1","trackers":{"remove":["Pricing","17"],)"
        R"("add":[{"id":"3"},{"name":"A","vocabulary":["x"]}],"replace":[{"id":"b","name":"B","patterns":["y"]}]}})");

    EXPECT_EQ(request.request_id, "m1");
    ASSERT_TRUE(request.trackers);
    const TrackerChange& change = *request.trackers;
    EXPECT_EQ(change.remove,
              (std::vector<PlacedName>{{"Pricing", "/trackers/remove/0"}, {"17", "/trackers/remove/1"}}));
    EXPECT_EQ(change.add.references, (std::vector<PlacedName>{{"3", "/trackers/add/0"}}));
    ASSERT_EQ(change.add.definitions.size(), 1U);
    EXPECT_EQ(change.add.definitions[0].name, "A");
    EXPECT_EQ(change.add.pointers, (std::vector<std::string>{"/trackers/add/1"}));
    ASSERT_TRUE(change.replace);
    ASSERT_EQ(change.replace->definitions.size(), 1U);
    EXPECT_EQ(change.replace->definitions[0].id, "b");
    EXPECT_EQ(change.replace->pointers, (std::vector<std::string>{"/trackers/replace/0"}));
}

TEST_F(ClientCodecTest, replacing_by_nothing_is_not_the_same_as_not_replacing) {
    const auto change = modify(R"({"type":"modify_request","trackers":{"replace":[]}})").trackers;

    ASSERT_TRUE(change);
    ASSERT_TRUE(change->replace);
    EXPECT_TRUE(change->replace->definitions.empty());
}

TEST_F(ClientCodecTest, modify_keeps_nothing_of_the_one_before) {
    modify(R"({"type":"modify_request","requestId":"m1","trackers":{"remove":["x"]},)"
           R"("speechRecognition":{"sampleRateHertz":8000,"encoding":"OPUS"}})");

    EXPECT_EQ(modify(R"({"type":"modify_request"})"), ModifyRequest{});
}

TEST_F(ClientCodecTest, request_id_is_known_also_of_what_is_wrong) {
    EXPECT_TRUE(parse(R"({"type":"start_request","requestId":"r1","trackers":7})").has_error());
    EXPECT_EQ(codec_.request_id(), "r1");
    EXPECT_TRUE(parse(R"({"type":"hello"})").has_error());
    EXPECT_EQ(codec_.request_id(), "");
}

// ---- Errors, with their place ----

struct WrongMessage {
    const char* name;
    const char* message;
    Errc code;
    const char* path;
};

void PrintTo(const WrongMessage& wrong, std::ostream* out) {
    *out << wrong.message;
}

class WrongMessageTest : public testing::TestWithParam<WrongMessage> {};

TEST_P(WrongMessageTest, is_refused_with_its_place) {
    ClientCodec codec{MessageLimits{}};
    const std::string_view message = GetParam().message;

    const auto parsed = codec.parse(message, message.size());

    ASSERT_TRUE(parsed.has_error());
    EXPECT_EQ(base::code_word(parsed.error().code), base::code_word(GetParam().code));
    EXPECT_EQ(parsed.error().path, GetParam().path);
    EXPECT_FALSE(parsed.error().message.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongMessageTest,
    testing::Values(
        WrongMessage{"nothing", "", Errc::invalid_json, ""}, WrongMessage{"blanks", "  \n", Errc::invalid_json, ""},
        WrongMessage{"words", "hello there", Errc::invalid_json, ""}, WrongMessage{"array", "[]", Errc::wrong_type, ""},
        WrongMessage{"string", "\"a\"", Errc::wrong_type, ""}, WrongMessage{"number", "7", Errc::wrong_type, ""},
        WrongMessage{"null_alone", "null", Errc::wrong_type, ""},
        WrongMessage{"cut_off", R"({"type":"transcript","text":"a")", Errc::invalid_json, ""},
        WrongMessage{"more_behind", R"({"type":"stop_request"} {"type":"stop_request"})", Errc::invalid_json, ""},
        WrongMessage{"bad_utf8", "{\"type\":\"transcript\",\"text\":\"\xC3\"}", Errc::invalid_utf8, ""},
        WrongMessage{"no_type", R"({"text":"a"})", Errc::missing_member, "/type"},
        WrongMessage{"type_of_number", R"({"type":7})", Errc::wrong_type, "/type"},
        WrongMessage{"unknown_type", R"({"type":"x"})", Errc::unknown_type, "/type"},
        WrongMessage{"no_text", R"({"type":"transcript"})", Errc::missing_member, "/text"},
        WrongMessage{"text_of_number", R"({"type":"transcript","text":7})", Errc::wrong_type, "/text"},
        WrongMessage{"lone_high", R"({"type":"transcript","text":"\ud83d"})", Errc::lone_surrogate, "/text"},
        WrongMessage{"lone_low", R"({"type":"transcript","text":"\ude00"})", Errc::lone_surrogate, "/text"},
        WrongMessage{"two_high", R"({"type":"transcript","text":"\ud83d\ud83d"})", Errc::lone_surrogate, "/text"},
        WrongMessage{"final_of_string", R"({"type":"transcript","text":"a","isFinal":"yes"})", Errc::wrong_type,
                     "/isFinal"},
        WrongMessage{"seq_of_fraction", R"({"type":"transcript","text":"a","seq":1.5})", Errc::wrong_type, "/seq"},
        WrongMessage{"seq_too_large", R"({"type":"transcript","text":"a","seq":9223372036854775808})", Errc::wrong_type,
                     "/seq"},
        WrongMessage{"time_of_string", R"({"type":"transcript","text":"a","startTime":"1"})", Errc::wrong_type,
                     "/startTime"},
        WrongMessage{"time_too_large", R"({"type":"transcript","text":"a","endTime":1e10})", Errc::invalid_value,
                     "/endTime"},
        WrongMessage{"time_of_no_number", R"({"type":"transcript","text":"a","endTime":1.2.3})", Errc::invalid_json,
                     "/endTime"},
        WrongMessage{"words_of_object", R"({"type":"transcript","text":"a","words":{}})", Errc::wrong_type, "/words"},
        WrongMessage{"word_of_string", R"({"type":"transcript","text":"a","words":[{},"b"]})", Errc::wrong_type,
                     "/words/1"},
        WrongMessage{"word_time", R"({"type":"transcript","text":"a","words":[{"word":"a","startTime":[]}]})",
                     Errc::wrong_type, "/words/0/startTime"},
        WrongMessage{"speaker_of_string", R"({"type":"transcript","text":"a","speaker":"ann"})", Errc::wrong_type,
                     "/speaker"},
        WrongMessage{"speaker_name", R"({"type":"start_request","speaker":{"name":7}})", Errc::wrong_type,
                     "/speaker/name"},
        WrongMessage{"config_of_array", R"({"type":"start_request","config":[]})", Errc::wrong_type, "/config"},
        WrongMessage{"trackers_of_string", R"({"type":"start_request","trackers":"x"})", Errc::wrong_type, "/trackers"},
        WrongMessage{"tracker_of_string", R"({"type":"start_request","trackers":["x"]})", Errc::wrong_type,
                     "/trackers/0"},
        WrongMessage{"no_name", R"({"type":"start_request","trackers":[{"vocabulary":["x"]}]})", Errc::missing_member,
                     "/trackers/0/name"},
        WrongMessage{"no_vocabulary", R"({"type":"start_request","trackers":[{"name":"x"}]})", Errc::missing_member,
                     "/trackers/0/vocabulary"},
        WrongMessage{"empty_vocabulary", R"({"type":"start_request","trackers":[{"name":"x","vocabulary":[]}]})",
                     Errc::invalid_value, "/trackers/0/vocabulary"},
        WrongMessage{"phrase_of_number", R"({"type":"start_request","trackers":[{"name":"x","vocabulary":["a",7]}]})",
                     Errc::wrong_type, "/trackers/0/vocabulary/1"},
        WrongMessage{
            "no_tier",
            R"({"type":"start_request","config":{"trackers":[{"name":"x","vocabulary":["a"],"tiers":["near"]}]}})",
            Errc::invalid_value, "/config/trackers/0/tiers/0"},
        WrongMessage{"threshold", R"({"type":"start_request","config":{"trackers":{"threshold":1.5}}})",
                     Errc::invalid_value, "/config/trackers/threshold"},
        WrongMessage{"gap", R"({"type":"start_request","trackers":{"phraseGapSeconds":-1}})", Errc::invalid_value,
                     "/trackers/phraseGapSeconds"},
        WrongMessage{"pause", R"({"type":"start_request","config":{"pauseSeconds":0}})", Errc::invalid_value,
                     "/config/pauseSeconds"},
        WrongMessage{"format", R"({"type":"start_request","config":{"transcriptFormat":"vosk"}})", Errc::unsupported,
                     "/config/transcriptFormat"},
        WrongMessage{"resume_negative", R"({"type":"start_request","resumeFrom":-1})", Errc::invalid_value,
                     "/resumeFrom"},
        WrongMessage{"resume_of_fraction", R"({"type":"start_request","resumeFrom":1.5})", Errc::wrong_type,
                     "/resumeFrom"},
        WrongMessage{"resume_of_string", R"({"type":"start_request","resumeFrom":"1"})", Errc::wrong_type,
                     "/resumeFrom"},
        WrongMessage{"change_of_array", R"({"type":"modify_request","trackers":[]})", Errc::wrong_type, "/trackers"},
        WrongMessage{"add_of_object", R"({"type":"modify_request","trackers":{"add":{}}})", Errc::wrong_type,
                     "/trackers/add"},
        WrongMessage{"added_string", R"({"type":"modify_request","trackers":{"add":["x"]}})", Errc::wrong_type,
                     "/trackers/add/0"},
        WrongMessage{"added_without_name", R"({"type":"modify_request","trackers":{"add":[{"vocabulary":["x"]}]}})",
                     Errc::missing_member, "/trackers/add/0/name"},
        WrongMessage{"added_without_phrase",
                     R"({"type":"modify_request","trackers":{"add":[{"id":"1"},{"name":"x","vocabulary":[]}]}})",
                     Errc::invalid_value, "/trackers/add/1/vocabulary"},
        WrongMessage{"replaced_phrase",
                     R"({"type":"modify_request","trackers":{"replace":[{"name":"x","vocabulary":["a",7]}]}})",
                     Errc::wrong_type, "/trackers/replace/0/vocabulary/1"},
        WrongMessage{"remove_of_string", R"({"type":"modify_request","trackers":{"remove":"x"}})", Errc::wrong_type,
                     "/trackers/remove"},
        WrongMessage{"removed_number", R"({"type":"modify_request","trackers":{"remove":["x",7]}})", Errc::wrong_type,
                     "/trackers/remove/1"},
        WrongMessage{"removed_surrogate", R"({"type":"modify_request","trackers":{"remove":["\ud83d"]}})",
                     Errc::lone_surrogate, "/trackers/remove/0"},
        WrongMessage{"rate", R"({"type":"modify_request","speechRecognition":{"sampleRateHertz":"x"}})",
                     Errc::wrong_type, "/speechRecognition/sampleRateHertz"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(ClientCodecTest, pointer_of_an_error_is_escaped) {
    const auto wrong = parse_trackers(R"({"trackers":[{"name":"x","vocabulary":["a"]},{"name":7}]})", {});

    ASSERT_TRUE(wrong.has_error());
    EXPECT_EQ(wrong.error().path, "/trackers/1/name");
}

TEST_F(ClientCodecTest, deep_nesting_where_nothing_is_read_does_no_harm) {
    const std::string deep =
        R"({"type":"transcript","text":"a","x":)" + std::string(20'000, '[') + std::string(20'000, ']') + "}";

    EXPECT_EQ(chunk(deep).text, "a");
    EXPECT_TRUE(parse(std::string(20'000, '[')).has_error());
    EXPECT_EQ(chunk(R"({"type":"transcript","text":"b"})").text, "b");
}

// ---- Limits, on both sides ----

class ClientCodecLimitTest : public testing::Test {
protected:
    static MessageLimits limits() {
        MessageLimits limits;
        limits.chunk_text_bytes = 8;
        limits.utterance_id_bytes = 4;
        limits.words = 2;
        limits.name_bytes = 5;
        limits.phrase_bytes = 6;
        limits.trackers = 2;
        limits.phrases = 3;
        return limits;
    }

    Errc code(const std::string& message) {
        const auto parsed = codec_.parse(message, message.size());
        return parsed ? Errc::internal : parsed.error().code;  // internal: none
    }

    static std::string tracker(const std::string& name, const std::string& phrases) {
        return R"({"name":")" + name + R"(","vocabulary":[)" + phrases + "]}";
    }
    static std::string start(const std::string& trackers) {
        return R"({"type":"start_request","trackers":[)" + trackers + "]}";
    }

    static constexpr Errc k_none = Errc::internal;
    ClientCodec codec_{limits()};
};

TEST_F(ClientCodecLimitTest, text_of_a_chunk) {
    EXPECT_EQ(code(R"({"type":"transcript","text":"12345678"})"), k_none);
    EXPECT_EQ(code(R"({"type":"transcript","text":"123456789"})"), Errc::too_large);
    EXPECT_EQ(code(R"({"type":"transcript","text":"1234567\u00e9"})"), Errc::too_large);
}

TEST_F(ClientCodecLimitTest, utterance_id) {
    EXPECT_EQ(code(R"({"type":"transcript","text":"","utteranceId":"1234"})"), k_none);
    EXPECT_EQ(code(R"({"type":"transcript","text":"","utteranceId":"12345"})"), Errc::too_large);
}

TEST_F(ClientCodecLimitTest, words_of_a_chunk) {
    EXPECT_EQ(code(R"({"type":"transcript","text":"","words":[{},{}]})"), k_none);
    EXPECT_EQ(code(R"({"type":"transcript","text":"","words":[{},{},{}]})"), Errc::too_many);
}

TEST_F(ClientCodecLimitTest, names) {
    EXPECT_EQ(code(R"({"type":"transcript","text":"","speaker":{"name":"12345","userId":"12345","role":"12345"}})"),
              k_none);
    EXPECT_EQ(code(R"({"type":"transcript","text":"","speaker":{"userId":"123456"}})"), Errc::too_large);
    EXPECT_EQ(code(start(tracker("12345", "\"a\""))), k_none);
    EXPECT_EQ(code(start(tracker("123456", "\"a\""))), Errc::too_large);
}

TEST_F(ClientCodecLimitTest, length_of_a_phrase) {
    EXPECT_EQ(code(start(tracker("a", "\"123456\""))), k_none);
    EXPECT_EQ(code(start(tracker("a", "\"1234567\""))), Errc::too_large);
}

TEST_F(ClientCodecLimitTest, number_of_trackers) {
    EXPECT_EQ(code(start(tracker("a", "\"x\"") + "," + tracker("b", "\"x\""))), k_none);
    EXPECT_EQ(code(start(tracker("a", "\"x\"") + "," + tracker("b", "\"x\"") + ",{\"id\":\"1\"}")), Errc::too_many);
}

TEST_F(ClientCodecLimitTest, number_of_phrases_in_all) {
    EXPECT_EQ(code(start(tracker("a", "\"x\",\"y\"") + "," + tracker("b", "\"z\""))), k_none);
    EXPECT_EQ(code(start(tracker("a", "\"x\",\"y\"") + "," + tracker("b", "\"z\",\"w\""))), Errc::too_many);
}

TEST_F(ClientCodecLimitTest, trackers_and_phrases_of_a_change) {
    const auto change = [](const std::string& add, const std::string& replace, const std::string& remove) {
        return R"({"type":"modify_request","trackers":{"add":[)" + add + R"(],"replace":[)" + replace +
               R"(],"remove":[)" + remove + "]}}";
    };
    const std::string two = tracker("a", "\"x\"") + "," + tracker("b", "\"x\"");

    EXPECT_EQ(code(change(two, "", "\"1\",\"2\"")), k_none);
    EXPECT_EQ(code(change(two + ",{\"id\":\"1\"}", "", "")), Errc::too_many);
    EXPECT_EQ(code(change("", two + "," + tracker("c", "\"x\""), "")), Errc::too_many);
    EXPECT_EQ(code(change("", "", "\"1\",\"2\",\"3\"")), Errc::too_many);
    EXPECT_EQ(code(change("", "", "\"12345\"")), k_none);
    EXPECT_EQ(code(change("", "", "\"123456\"")), Errc::too_large);
    EXPECT_EQ(code(change(two, tracker("c", "\"x\",\"y\""), "")), Errc::too_many);  // phrases of both together
}

// ---- Tracker files ----

TEST(ParseTrackersTest, takes_an_array_or_an_object) {
    EXPECT_EQ(parse_trackers(R"([{"name":"A","vocabulary":["x"]}])", {})->size(), 1U);
    EXPECT_EQ(parse_trackers(R"({"trackers":[{"name":"A","vocabulary":["x"]}]})", {})->size(), 1U);
    EXPECT_EQ(parse_trackers("[]", {})->size(), 0U);
}

TEST(ParseTrackersTest, refuses_references_and_other_documents) {
    EXPECT_EQ(parse_trackers(R"([{"id":"7"}])", {}).error().code, Errc::missing_member);
    EXPECT_EQ(parse_trackers(R"({"other":[]})", {}).error().path, "/trackers");
    EXPECT_EQ(parse_trackers("7", {}).error().code, Errc::wrong_type);
    EXPECT_EQ(parse_trackers("", {}).error().code, Errc::invalid_json);
    EXPECT_EQ(parse_trackers("[] x", {}).error().code, Errc::invalid_json);
}

}  // namespace
}  // namespace earshot::proto
