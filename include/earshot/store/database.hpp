#pragma once

#include "earshot/base/error.hpp"
#include "earshot/store/done.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace earshot::store {

class Connection;

struct DatabaseOptions {
    std::string url;                               ///< `sqlite:PATH`, or `postgresql://…` as libpq takes it
    std::size_t threads = 2;                       ///< each with a connection of its own; at least one. One of several
                                                   ///< is always left to those that read
    std::size_t queue = 1024;                      ///< operations that may wait for a thread
    std::chrono::milliseconds lock_timeout{5000};  ///< how long a transaction waits for the locks of others
    std::chrono::milliseconds transaction_timeout{25'000};  ///< one that takes longer is given up, and the database
                                                            ///< counts as away; well above lock_timeout
    std::chrono::milliseconds first_probe{100};             ///< after which a database that went away is looked for
    std::chrono::milliseconds longest_probe{5000};          ///< the pauses between probes double up to this
    /// Told once each time that the database goes away (with what it said, in `details`) and once when it is back
    /// (null), in this order, on one of the store's threads. Must not throw, and not destroy the Database.
    std::function<void(const base::Error* away)> on_change = {};
};

enum class Access : std::uint8_t {
    read,
    write,  ///< SQLite has one writer at a time
};

/// A database with the threads that work on it. Stores give it transactions, which wait in a queue with a bound for one
/// of its threads; no caller ever waits.
///
/// Once the database cannot be reached, every operation is answered with Errc::store_away at once, while a thread
/// looks for it with growing pauses. One that hangs without closing its connections counts as away after
/// `transaction_timeout`; what waited for it is answered then. Any thread may call run(), is_reachable(), waiting() and
/// retries().
class Database {
public:
    /// Connects, brings the schema up to date and starts the threads. Errors: Errc::invalid_value (the URL),
    /// Errc::io_failed (it cannot be reached, a migration fails, its schema is newer than this program).
    static base::Result<std::unique_ptr<Database>> open(DatabaseOptions options);

    /// Ends what was accepted, then joins: a hanging PostgreSQL holds this up for `transaction_timeout`. No thread may
    /// call any more.
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// What happens in one transaction: a value commits it, an error rolls it back. Runs anew, from the beginning,
    /// where the database had to give way to another transaction.
    template <typename T>
    using Work = std::function<base::Result<T>(Connection&)>;

    /// Runs `work` in a transaction on a thread of its own and gives `done` its result once it is in force. Errors
    /// besides those of `work`: Errc::queue_full, Errc::store_away (also: others held a lock for too long),
    /// Errc::io_failed. Whether a transaction is in force that ended with one of the latter two is not known if it was
    /// lost while being committed; it is so as a whole or not at all. `details` hold what the database said: they are
    /// meant for a log, not for a client.
    template <typename T>
    void run(Access access, Work<T> work, Done<T> done) {
        auto result = std::make_shared<std::optional<base::Result<T>>>();
        submit({access,
                [result, work = std::move(work)](Connection& connection) {
                    result->emplace(work(connection));
                    return (*result)->has_value();
                },
                [result, done = std::move(done)](const base::Error* error) {
                    done(error ? base::Result<T>(*error) : std::move(**result));
                }});
    }

    /// Whether it could be reached when it was last tried.
    bool is_reachable() const;

    /// Operations that wait for a thread, for metrics.
    std::size_t waiting() const;

    /// How often a transaction ran anew, since it had to give way or its connection was lost; for metrics.
    std::uint64_t retries() const noexcept;

    /// A transaction, whatever its result.
    struct Task {
        Access access;
        std::function<bool(Connection&)> work;         ///< false: roll back
        std::function<void(const base::Error*)> done;  ///< null: `work` ran to its end, and its result is in force
    };

private:
    class Impl;
    explicit Database(std::unique_ptr<Impl> impl);
    void submit(Task task);

    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::store
