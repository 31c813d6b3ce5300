#include "process/process_reader.hpp"

#include "body_members.hpp"
#include "management/tracker_members.hpp"
#include "member_readers.hpp"
#include "process/given_trackers.hpp"

#include <algorithm>
#include <string_view>

namespace earshot::proto {
namespace {

constexpr std::size_t k_language_bytes = 64;
constexpr std::size_t k_word_bytes = 64;

bool starts_with_scheme(std::string_view url, std::string_view scheme) {
    if (url.size() <= scheme.size()) return false;
    return std::ranges::equal(url.substr(0, scheme.size()), scheme,
                              [](char a, char b) { return (a >= 'A' && a <= 'Z' ? char(a + 32) : a) == b; });
}

}  // namespace

void ProcessReader::read(Parameter parameter, const BodyValue& value) {
    switch (parameter) {
        case Parameter::name:
            options_.name = value.text(rules_.limits.name_bytes).value_or("");
            return;
        case Parameter::trackers:
            return read_given_trackers(value, rules_.limits, options_.trackers);
        case Parameter::enable_all_trackers:
            options_.enable_all_trackers |= read_loose_flag(value).value_or(false);
            return;
        case Parameter::language:
            if (const auto code = value.text(k_language_bytes); code && !code->empty()) {
                options_.settings.language = *code;
            }
            return;
        case Parameter::tiers:
            return read_tiers(value);
        case Parameter::threshold:
            options_.settings.threshold = read_loose_number(value, 0, 1);
            return;
        case Parameter::phrase_gap:
            if (const auto gap = read_loose_number(value, 0, k_most_seconds)) {
                options_.settings.phrase_gap_seconds = *gap;
            }
            return;
        case Parameter::webhook_url:
            return read_webhook_url(value);
        case Parameter::metadata:
            options_.metadata = read_metadata(value, rules_.metadata_bytes).value_or("");
            return;
        case Parameter::keeping:
            return read_keeping(value);
        case Parameter::messages:
            return;  // theirs is another reader
    }
}

void ProcessReader::read_tiers(const BodyValue& value) {
    options_.settings.tiers = {};
    value.for_each_element([&](const BodyValue& element) {
        if (const auto tier = read_tier(element)) options_.settings.tiers.insert(*tier);
    });
}

void ProcessReader::read_webhook_url(const BodyValue& value) {
    const auto url = value.text(rules_.url_bytes);
    if (!url) return;
    if (!url->empty() && !starts_with_scheme(*url, "http://") && !starts_with_scheme(*url, "https://")) {
        return value.note("must be a URL of http or https");
    }
    if (const auto problem = url->empty() || !rules_.url_problem ? std::nullopt : rules_.url_problem(*url)) {
        return value.note(*problem);
    }
    options_.webhook_url = *url;
}

void ProcessReader::read_keeping(const BodyValue& value) {
    const auto name = value.text(k_word_bytes);
    if (!name) return;
    options_.keeping = detect::find_keeping(*name);
    if (!options_.keeping) return value.note("must be one of full, hits, none");
    if (*options_.keeping == detect::Keeping::none && !rules_.takes_none) {
        value.note("must not be \"none\": nothing would be left to ask for");
    }
}

}  // namespace earshot::proto
