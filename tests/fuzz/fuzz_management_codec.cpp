// Input: a body of the management API, read as each of them. Must hold: reading ends in trackers that keep to the rules
// or in findings, as many as there may be at most; each finding is a sentence and points to a place that the body has,
// or to a member that is missing in an object of it; a tracker that was read is shown as it is, and read again from
// what is shown; a patch keeps what it promises, for every tracker that was read.
#include "earshot/proto/management_codec.hpp"
#include "earshot/text/utf8.hpp"

#include <simdjson.h>

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace earshot;
using proto::BodyShape;

constexpr std::size_t k_max_bytes = 64 * 1024;  // longer bodies only repeat what shorter ones show

void require(bool holds) {
    if (!holds) std::abort();
}

// Small limits, so that bodies of a fuzzer's size reach them.
proto::ManagementRules small_rules(proto::Punctuation punctuation) {
    proto::ManagementRules rules;
    rules.limits.name_bytes = 64;
    rules.limits.phrase_bytes = 64;
    rules.limits.trackers = 4;
    rules.limits.phrases = 64;
    rules.patterns = {.max_bytes = 64, .max_mem = 64 * 1024, .cost = 2000};
    rules.limits.body_patterns = 4;
    rules.tracker_bytes = 512;
    rules.punctuation = punctuation;
    return rules;
}

// Whether `pointer` leads to a value, or names a member that is missing. Members may be given twice.
bool is_there(std::string_view pointer, simdjson::dom::element value) {
    if (pointer.empty()) return true;
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    const std::string_view rest = pointer.substr(token.size());
    simdjson::dom::array array;
    if (!value.get_array().get(array)) {
        simdjson::dom::element element;
        return !array.at(std::stoul(std::string(token))).get(element) && is_there(rest, element);
    }
    simdjson::dom::object object;
    if (value.get_object().get(object)) return false;
    if (rest.empty()) return true;
    for (const auto [key, member] : object) {
        if (key == token && is_there(rest, member)) return true;
    }
    return false;
}

void check_findings(const proto::Findings& findings, std::string_view body) {
    require(!findings.list.empty() && findings.list.size() <= proto::Findings::k_most);
    simdjson::dom::parser parser;
    simdjson::dom::element whole;
    const bool is_json = !parser.parse(body.data(), body.size(), true).get(whole);
    for (const proto::Finding& finding : findings.list) {
        require(!finding.message.empty() && !text::find_invalid_utf8(finding.message));
        require(is_json ? is_there(finding.path, whole) : finding.path.empty());
    }
    const std::string answer = proto::findings_answer(findings);
    require(!parser.parse(answer.data(), answer.size(), true).error());
}

void check_phrases(const std::vector<std::string>& phrases, const proto::ManagementRules& rules) {
    std::set<std::string_view> seen;
    for (const std::string& phrase : phrases) {
        require(!text::trim(phrase).empty() && phrase.size() <= rules.limits.phrase_bytes);
        require(seen.insert(text::trim(phrase)).second);
    }
}

void check_tracker(const detect::TrackerDefinition& tracker, const proto::ManagementRules& rules) {
    require(!text::trim(tracker.name).empty() && tracker.name.size() <= rules.limits.name_bytes);
    require(!tracker.vocabulary.empty() || !tracker.patterns.empty());
    check_phrases(tracker.vocabulary, rules);
    check_phrases(tracker.exclude_vocabulary, rules);
    require(match::PatternSet::compile(tracker.patterns, rules.patterns).has_value());

    const std::string shown = proto::tracker_answer({tracker, {}, {}});
    const std::string inner = shown.substr(11, shown.size() - 12);  // {"tracker":…}
    const auto again = proto::read_replacement(inner, tracker.id, rules);
    require(again.has_value());
    detect::TrackerDefinition expected = tracker;
    expected.id.clear();
    require(*again == expected);
}

void check_trackers(std::string_view body, const proto::ManagementRules& rules) {
    for (const BodyShape shape : {BodyShape::one, BodyShape::list, BodyShape::one_or_list, BodyShape::document}) {
        auto read = proto::read_trackers(body, shape, rules);
        if (!read) {
            check_findings(read.error(), body);
            continue;
        }
        require(read->trackers.size() <= rules.limits.trackers);
        require(read->trackers.size() == 1 || read->is_list);
        for (detect::TrackerDefinition& tracker : read->trackers) {
            tracker.id = "1234567890123456";
            check_tracker(tracker, rules);
        }
    }
    const auto replacement = proto::read_replacement(body, "1234567890123456", rules);
    if (!replacement) check_findings(replacement.error(), body);
}

void check_patch(std::string_view body, const proto::ManagementRules& rules) {
    auto patch = proto::TrackerPatch::read(body, rules);
    if (!patch) return check_findings(patch.error(), body);
    detect::TrackerDefinition tracker;
    tracker.name = "a";
    tracker.vocabulary = {"one", "two"};
    tracker.tiers = detect::TierSet().insert(detect::Tier::exact);
    tracker.languages = {"en-US"};
    const auto changed = patch->apply(tracker);
    if (!changed) return check_findings(changed.error(), body);
    check_tracker(*changed, rules);
    const auto again = patch->apply(tracker);
    require(again.has_value() && *again == *changed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > k_max_bytes) return 0;
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    for (const auto punctuation : {proto::Punctuation::any, proto::Punctuation::strict}) {
        const proto::ManagementRules rules = small_rules(punctuation);
        check_trackers(body, rules);
        check_patch(body, rules);
    }
    return 0;
}
