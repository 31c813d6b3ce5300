// What holds for the events of every recogniser, shown on all of fixtures/. With EARSHOT_BLESS set to a folder, the
// fixtures as they are read now are written there.
#include "unit/proto/recognisers/fixture.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace earshot::proto {

void PrintTo(const Fixture& fixture, std::ostream* out) {
    *out << fixture.name;
}

namespace {

std::vector<std::string> written(const base::Result<std::vector<TranscriptChunk>>& chunks) {
    std::vector<std::string> all;
    if (!chunks) return {chunks.error().message + " at " + chunks.error().path};
    for (const TranscriptChunk& chunk : *chunks) all.push_back(written(chunk));
    return all;
}

bool is_hypothesis(const Fixture& fixture, const std::string& event) {
    EventReader reader(fixture);
    const auto chunks = reader.read(event);
    return chunks && !chunks->empty() && !chunks->front().is_final;
}

std::vector<std::string> finals(const Fixture& fixture, const std::vector<std::string>& events) {
    EventReader reader(fixture);
    std::vector<std::string> all;
    for (const std::string& event : events) {
        const auto chunks = reader.read(event);
        EXPECT_TRUE(chunks.has_value()) << event;
        if (!chunks) continue;
        for (const TranscriptChunk& chunk : *chunks) {
            if (chunk.is_final) all.push_back(written(chunk));
        }
    }
    return all;
}

void bless(const Fixture& fixture, const char* folder) {
    EventReader reader(fixture);
    std::ofstream file(std::filesystem::path(folder) / (fixture.name + ".events"), std::ios::binary);
    for (const std::string& line : fixture.lines) {
        if (line.starts_with("< ")) continue;
        file << line << '\n';
        if (!line.starts_with("> ")) continue;
        for (const std::string& chunk : written(reader.read(line.substr(2)))) file << "< " << chunk << '\n';
    }
}

class RecognisersTest : public testing::TestWithParam<Fixture> {};

TEST_P(RecognisersTest, events_become_the_chunks_of_their_fixture) {
    if (const char* folder = std::getenv("EARSHOT_BLESS")) {
        bless(GetParam(), folder);
        return;
    }
    EventReader reader(GetParam());
    for (const FixtureEvent& one : GetParam().events) {
        EXPECT_EQ(written(reader.read(one.event)), one.chunks) << one.event;
    }
}

TEST_P(RecognisersTest, shape_tells_the_format) {
    EventReader by_shape("auto", GetParam().channels);
    for (const FixtureEvent& one : GetParam().events) EXPECT_EQ(written(by_shape.read(one.event)), one.chunks);
}

TEST_P(RecognisersTest, other_formats_refuse_the_events_and_say_what_they_are) {
    for (const char* other : {"native", "deepgram", "vosk", "symbl"}) {
        if (GetParam().format == other) continue;
        EventReader reader(other);
        const auto chunks = reader.read(GetParam().events.front().event);

        ASSERT_TRUE(chunks.has_error()) << other;
        EXPECT_EQ(chunks.error().code, base::Errc::unknown_type);
        EXPECT_NE(chunks.error().message.find("comes from " + GetParam().format), std::string::npos);
        EXPECT_NE(chunks.error().message.find(std::string("config.transcriptFormat is ") + other), std::string::npos);
    }
}

TEST_P(RecognisersTest, native_chunks_are_taken_between_the_events) {
    EventReader reader(GetParam());
    for (const FixtureEvent& one : GetParam().events) {
        EXPECT_EQ(reader.told(R"({"type":"transcript","text":"so","isFinal":false})"),
                  std::vector<std::string>{R"("so" ...)"});
        EXPECT_EQ(written(reader.read(one.event)), one.chunks) << one.event;
    }
}

TEST_P(RecognisersTest, finals_are_the_same_whatever_hypotheses_came_before) {
    std::vector<std::string> all;
    std::vector<std::string> without;
    std::vector<std::string> hypotheses;
    for (const FixtureEvent& one : GetParam().events) {
        all.push_back(one.event);
        (is_hypothesis(GetParam(), one.event) ? hypotheses : without).push_back(one.event);
    }
    const std::vector<std::string> expected = finals(GetParam(), without);
    EXPECT_EQ(finals(GetParam(), all), expected);
    ASSERT_FALSE(hypotheses.empty());

    std::mt19937 random(7);
    for (int round = 0; round < 50; ++round) {
        std::vector<std::string> mixed;
        for (const std::string& event : without) {
            while (random() % 2 == 0) mixed.push_back(hypotheses[random() % hypotheses.size()]);
            mixed.push_back(event);
        }
        EXPECT_EQ(finals(GetParam(), mixed), expected) << "round " << round;
    }
}

// Each value is replaced by each kind of another, and each member is left out. What is then wrong is told with exactly
// that place, and the events behind are read as if the wrong one had not been sent.
TEST_P(RecognisersTest, what_is_wrong_is_told_with_its_place) {
    EventReader reader(GetParam());
    for (const FixtureEvent& one : GetParam().events) {
        for (const JsonSpot& spot : spots(one.event)) {
            std::vector<std::string> changed;
            for (const char* other : {"null", "true", "\"x\"", "{}", "[]", "[7]", "-1", "1e300", "0.5"}) {
                changed.push_back(std::string(one.event).replace(spot.begin, spot.end - spot.begin, other));
            }
            if (spot.name_begin != 0) {
                changed.push_back(
                    std::string(one.event).replace(spot.name_begin, spot.name_end - spot.name_begin, "unknown"));
            }
            for (const std::string& event : changed) {
                EventReader copy(GetParam());
                copy.source = reader.source;
                const auto chunks = copy.read(event);
                if (chunks) continue;
                // Without one of the outermost members, an event may be of an unknown type.
                const std::string& path = chunks.error().path;
                const bool may_be_of_the_type = spot.pointer.find('/', 1) == std::string::npos;
                EXPECT_TRUE(path == spot.pointer || path.starts_with(spot.pointer + "/") ||
                            (may_be_of_the_type && (path == "/type" || path.empty())))
                    << event << "\n"
                    << path << " for " << spot.pointer;
                EXPECT_EQ(written(copy.read(one.event)), one.chunks) << event;
            }
        }
        EXPECT_TRUE(reader.read(one.event).has_value());
    }
}

TEST_P(RecognisersTest, nothing_is_said_by_an_event_that_is_cut_off) {
    EventReader reader(GetParam());
    for (const FixtureEvent& one : GetParam().events) {
        EventReader copy(GetParam());
        copy.source = reader.source;
        EXPECT_TRUE(copy.read(one.event + "}").has_error());
        EXPECT_TRUE(copy.read(std::string_view(one.event).substr(0, one.event.size() - 1)).has_error());
        EXPECT_EQ(written(copy.read(one.event)), one.chunks) << one.event;
        EXPECT_TRUE(reader.read(one.event).has_value());
    }
}

INSTANTIATE_TEST_SUITE_P(All, RecognisersTest, testing::ValuesIn(fixtures()),
                         [](const auto& test) { return test.param.name; });

TEST(RecogniserFormatsTest, have_a_fixture_each) {
    std::set<std::string> formats;
    for (const Fixture& fixture : fixtures()) formats.insert(fixture.format);

    EXPECT_EQ(formats, (std::set<std::string>{"deepgram", "symbl", "vosk"}));
}

TEST(RecogniserFormatsTest, events_of_nobody_are_unknown) {
    using Told = std::vector<std::string>;
    for (const char* format : {"auto", "native", "deepgram", "vosk", "symbl"}) {
        EventReader reader(format);

        EXPECT_EQ(reader.told(R"({"type":"Turn","transcript":"a"})"), Told{R"(unknown_type at "/type")"}) << format;
        EXPECT_EQ(reader.told(R"({"results":[]})"), Told{R"(missing_member at "/type")"}) << format;
        EXPECT_EQ(reader.told(R"({"type":7,"text":"a"})"), Told{R"(wrong_type at "/type")"}) << format;
        EXPECT_EQ(reader.told("[]"), Told{R"(wrong_type at "")"}) << format;
    }
}

TEST(RecogniserFormatsTest, no_event_is_known_without_a_source) {
    ClientCodec codec{MessageLimits{}};
    for (const Fixture& fixture : fixtures()) {
        const std::string& event = fixture.events.front().event;
        EXPECT_TRUE(codec.parse(event, event.size()).has_error()) << event;
    }
}

}  // namespace
}  // namespace earshot::proto
