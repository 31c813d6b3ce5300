#include "earshot/store/sql_tracker_store.hpp"

#include "connection.hpp"
#include "plain_text.hpp"
#include "tracker_changes.hpp"
#include "tracker_rows.hpp"

#include <random>
#include <utility>

namespace earshot::store {
namespace {

using detect::TrackerDefinition;
using detect::TrackerRecord;
using Records = std::vector<TrackerRecord>;

/// A transaction that failed may have been lost while it was being committed.
template <typename T>
bool may_be_in_force(const base::Result<T>& result) {
    if (result) return true;
    const base::Errc code = result.error().code;
    return code == base::Errc::store_away || code == base::Errc::io_failed || code == base::Errc::internal;
}

}  // namespace

std::string random_tracker_id() {
    // The system's generator, since servers that know nothing of each other give ids of one space.
    std::random_device system;
    std::uniform_int_distribution<std::uint64_t> sixteen_digits(1'000'000'000'000'000, 9'999'999'999'999'999);
    return std::to_string(sixteen_digits(system));
}

struct SqlTrackerStore::Shared {
    TrackerStoreSources sources;
    std::size_t account_bytes;
    std::function<void(const std::string&)> listener;
};

SqlTrackerStore::SqlTrackerStore(Database& database, TrackerStoreSources sources, std::size_t account_bytes)
    : database_(database), shared_(std::make_shared<Shared>(Shared{std::move(sources), account_bytes, {}})) {}

SqlTrackerStore::~SqlTrackerStore() = default;

void SqlTrackerStore::on_change(std::function<void(const std::string&)> listener) {
    shared_->listener = std::move(listener);
}

template <typename T>
void SqlTrackerStore::run(Access access, const std::string& account, Database::Work<T> work, Done<T> done) {
    if (is_account_name(account)) {
        database_.run<T>(access, std::move(work), std::move(done));
    } else {
        done(no_account_name());
    }
}

template <typename T>
void SqlTrackerStore::change(const std::string& account, std::function<base::Result<T>(TrackerChanges&)> work,
                             Done<T> done) {
    run<T>(
        Access::write, account,
        [shared = shared_, account, work = std::move(work)](Connection& connection) {
            TrackerChanges changes(connection, account, shared->sources, shared->account_bytes);
            return work(changes);
        },
        [shared = shared_, account, done = std::move(done)](base::Result<T> result) {
            if (may_be_in_force(result) && shared->listener) shared->listener(account);
            done(std::move(result));
        });
}

void SqlTrackerStore::list(std::string account, std::optional<std::string> name, Done<Records> done) {
    if (name && !is_plain_text(*name)) return done(Records());
    run<Records>(
        Access::read, account,
        [account, name = std::move(name)](Connection& connection) {
            auto& rows = connection.prepared<TrackerRows>();
            return name ? rows.of_name(account, *name) : rows.all(account);
        },
        std::move(done));
}

void SqlTrackerStore::get(std::string account, std::string id, Done<TrackerRecord> done) {
    if (!is_plain_text(id)) return done(unknown_tracker());
    run<TrackerRecord>(
        Access::read, account,
        [account, id = std::move(id)](Connection& connection) {
            return connection.prepared<TrackerRows>().of_id(account, id);
        },
        std::move(done));
}

void SqlTrackerStore::create(std::string account, std::vector<TrackerDefinition> trackers, std::size_t at_most,
                             Done<Records> done) {
    change<Records>(
        account,
        [trackers = std::move(trackers), at_most](TrackerChanges& changes) {
            return changes.create(trackers, at_most);
        },
        std::move(done));
}

void SqlTrackerStore::update(std::string account, std::string id, Edit edit, Done<TrackerRecord> done) {
    if (!is_plain_text(id)) return done(unknown_tracker());
    change<TrackerRecord>(
        account,
        [id = std::move(id), edit = std::move(edit)](TrackerChanges& changes) { return changes.update(id, edit); },
        std::move(done));
}

void SqlTrackerStore::remove(std::string account, std::string id, Done<TrackerRecord> done) {
    if (!is_plain_text(id)) return done(unknown_tracker());
    change<TrackerRecord>(
        account, [id = std::move(id)](TrackerChanges& changes) { return changes.remove(id); }, std::move(done));
}

void SqlTrackerStore::replace_all(std::string account, std::vector<TrackerDefinition> trackers, std::size_t at_most,
                                  Done<Records> done) {
    change<Records>(
        account,
        [trackers = std::move(trackers), at_most](TrackerChanges& changes) {
            return changes.replace_all(trackers, at_most);
        },
        std::move(done));
}

}  // namespace earshot::store
