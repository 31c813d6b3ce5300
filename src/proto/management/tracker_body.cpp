#include "management/tracker_members.hpp"

#include <stdexcept>
#include <unordered_set>

namespace earshot::proto {
namespace {

constexpr std::size_t k_id_bytes = 64;

class BodyReader {
public:
    explicit BodyReader(const ManagementRules& rules) : rules_(rules), members_(rules) {}

    /// `id`: what a member `id` has to be, or none to take any.
    detect::TrackerDefinition read(const BodyValue& value, const std::string_view* id) {
        detect::TrackerDefinition tracker;
        Seen seen;
        if (bounds_each_) members_.begin_tracker();
        value.for_each_member([&](std::string_view key, const BodyValue& member) {
            if (key == "id" && id) check_id(member, *id);
            read_member(key, member, tracker, seen);
        });
        if (!value.is_object()) return tracker;
        const Place name{&value.place(), "name", 0};
        const Place vocabulary{&value.place(), "vocabulary", 0};
        if (!seen.name) findings_.add(name, "is required");
        if (!seen.languages && members_.has_room(value, EntryKind::language)) {
            tracker.languages.emplace_back(k_default_language);
        }
        if (!seen.phrases && !seen.patterns) {
            findings_.add(vocabulary, "is required");
        } else if (!seen.phrases.value_or(false) && !seen.patterns.value_or(false)) {
            findings_.add(vocabulary, k_no_phrase);
        }
        if (bounds_each_ && size_of(tracker).bytes > rules_.tracker_bytes) {
            value.note("holds over " + std::to_string(rules_.tracker_bytes) + " bytes");
        }
        return tracker;
    }

    /// From here on it is each tracker and not the whole body that the rules bound.
    void bound_each() noexcept { bounds_each_ = true; }

    void read_list(const BodyValue& value, std::vector<detect::TrackerDefinition>& trackers) {
        value.for_each_element([&](const BodyValue& element) {
            if (trackers.size() == rules_.limits.trackers) {
                if (!is_over_) value.note("holds over " + std::to_string(rules_.limits.trackers) + " trackers");
                is_over_ = true;
                return;
            }
            trackers.push_back(read(element, nullptr));
        });
    }

    FindingList& findings() noexcept { return findings_; }

private:
    struct Seen {
        bool name = false;
        bool languages = false;
        std::optional<bool> phrases;  // given, and whether as more than an empty list
        std::optional<bool> patterns;
    };

    void check_id(const BodyValue& value, std::string_view id) {
        const auto given = value.text(k_id_bytes);
        if (given && *given != id) value.note("is another one than that of the path");
    }

    void read_member(std::string_view key, const BodyValue& member, detect::TrackerDefinition& tracker, Seen& seen) {
        if (key == "name") {
            seen.name = true;
            tracker.name = members_.name(member).value_or("");
        } else if (key == "description") {
            tracker.description = members_.description(member).value_or("");
        } else if (key == "threshold") {
            tracker.threshold = members_.threshold(member);
        } else if (key == "cooldownSeconds") {
            tracker.cooldown_seconds = members_.cooldown(member).value_or(0);
        } else if (key == "tiers") {
            tracker.tiers.emplace();
            member.for_each_element([&](const BodyValue& element) {
                if (const auto tier = read_tier(element)) tracker.tiers->insert(*tier);
            });
        } else if (const ListMember* const list = find_list_member(key)) {
            const bool has_entries = read_entries(member, *list, tracker.*(list->list));
            if (key == "vocabulary") seen.phrases = has_entries;
            if (key == "patterns") seen.patterns = has_entries;
            if (key == "languages") seen.languages = true;
        }
    }

    /// A phrase or pattern that is given twice is a mistake of its author's; a label says the same twice, and is taken
    /// once. False: there are no entries, not even wrong ones.
    bool read_entries(const BodyValue& value, const ListMember& member, std::vector<std::string>& entries) {
        entries.clear();
        std::unordered_set<std::string_view> seen;
        const bool is_label = member.kind == EntryKind::label || member.kind == EntryKind::language;
        bool is_empty = true;
        const bool is_array = value.for_each_element([&](const BodyValue& element) {
            is_empty = false;
            const auto entry = members_.entry(element, member.kind);
            if (!entry) return;
            if (seen.insert(identity_of(*entry, member.kind)).second) {
                entries.emplace_back(*entry);
            } else if (!is_label) {
                element.note(k_duplicate);
            }
        });
        return !is_array || !is_empty;
    }

    const ManagementRules& rules_;
    FindingList findings_;
    MemberReader members_;
    bool is_over_ = false;
    bool bounds_each_ = false;
};

/// The list of a document, which is the document itself or its member `trackers`.
void read_document(BodyReader& reader, const BodyValue& whole, TrackersBody& body) {
    if (whole.is_array()) return reader.read_list(whole, body.trackers);
    if (!whole.is_object()) return whole.note("must be an array or an object");
    bool has_list = false;
    body.list_path = "/trackers";
    whole.for_each_member([&](std::string_view key, const BodyValue& member) {
        if (key != "trackers") return;
        has_list = true;
        body.trackers.clear();
        reader.read_list(member, body.trackers);
    });
    if (!has_list) reader.findings().add(Place{&whole.place(), "trackers", 0}, "is required");
}

void read_shape(BodyReader& reader, const BodyValue& whole, BodyShape shape, TrackersBody& body) {
    if (shape == BodyShape::document) {
        body.is_list = true;
        reader.bound_each();
        return read_document(reader, whole, body);
    }
    body.is_list = shape == BodyShape::list || (shape == BodyShape::one_or_list && whole.is_array());
    if (!body.is_list) {
        const bool may_be_list = shape == BodyShape::one_or_list;
        if (may_be_list && !whole.is_object()) return whole.note("must be an object or an array");
        body.trackers.push_back(reader.read(whole, nullptr));
        return;
    }
    reader.read_list(whole, body.trackers);
    if (whole.is_array() && body.trackers.empty()) whole.note("must hold at least one tracker");
}

}  // namespace

void throw_exception_from_error(const Findings& findings, const boost::source_location&) {
    throw std::runtime_error(findings.list.front().message);
}

Checked<TrackersBody> read_trackers(std::string_view body, BodyShape shape, const ManagementRules& rules) {
    BodyReader reader(rules);
    simdjson::dom::parser parser;
    TrackersBody read;
    if (const auto whole = parse_body(body, parser, reader.findings())) {
        const Place root;
        read_shape(reader, BodyValue(*whole, root, reader.findings()), shape, read);
    }
    if (!reader.findings().empty()) return reader.findings().take();
    return read;
}

Checked<detect::TrackerDefinition> read_replacement(std::string_view body, std::string_view id,
                                                    const ManagementRules& rules) {
    BodyReader reader(rules);
    simdjson::dom::parser parser;
    detect::TrackerDefinition tracker;
    if (const auto whole = parse_body(body, parser, reader.findings())) {
        const Place root;
        tracker = reader.read(BodyValue(*whole, root, reader.findings()), &id);
    }
    if (!reader.findings().empty()) return reader.findings().take();
    return tracker;
}

}  // namespace earshot::proto
