#pragma once

#include "transaction.hpp"
#include "watchdog.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace earshot::store {

/// What one thread of a Database does: it keeps a connection and runs transactions on it. Belongs to that thread.
class Worker {
public:
    /// Told each time that it was tried to reach the database: null if it could be.
    using OnAttempt = std::function<void(const base::Error* away)>;

    /// `retries` counts the runs of transactions after their first. It and the watchdog, which bounds the time of each
    /// run, outlive the worker.
    Worker(const Backend& backend, OnAttempt on_attempt, std::atomic<std::uint64_t>& retries, Watchdog& watchdog)
        : backend_(backend), on_attempt_(std::move(on_attempt)), retries_(retries), watchdog_(watchdog) {}

    /// Runs the transaction: again after a conflict, a few times, and again on a new connection if the old one turns
    /// out to be gone before it could be committed. What takes too long is Errc::store_away and not run again. None: it
    /// happened, or was rolled back as it wished.
    std::optional<base::Error> serve(const Database::Task& task);

    /// Looks whether the database can be reached, on a new connection.
    void probe();

private:
    /// Connects, if it is not.
    std::optional<base::Error> connect();

    const Backend& backend_;
    const OnAttempt on_attempt_;
    std::atomic<std::uint64_t>& retries_;
    Watchdog& watchdog_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace earshot::store
