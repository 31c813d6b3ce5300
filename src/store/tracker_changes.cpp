#include "tracker_changes.hpp"

#include "plain_text.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace earshot::store {
namespace {

using detect::TrackerDefinition;
using detect::TrackerRecord;

/// What PostgreSQL's index of accounts and names can hold, with room to spare.
constexpr std::size_t k_longest_name = 2048;

/// A source that gives this many taken ids in a row is broken.
constexpr int k_most_ids = 16;

std::string pointer(std::size_t index) {
    return "/" + std::to_string(index);
}

std::optional<base::Error> find_problem_of_name(const std::string& name, const std::string& path) {
    if (name.size() > k_longest_name) return base::Error{base::Errc::too_large, "name is too long", path + "/name", {}};
    if (is_plain_text(name)) return std::nullopt;
    const bool is_utf8 = name.find('\0') != std::string::npos;
    return base::Error{is_utf8 ? base::Errc::invalid_value : base::Errc::invalid_utf8,
                       is_utf8 ? "name may not hold U+0000" : "name is no UTF-8",
                       path + "/name",
                       {}};
}

/// The tracker as it is written to its row.
base::Result<std::string> encode(const TrackerDefinition& tracker, const std::string& path) {
    if (auto error = find_problem_of_name(tracker.name, path)) return *error;
    return write_definition(tracker, path);
}

base::Error name_taken(const std::string& path) {
    return {base::Errc::name_taken, "another tracker has this name", path, {}};
}

base::Error too_many(const std::string& path, std::size_t at_most) {
    return {base::Errc::too_many, "an account keeps at most " + std::to_string(at_most) + " trackers", path, {}};
}

/// The bytes that an account's trackers take while they are being changed.
class Room {
public:
    /// Who has more than it may, since that was once allowed, may keep it and have less.
    Room(std::size_t at_most, const std::vector<TrackerRows::Known>& before) : at_most_(at_most), bound_(at_most) {
        std::size_t taken = 0;
        for (const TrackerRows::Known& known : before) taken += known.bytes;
        bound_ = std::max(bound_, taken);
    }

    /// One more of the trackers after the change.
    void take(std::size_t bytes) noexcept { taken_ += bytes; }
    void take(const TrackerDefinition& tracker, const std::string& definition) noexcept {
        take(tracker.name.size() + definition.size());
    }

    std::optional<base::Error> find_problem(const std::string& path) const {
        if (taken_ <= bound_) return std::nullopt;
        return base::Error{base::Errc::too_large,
                           "an account's trackers take at most " + std::to_string(at_most_) + " bytes together",
                           path,
                           {}};
    }

private:
    const std::size_t at_most_;
    std::size_t bound_;
    std::size_t taken_ = 0;
};

}  // namespace

TrackerChanges::TrackerChanges(Connection& connection, const std::string& account, const TrackerStoreSources& sources,
                               std::size_t account_bytes)
    : account_(account),
      sources_(sources),
      account_bytes_(account_bytes),
      now_(sources.now()),
      rows_(connection.prepared<TrackerRows>()) {
    connection.lock("earshot:trackers:" + account);
}

TrackerChanges::Records TrackerChanges::create(const Definitions& trackers, std::size_t at_most) {
    const std::vector<TrackerRows::Known> before = rows_.known(account_);
    Room room(account_bytes_, before);
    std::unordered_set<std::string> names;
    for (const TrackerRows::Known& known : before) {
        room.take(known.bytes);
        names.insert(known.name);
    }
    std::vector<TrackerRecord> records;
    records.reserve(trackers.size());
    for (std::size_t index = 0; index < trackers.size(); ++index) {
        const std::string path = pointer(index);
        auto definition = encode(trackers[index], path);
        if (!definition) return definition.error();
        if (!names.insert(trackers[index].name).second) return name_taken(path);
        if (names.size() > at_most) return too_many(path, at_most);
        room.take(trackers[index], *definition);
        if (auto error = room.find_problem(path)) return *error;
        auto record = add(trackers[index], *definition);
        if (!record) return record.error();
        records.push_back(std::move(*record));
    }
    return records;
}

TrackerChanges::Record TrackerChanges::update(const std::string& id, const TrackerStore::Edit& edit) {
    auto record = rows_.of_id(account_, id);
    if (!record) return record;
    auto edited = edit(record->tracker);
    if (!edited) return edited.error();
    auto definition = encode(*edited, "");
    if (!definition) return definition.error();
    const std::vector<TrackerRows::Known> before = rows_.known(account_);
    Room room(account_bytes_, before);
    for (const TrackerRows::Known& known : before) {
        if (known.id == id) continue;
        if (known.name == edited->name) return name_taken("");
        room.take(known.bytes);
    }
    room.take(*edited, *definition);
    if (auto error = room.find_problem("")) return *error;
    return put(*edited, *definition, {id, edited->name, record->created_on});
}

TrackerChanges::Record TrackerChanges::remove(const std::string& id) {
    auto record = rows_.of_id(account_, id);
    if (record) rows_.remove(account_, id);
    return record;
}

TrackerChanges::Records TrackerChanges::replace_all(const Definitions& trackers, std::size_t at_most) {
    const std::vector<TrackerRows::Known> before = rows_.known(account_);
    std::unordered_map<std::string, const TrackerRows::Known*> of_name;
    for (const TrackerRows::Known& known : before) of_name.emplace(known.name, &known);
    Room room(account_bytes_, before);
    std::unordered_set<std::string> names;
    std::vector<std::string> definitions;
    for (std::size_t index = 0; index < trackers.size(); ++index) {
        const std::string path = pointer(index);
        auto definition = encode(trackers[index], path);
        if (!definition) return definition.error();
        if (!names.insert(trackers[index].name).second) return name_taken(path);
        if (names.size() > at_most) return too_many(path, at_most);
        room.take(trackers[index], *definition);
        if (auto error = room.find_problem(path)) return *error;
        definitions.push_back(std::move(*definition));
    }

    for (const TrackerRows::Known& known : before) {
        if (!names.contains(known.name)) rows_.remove(account_, known.id);
    }
    std::vector<TrackerRecord> records;
    for (std::size_t index = 0; index < trackers.size(); ++index) {
        const auto place = of_name.find(trackers[index].name);
        auto record = place == of_name.end() ? add(trackers[index], definitions[index])
                                             : Record(put(trackers[index], definitions[index], *place->second));
        if (!record) return record.error();
        records.push_back(std::move(*record));
    }
    return records;
}

TrackerChanges::Record TrackerChanges::add(const TrackerDefinition& tracker, const std::string& definition) {
    TrackerRecord record{tracker, now_, now_};
    for (int attempt = 0; attempt < k_most_ids; ++attempt) {
        record.tracker.id = sources_.make_id();
        if (rows_.insert(account_, record, definition)) return record;
    }
    return base::Error{base::Errc::internal, "no free id was found", {}, {}};
}

TrackerRecord TrackerChanges::put(const TrackerDefinition& tracker, const std::string& definition,
                                  const TrackerRows::Known& place) {
    TrackerRecord record{tracker, place.created_on, now_};
    record.tracker.id = place.id;
    rows_.update(account_, record, definition);
    return record;
}

}  // namespace earshot::store
