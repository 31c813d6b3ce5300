#pragma once

#include "backend.hpp"

#include <map>
#include <memory>
#include <typeindex>
#include <utility>

namespace earshot::store {

/// One session of the database with the statements that were prepared on it. Belongs to one thread.
class Connection {
public:
    Connection(const Backend& backend, std::unique_ptr<soci::session> session)
        : backend_(backend), session_(std::move(session)), line_(backend.line(*session_)) {}

    /// Where the server hangs, it would not take back the prepared statements that go with this.
    ~Connection() { line_.cut(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// As Backend::connect. Throws soci::soci_error.
    static std::unique_ptr<Connection> open(const Backend& backend, base::Duration statement_timeout = {}) {
        return std::make_unique<Connection>(backend, backend.connect(statement_timeout));
    }

    const Backend& backend() const noexcept { return backend_; }
    soci::session& sql() noexcept { return *session_; }
    const Line& line() const noexcept { return line_; }

    /// As Backend::lock.
    void lock(const std::string& key) { backend_.lock(*session_, key); }

    /// The one `Statements` of this connection, made of its session when first asked for: a class that prepares its
    /// statements in its constructor and keeps what they are bound to.
    template <typename Statements>
    Statements& prepared() {
        std::shared_ptr<void>& made = prepared_[typeid(Statements)];
        if (!made) made = std::make_shared<Statements>(*session_);
        return *static_cast<Statements*>(made.get());
    }

private:
    const Backend& backend_;
    std::unique_ptr<soci::session> session_;
    const Line line_;
    std::map<std::type_index, std::shared_ptr<void>> prepared_;  // last: statements go before their session
};

/// A statement whose text is put together, bound to `bound` (of soci::use and soci::into).
template <typename... Bound>
soci::statement prepare(soci::session& sql, const std::string& text, const Bound&... bound) {
    soci::statement statement(sql);
    (statement.exchange(bound), ...);
    statement.alloc();
    statement.prepare(text);
    statement.define_and_bind();
    return statement;
}

/// Executes a query and calls `on_row` for each row, with what the statement is bound to filled. Always runs to the
/// end: a statement that is left in between keeps SQLite's read lock.
template <typename OnRow>
void for_each_row(soci::statement& query, OnRow on_row) {
    for (bool is_row = query.execute(true); is_row; is_row = query.fetch()) on_row();
}

/// Executes a statement that changes something; gives the number of rows that it changed.
inline long long execute(soci::statement& statement) {
    statement.execute(true);
    return statement.get_affected_rows();
}

}  // namespace earshot::store
