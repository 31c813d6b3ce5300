#include "process/given_trackers.hpp"

#include "management/tracker_members.hpp"
#include "tracker_reader.hpp"

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace earshot::proto {
namespace {

bool holds_zero(const std::string& text) {
    return text.find('\0') != std::string::npos;
}

bool holds_zero(const detect::TrackerDefinition& tracker) {
    if (holds_zero(tracker.id) || holds_zero(tracker.name) || holds_zero(tracker.description)) return true;
    return std::ranges::any_of(k_list_members, [&](const ListMember& member) {
        const auto& list = tracker.*(member.list);
        return std::any_of(list.begin(), list.end(), [](const std::string& entry) { return holds_zero(entry); });
    });
}

}  // namespace

void read_given_trackers(const BodyValue& value, const MessageLimits& limits, GivenTrackers& given) {
    given = {};
    if (!value.is_array()) return value.note("must be an array");
    // Their reader goes over JSON as it stands in a message, so that is written again.
    const simdjson::padded_string json(simdjson::to_string(value.element()));
    simdjson::ondemand::parser parser;
    try {
        simdjson::ondemand::document document;
        simdjson::ondemand::value whole;
        if (const auto error = parser.iterate(json).get(document)) fail(error, value.place());
        if (const auto error = document.get_value().get(whole)) fail(error, value.place());
        TrackerReader(limits).read_list(JsonValue(whole, value.place()), given.definitions, &given.references,
                                        &given.pointers);
    } catch (ReadFailure& failure) {
        return value.note(Finding{std::move(failure.error.path), std::move(failure.error.message)});
    }
    constexpr std::string_view k_zero = "holds the character U+0000";
    for (std::size_t i = 0; i < given.definitions.size(); ++i) {
        if (holds_zero(given.definitions[i])) value.note(make_finding(given.pointers[i], k_zero));
    }
    for (const PlacedName& reference : given.references) {
        if (holds_zero(reference.name)) value.note(make_finding(reference.pointer, k_zero));
    }
}

}  // namespace earshot::proto
