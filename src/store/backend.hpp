#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/store/database.hpp"

#include "line.hpp"

#include <memory>
#include <soci/soci.h>
#include <string>
#include <string_view>

namespace earshot::store {

struct Migration;

/// What a failed statement means for its transaction.
enum class Trouble {
    conflict,  ///< another transaction was in the way: it may be run again
    lost,      ///< the connection is gone
    failed,
};

/// What SQLite and PostgreSQL do not have in common. Immutable; any thread.
class Backend {
public:
    virtual ~Backend() = default;

    /// A session with all its settings, which needs at most a few seconds to come up. A server should end statements
    /// that take longer than `statement_timeout`, since nobody waits for them any more; 0: none. Throws
    /// soci::soci_error.
    virtual std::unique_ptr<soci::session> connect(base::Duration statement_timeout) const = 0;

    /// The line of a session.
    virtual Line line(soci::session& sql) const = 0;

    /// The statement that begins a transaction.
    virtual const char* begin(Access access) const noexcept = 0;

    /// Holds up others that ask for the same `key` until the transaction ends. Only in a transaction that writes.
    virtual void lock(soci::session& sql, const std::string& key) const = 0;

    /// Executes any number of statements.
    virtual void execute_script(soci::session& sql, const std::string& script) const = 0;

    /// The migration in this database's dialect.
    virtual std::string_view script_of(const Migration& migration) const noexcept = 0;

    virtual Trouble judge(const soci::soci_error& error) const = 0;
};

/// The back end of `options.url`. Errors: Errc::invalid_value.
base::Result<std::unique_ptr<Backend>> make_backend(const DatabaseOptions& options);

base::Result<std::unique_ptr<Backend>> make_sqlite_backend(std::string path, const DatabaseOptions& options);
base::Result<std::unique_ptr<Backend>> make_postgresql_backend(const DatabaseOptions& options);

/// What the database said, in one line. Never what it was asked, which may hold what somebody said.
std::string what_was_said(const soci::soci_error& error);

}  // namespace earshot::store
