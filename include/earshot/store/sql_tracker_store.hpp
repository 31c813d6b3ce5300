#pragma once

#include "earshot/base/time.hpp"
#include "earshot/store/database.hpp"
#include "earshot/store/tracker_store.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace earshot::store {

class TrackerChanges;

/// An id that no tracker is likely to have: 16 random decimal digits, the first of them not 0. Any thread.
std::string random_tracker_id();

/// What the trackers of an account may take unless somebody says otherwise: the bytes of their names and definitions,
/// as they are stored.
inline constexpr std::size_t k_account_bytes = std::size_t{16} * 1024 * 1024;

/// Where a SqlTrackerStore gets ids and times from. Called on any thread of the database.
struct TrackerStoreSources {
    std::function<std::string()> make_id = random_tracker_id;  ///< an id that is taken is asked for again
    std::function<base::WallTime()> now = [] {
        return std::chrono::time_point_cast<base::WallTime::duration>(std::chrono::system_clock::now());
    };
};

/// The trackers of a SQL database. Ids are unique over all accounts and all servers of the database.
///
/// What goes beyond `TrackerStore`: a name may hold up to 2,048 bytes (Errc::too_large) and no U+0000, which PostgreSQL
/// cannot hold (Errc::invalid_value); texts that are no UTF-8 are Errc::invalid_utf8, an account's name that is none,
/// or longer than 256 bytes, is Errc::invalid_value. An account's trackers take a bounded number of bytes together: a
/// change that would have them take more, and more than before it, is Errc::too_large.
class SqlTrackerStore final : public TrackerStore {
public:
    /// `database` must outlive the calls of this object. Operations under way survive the object. `account_bytes`: what
    /// the trackers of an account may take.
    explicit SqlTrackerStore(Database& database, TrackerStoreSources sources = {},
                             std::size_t account_bytes = k_account_bytes);
    ~SqlTrackerStore() override;

    void list(std::string account, std::optional<std::string> name,
              Done<std::vector<detect::TrackerRecord>> done) override;
    void get(std::string account, std::string id, Done<detect::TrackerRecord> done) override;
    void create(std::string account, std::vector<detect::TrackerDefinition> trackers, std::size_t at_most,
                Done<std::vector<detect::TrackerRecord>> done) override;
    void update(std::string account, std::string id, Edit edit, Done<detect::TrackerRecord> done) override;
    void remove(std::string account, std::string id, Done<detect::TrackerRecord> done) override;
    void replace_all(std::string account, std::vector<detect::TrackerDefinition> trackers, std::size_t at_most,
                     Done<std::vector<detect::TrackerRecord>> done) override;
    void on_change(std::function<void(const std::string& account)> listener) override;

private:
    struct Shared;

    template <typename T>
    void run(Access access, const std::string& account, Database::Work<T> work, Done<T> done);
    /// A transaction that writes; the listener is told before `done` is.
    template <typename T>
    void change(const std::string& account, std::function<base::Result<T>(TrackerChanges&)> work, Done<T> done);

    Database& database_;
    std::shared_ptr<Shared> shared_;
};

}  // namespace earshot::store
