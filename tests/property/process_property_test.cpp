// Asynchronous requests: what one says is read the same, wherever its parameters stand in query and body and in
// whichever of their loose forms they are written; and no bytes are a fault.
#include "earshot/proto/process_codec.hpp"
#include "earshot/text/utf8.hpp"

#include "support/dice.hpp"
#include "support/environment.hpp"
#include "support/findings_text.hpp"
#include "support/written_request.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace earshot::proto {
namespace {

using support::Dice;
using support::told;

TEST(ProcessPropertyTest, a_request_reads_equal_however_it_is_written) {
    const auto rounds = 3000 * support::from_environment("EARSHOT_EFFORT", 1);
    for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
        Dice dice(seed);
        const auto [query, body, expected] = support::random_request(dice);

        const auto read = read_text_request(query, body, {});
        ASSERT_TRUE(read) << "seed " << seed << "\n" << told(read) << query << "\n" << body;
        ASSERT_EQ(read->options, expected.options) << "seed " << seed << "\n" << query << "\n" << body;
        ASSERT_EQ(read->messages, expected.messages) << "seed " << seed << "\n" << query << "\n" << body;

        const auto without = read_process_options(query, body, {});
        ASSERT_TRUE(without) << "seed " << seed << "\n" << told(without) << query << "\n" << body;
        ASSERT_EQ(*without, expected.options) << "seed " << seed << "\n" << query << "\n" << body;
    }
}

std::string damaged(Dice& dice, std::string text) {
    constexpr std::string_view k_bytes = "{}[]\",:%&=+0123456789aeu\\ \xff\xc3";
    for (std::size_t changes = 1 + dice.below(4); changes > 0 && !text.empty(); --changes) {
        const std::size_t place = dice.below(text.size());
        if (dice.one_in(3)) {
            text.erase(place, 1 + dice.below(8));
        } else if (dice.one_in(2)) {
            text.insert(place, 1, dice.any(k_bytes));
        } else {
            text[place] = static_cast<char>(dice.below(256));
        }
    }
    return text;
}

TEST(ProcessPropertyTest, no_bytes_are_a_fault) {
    const auto rounds = 3000 * support::from_environment("EARSHOT_EFFORT", 1);
    std::size_t refused = 0;
    for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
        Dice dice(seed);
        const support::WrittenRequest request = support::random_request(dice);
        const std::string query = damaged(dice, request.query);
        const std::string body = damaged(dice, request.body);

        const auto read = read_text_request(query, body, {});
        if (read) continue;
        ++refused;
        const Findings& findings = read.error();
        ASSERT_FALSE(findings.list.empty()) << seed;
        ASSERT_LE(findings.list.size(), Findings::k_most) << seed;
        for (const Finding& finding : findings.list) {
            ASSERT_TRUE(finding.path.empty() || finding.path.front() == '/') << seed;
            ASSERT_FALSE(finding.message.empty() || text::find_invalid_utf8(finding.message)) << seed;
        }
    }
    EXPECT_GT(refused, rounds / 10);
    EXPECT_LT(refused, rounds);
}

}  // namespace
}  // namespace earshot::proto
