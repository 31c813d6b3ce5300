#include "support/store/random_trackers.hpp"

#include <array>
#include <bit>
#include <string_view>

namespace earshot::support {
namespace {

using namespace std::string_view_literals;

// Alike but for letter case, form of normalisation, or what a collation or a statement's text may trip over.
constexpr std::array k_names{"Pricing"sv,
                             "pricing"sv,
                             "PRICING"sv,
                             "Pricing "sv,
                             " Pricing"sv,
                             "caf\xC3\xA9"sv,
                             "cafe\xCC\x81"sv,
                             "CAF\xC3\x89"sv,
                             "stra\xC3\x9F"
                             "e"sv,
                             "strasse"sv,
                             "\xF0\x9F\x93\x9E"sv,
                             "%"sv,
                             "_"sv,
                             "'; DROP TABLE trackers; --"sv,
                             "\":name\""sv,
                             ":account"sv,
                             "\\"sv,
                             "\\x00"sv,
                             "1"sv,
                             "01"sv,
                             "1.0"sv,
                             "\n"sv,
                             "NULL"sv,
                             "{}"sv};
constexpr std::array k_pieces{"how much "sv,
                              "\0"sv,
                              "\x01"sv,
                              "\x7F"sv,
                              "\""sv,
                              "\\"sv,
                              "\\u0000"sv,
                              "/"sv,
                              "\r\n\t"sv,
                              "\xE2\x80\xA8"sv,
                              "\xEF\xBF\xBD"sv,
                              "\xF0\x9F\x93\x9E"sv,
                              "\xC3\xA9"sv,
                              "\xEF\xBB\xBF"sv,
                              "^(a|b)+$"sv,
                              ":name "sv,
                              "'"sv,
                              "$1"sv,
                              "?"sv,
                              "%s"sv};

}  // namespace

std::size_t RandomTrackers::below(std::size_t bound) {
    return static_cast<std::size_t>(random_() % bound);
}

std::string RandomTrackers::name() {
    return std::string(k_names.at(below(k_names.size())));
}

std::string RandomTrackers::text() {
    std::string text;
    for (std::size_t left = below(5); left > 0; --left) text += k_pieces.at(below(k_pieces.size()));
    return text;
}

std::vector<std::string> RandomTrackers::texts() {
    std::vector<std::string> texts(below(4));
    for (std::string& each : texts) each = text();
    return texts;
}

/// All bits of the fraction are random, which shows where a number is not written or read to its last bit.
double RandomTrackers::number(double bound) {
    return std::bit_cast<double>((random_() >> 12) | 0x3FF0'0000'0000'0000) * bound - bound;
}

detect::TrackerDefinition RandomTrackers::tracker() {
    detect::TrackerDefinition tracker;
    tracker.name = name();
    tracker.vocabulary = texts();
    tracker.exclude_vocabulary = texts();
    tracker.patterns = texts();
    tracker.languages = texts();
    tracker.speakers = texts();
    tracker.categories = texts();
    tracker.description = text();
    if (one_in(2)) tracker.threshold = one_in(4) ? static_cast<double>(below(2)) : number(1);
    if (one_in(2)) {
        detect::TierSet tiers;
        for (const detect::Tier tier : detect::k_all_tiers) {
            if (one_in(2)) tiers.insert(tier);
        }
        tracker.tiers = tiers;
    }
    if (one_in(2)) tracker.cooldown_seconds = one_in(4) ? static_cast<double>(below(100)) : number(1e6);
    return tracker;
}

std::vector<detect::TrackerDefinition> RandomTrackers::trackers(std::size_t most) {
    std::vector<detect::TrackerDefinition> trackers(below(most + 1));
    for (detect::TrackerDefinition& each : trackers) each = tracker();
    return trackers;
}

}  // namespace earshot::support
