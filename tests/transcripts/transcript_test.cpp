// Every *.transcript beside this file, played against the machines. With EARSHOT_BLESS set to a folder, the transcripts
// as the server has them now are written there (scripts/bless).
#include "support/transcript.hpp"

#include "earshot/base/error.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace earshot::support {
namespace {

const std::map<std::string, Transcript>& transcripts() {
    static const auto all = read_transcripts(EARSHOT_SOURCE_DIR "/tests/transcripts");
    return all;
}

std::vector<std::string> names() {
    std::vector<std::string> result;
    for (const auto& [name, transcript] : transcripts()) result.push_back(name);
    return result;
}

class TranscriptTest : public testing::TestWithParam<std::string> {};

TEST_P(TranscriptTest, is_what_the_machines_say) {
    const Transcript& transcript = transcripts().at(GetParam());
    const auto driver = make_core_driver(transcript.header);
    if (const char* folder = std::getenv("EARSHOT_BLESS")) {
        const auto path = std::filesystem::path(folder) / (GetParam() + ".transcript");
        std::ofstream(path, std::ios::binary) << bless(transcript, *driver);
        return;
    }

    EXPECT_EQ(play(transcript, *driver), "") << transcript.header.name;
}

INSTANTIATE_TEST_SUITE_P(All, TranscriptTest, testing::ValuesIn(names()), [](const auto& test) { return test.param; });

TEST(TranscriptsTest, have_one_for_every_error_that_a_socket_can_cause) {
    std::string all;
    for (const auto& [name, transcript] : transcripts()) {
        for (const TranscriptLine& line : transcript.lines) all += line.text + "\n";
    }
    // These come from HTTP, from the system underneath, or from a defect.
    const std::set<base::Errc> not_of_a_socket{
        base::Errc::unauthorized,         base::Errc::io_failed,      base::Errc::internal,   base::Errc::name_taken,
        base::Errc::unknown_conversation, base::Errc::unknown_member, base::Errc::unknown_job};

    for (const base::Errc code : base::all_error_codes()) {
        const std::string told = R"("type":"error","code":")" + std::string(base::code_word(code)) + "\"";
        EXPECT_EQ(all.find(told) == std::string::npos, not_of_a_socket.contains(code)) << base::code_word(code);
    }
}

TEST(TranscriptsTest, have_names_of_their_own) {
    std::set<std::string> told;
    for (const auto& [name, transcript] : transcripts()) {
        EXPECT_TRUE(told.insert(transcript.header.name).second) << name;
    }
    EXPECT_GE(told.size(), 25U);
}

TEST(TranscriptsTest, tell_what_differs) {
    const auto problem = [](const std::string& text) {
        const Transcript transcript = parse_transcript("# name: x\n" + text);
        return play(transcript, *make_core_driver(transcript.header));
    };

    EXPECT_EQ(problem("> __PING__\n< __PONG__\n"), "");
    EXPECT_NE(problem("> __PING__\n"), "");
    EXPECT_NE(problem("> __PING__\n< __PONG\n"), "");
    EXPECT_NE(problem("> __PING__\n< __PONG__\n< __PONG__\n"), "");
    EXPECT_NE(problem("> __PING__\n< __PONG__\n! close 1000\n"), "");
    EXPECT_NE(problem("> __PING__\n< \"~uuid\"\n"), "");
}

}  // namespace
}  // namespace earshot::support
