#include "support/store/store_trial.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace earshot::support {
namespace {

using detect::TrackerDefinition;
using detect::TrackerRecord;
using Records = std::vector<TrackerRecord>;
using Definitions = std::vector<TrackerDefinition>;

constexpr std::array k_accounts{"ann", "Ann"};
constexpr const char* k_no_id = "1000000000000000";

Records as_list(const Records& records) {
    return records;
}
Records as_list(const TrackerRecord& record) {
    return {record};
}

/// Of `stored`, those with the names of `trackers`, in their order.
Records pick(const Records& stored, const Definitions& trackers) {
    Records picked;
    for (const TrackerDefinition& tracker : trackers) {
        const auto place = std::find_if(stored.begin(), stored.end(), [&](const TrackerRecord& record) {
            return record.tracker.name == tracker.name;
        });
        picked.push_back(place == stored.end() ? TrackerRecord() : *place);
    }
    return picked;
}

std::string describe(const base::Error& error) {
    return std::string(base::code_word(error.code)) + " at '" + error.path + "' (" + error.message + ", " +
           error.details + ")";
}

template <typename T>
std::string describe(const base::Result<T>& result) {
    if (!result) return describe(result.error());
    std::string text;
    for (const TrackerRecord& record : as_list(*result)) text += record.tracker.id + " '" + record.tracker.name + "', ";
    return text + "in all " + std::to_string(as_list(*result).size());
}

template <typename T>
bool are_alike(const base::Result<T>& left, const base::Result<T>& right) {
    if (left.has_value() != right.has_value()) return false;
    if (left) return *left == *right;
    return left.error().code == right.error().code && left.error().path == right.error().path;
}

bool is_id(const std::string& id) {
    return id.size() == 16 && id.front() != '0' &&
           std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void StoreTrial::open(store::Database& database) {
    store_ = std::make_unique<store::SqlTrackerStore>(
        database, store::TrackerStoreSources{store::random_tracker_id, [time = time_] {
                                                 return base::WallTime(std::chrono::milliseconds(*time));
                                             }});
    awaited_.emplace(*store_);
}

std::optional<std::string> StoreTrial::step() {
    cut_ = nullptr;
    ++*time_;
    account_ = k_accounts.at(random_.below(k_accounts.size()));
    switch (random_.below(8)) {
        case 0:
        case 1:
        case 2:
            return create();
        case 3:
        case 4:
            return update();
        case 5:
            return remove();
        case 6:
            return replace_all();
        default:
            return look();
    }
}

std::optional<std::string> StoreTrial::compare() {
    for (const char* account : k_accounts) {
        const auto stored = awaited_->list(account);
        const base::Result<Records> expected = model_.all(account);
        if (!are_alike(stored, expected)) {
            return std::string("the list of ") + account + " is " + describe(stored) +
                   "; expected: " + describe(expected);
        }
    }
    return std::nullopt;
}

std::optional<std::string> StoreTrial::compare_after_cut() {
    auto first = compare();
    if (!first || !cut_) return first;
    const auto stored = awaited_->list(account_);
    if (!stored) return describe(stored);
    cut_(model_, *stored);
    auto second = compare();
    if (second) return *first + "; or, with what was cut: " + *second;
    return std::nullopt;
}

template <typename T, typename Apply>
std::optional<std::string> StoreTrial::judge(const char* what, const base::Result<T>& result, Apply apply) {
    if (!result && (result.error().code == base::Errc::io_failed || result.error().code == base::Errc::store_away)) {
        cut_ = [apply](ModelStore& model, const Records& stored) { apply(model, stored); };
        return std::nullopt;
    }
    const Records records = result ? as_list(*result) : Records();
    for (const TrackerRecord& record : records) {
        if (!is_id(record.tracker.id)) return std::string(what) + " gave the id '" + record.tracker.id + "'";
    }
    const base::Result<T> expected = apply(model_, records);
    if (are_alike(result, expected)) return std::nullopt;
    return std::string(what) + " gave " + describe(result) + "; expected: " + describe(expected);
}

std::optional<std::string> StoreTrial::create() {
    const Definitions trackers = random_.trackers(4);
    return judge(
        "create", awaited_->create(account_, trackers, at_most_),
        [account = account_, trackers, at_most = at_most_, now = now()](ModelStore& model, const Records& stored) {
            return model.create(account, trackers, at_most, now, pick(stored, trackers));
        });
}

std::optional<std::string> StoreTrial::update() {
    const std::string id = some_id();
    const TrackerDefinition tracker = random_.tracker();
    const auto result = awaited_->update(account_, id, [&](const TrackerDefinition&) { return tracker; });
    return judge("update", result, [account = account_, id, tracker, now = now()](ModelStore& model, const Records&) {
        return model.update(account, id, tracker, now);
    });
}

std::optional<std::string> StoreTrial::remove() {
    const std::string id = some_id();
    return judge("remove", awaited_->remove(account_, id),
                 [account = account_, id](ModelStore& model, const Records&) { return model.remove(account, id); });
}

std::optional<std::string> StoreTrial::replace_all() {
    const Definitions trackers = random_.trackers(at_most_);
    return judge(
        "replace_all", awaited_->replace_all(account_, trackers, at_most_),
        [account = account_, trackers, at_most = at_most_, now = now()](ModelStore& model, const Records& stored) {
            return model.replace_all(account, trackers, at_most, now, pick(stored, trackers));
        });
}

std::optional<std::string> StoreTrial::look() {
    const std::string id = some_id();
    auto wrong = judge("get", awaited_->get(account_, id), [&](ModelStore& model, const Records&) {
        const TrackerRecord* record = model.find(account_, id);
        const base::Error unknown{base::Errc::unknown_tracker, {}, {}, {}};
        return record ? base::Result<TrackerRecord>(*record) : base::Result<TrackerRecord>(unknown);
    });
    if (wrong || cut_) return wrong;
    const std::string name = random_.name();
    return judge("list", awaited_->list(account_, name), [&](ModelStore& model, const Records&) {
        return base::Result<Records>(model.of_name(account_, name));
    });
}

/// Mostly of the account's own trackers; else of nobody's or of the other's.
std::string StoreTrial::some_id() {
    if (random_.one_in(8)) return k_no_id;
    const Records& records = model_.all(random_.one_in(8) ? k_accounts.front() : account_);
    return records.empty() ? k_no_id : records[random_.below(records.size())].tracker.id;
}

}  // namespace earshot::support
