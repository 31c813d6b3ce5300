// Every *.transcript beside this file, played against the machines. With EARSHOT_BLESS set to a folder, the transcripts
// as the server has them now are written there (scripts/bless).
#include "support/transcript.hpp"

#include "earshot/base/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace earshot::support {
namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> all_transcripts() {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(EARSHOT_SOURCE_DIR "/tests/transcripts")) {
        if (entry.path().extension() == ".transcript") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

class TranscriptTest : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(TranscriptTest, is_what_the_machines_say) {
    const Transcript transcript = parse_transcript(read_file(GetParam()));
    if (const char* folder = std::getenv("EARSHOT_BLESS")) {
        const auto driver = make_core_driver(transcript.header);
        std::ofstream(std::filesystem::path(folder) / GetParam().filename(), std::ios::binary)
            << bless(transcript, *driver);
        return;
    }

    const auto driver = make_core_driver(transcript.header);

    EXPECT_EQ(play(transcript, *driver), "") << GetParam().filename() << ": " << transcript.header.name;
}

INSTANTIATE_TEST_SUITE_P(All, TranscriptTest, testing::ValuesIn(all_transcripts()),
                         [](const auto& test) { return test.param.stem().string(); });

TEST(TranscriptsTest, have_one_for_every_error_that_a_socket_can_cause) {
    std::string all;
    for (const auto& path : all_transcripts()) all += read_file(path);
    // These come from HTTP, from the system underneath, or from a defect.
    const std::set<base::Errc> not_of_a_socket{base::Errc::unauthorized, base::Errc::io_failed, base::Errc::internal};

    for (const base::Errc code : base::all_error_codes()) {
        const std::string told = R"("type":"error","code":")" + std::string(base::code_word(code)) + "\"";
        EXPECT_EQ(all.find(told) == std::string::npos, not_of_a_socket.contains(code)) << base::code_word(code);
    }
}

TEST(TranscriptsTest, have_names_of_their_own) {
    std::set<std::string> names;
    for (const auto& path : all_transcripts()) {
        EXPECT_TRUE(names.insert(parse_transcript(read_file(path)).header.name).second) << path;
    }
    EXPECT_GE(names.size(), 25U);
}

}  // namespace
}  // namespace earshot::support
