#pragma once

#include "transaction.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace earshot::store {

/// What one thread of a Database does: it keeps a connection and runs transactions on it. Belongs to that thread.
class Worker {
public:
    /// `on_attempt` is told whether the database could be reached, each time that this was tried.
    Worker(const Backend& backend, std::function<void(bool)> on_attempt)
        : backend_(backend), on_attempt_(std::move(on_attempt)) {}

    /// Runs the transaction: again after a conflict, a few times, and again on a new connection if the old one turns
    /// out to be gone before it could be committed. None: it happened, or was rolled back as it wished.
    std::optional<base::Error> serve(const Database::Task& task);

    /// Looks whether the database can be reached, on a new connection.
    void probe();

private:
    /// Connects, if it is not.
    std::optional<base::Error> connect();

    const Backend& backend_;
    const std::function<void(bool)> on_attempt_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace earshot::store
