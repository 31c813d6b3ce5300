#include "support/store/model_store.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace earshot::support {
namespace {

using detect::TrackerDefinition;
using detect::TrackerRecord;

auto named(const std::string& name) {
    return [&name](const auto& record) { return record.tracker.name == name; };
}

auto identified(const std::string& id) {
    return [&id](const TrackerRecord& record) { return record.tracker.id == id; };
}

base::Error error(base::Errc code, std::size_t index) {
    return {code, {}, "/" + std::to_string(index), {}};
}

TrackerRecord record_of(const TrackerDefinition& tracker, const std::string& id, base::WallTime created_on,
                        base::WallTime now) {
    TrackerRecord record{tracker, created_on, now};
    record.tracker.id = id;
    return record;
}

std::string given_id(const ModelStore::Records& given, std::size_t index) {
    return index < given.size() ? given[index].tracker.id : std::string();
}

}  // namespace

const TrackerRecord* ModelStore::find(const std::string& account, const std::string& id) {
    const Records& records = accounts_[account];
    const auto place = std::find_if(records.begin(), records.end(), identified(id));
    return place == records.end() ? nullptr : &*place;
}

ModelStore::Records ModelStore::of_name(const std::string& account, const std::string& name) {
    Records found;
    std::copy_if(all(account).begin(), all(account).end(), std::back_inserter(found), named(name));
    return found;
}

base::Result<ModelStore::Records> ModelStore::create(const std::string& account, const Definitions& trackers,
                                                     std::size_t at_most, base::WallTime now, const Records& given) {
    Records records = accounts_[account];
    Records made;
    for (std::size_t index = 0; index < trackers.size(); ++index) {
        if (std::any_of(records.begin(), records.end(), named(trackers[index].name))) {
            return error(base::Errc::name_taken, index);
        }
        if (records.size() + 1 > at_most) return error(base::Errc::too_many, index);
        records.push_back(record_of(trackers[index], given_id(given, index), now, now));
        made.push_back(records.back());
    }
    accounts_[account] = records;
    return made;
}

base::Result<TrackerRecord> ModelStore::update(const std::string& account, const std::string& id,
                                               const TrackerDefinition& tracker, base::WallTime now) {
    Records& records = accounts_[account];
    const auto place = std::find_if(records.begin(), records.end(), identified(id));
    if (place == records.end()) return base::Error{base::Errc::unknown_tracker, {}, {}, {}};
    const auto other = std::find_if(records.begin(), records.end(), named(tracker.name));
    if (other != records.end() && other != place) return base::Error{base::Errc::name_taken, {}, {}, {}};
    *place = record_of(tracker, id, place->created_on, now);
    return *place;
}

base::Result<TrackerRecord> ModelStore::remove(const std::string& account, const std::string& id) {
    Records& records = accounts_[account];
    const auto place = std::find_if(records.begin(), records.end(), identified(id));
    if (place == records.end()) return base::Error{base::Errc::unknown_tracker, {}, {}, {}};
    TrackerRecord record = *place;
    records.erase(place);
    return record;
}

base::Result<ModelStore::Records> ModelStore::replace_all(const std::string& account, const Definitions& trackers,
                                                          std::size_t at_most, base::WallTime now,
                                                          const Records& given) {
    Records made;
    const Records& before = accounts_[account];
    for (std::size_t index = 0; index < trackers.size(); ++index) {
        const std::string& name = trackers[index].name;
        if (std::any_of(made.begin(), made.end(), named(name))) return error(base::Errc::name_taken, index);
        if (index + 1 > at_most) return error(base::Errc::too_many, index);
        const auto kept = std::find_if(before.begin(), before.end(), named(name));
        made.push_back(kept == before.end() ? record_of(trackers[index], given_id(given, index), now, now)
                                            : record_of(trackers[index], kept->tracker.id, kept->created_on, now));
    }
    // Those that stay keep their order, before the new ones in theirs.
    Records records;
    for (const TrackerRecord& old : before) {
        const auto kept = std::find_if(made.begin(), made.end(), identified(old.tracker.id));
        if (kept != made.end()) records.push_back(*kept);
    }
    for (const TrackerRecord& record : made) {
        if (std::none_of(before.begin(), before.end(), identified(record.tracker.id))) records.push_back(record);
    }
    accounts_[account] = records;
    return made;
}

}  // namespace earshot::support
