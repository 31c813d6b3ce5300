#include "migrations.hpp"
#include "transaction.hpp"

#include <string>

namespace earshot::store {
namespace {

constexpr const char* k_create_record =
    "CREATE TABLE IF NOT EXISTS schema_migrations"
    " (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_on BIGINT NOT NULL)";

long long newest_applied(soci::session& sql) {
    long long version = 0;
    sql << "SELECT coalesce(max(version), 0) FROM schema_migrations", soci::into(version);
    return version;
}

void apply(Connection& connection, const Migration& migration, base::WallTime now) {
    const long long version = migration.version;
    const std::string name(migration.name);
    const long long applied_on = now.time_since_epoch().count();
    connection.backend().execute_script(connection.sql(), std::string(connection.backend().script_of(migration)));
    connection.sql()
        << "INSERT INTO schema_migrations (version, name, applied_on) VALUES (:version, :name, :applied_on)",
        soci::use(version, "version"), soci::use(name, "name"), soci::use(applied_on, "applied_on");
}

/// What a transaction found and did.
struct Step {
    long long before = 0;  ///< the newest migration that had been applied
    bool is_last = false;
};

/// Applies the next one that is lacking, if there is one. Another server may have applied it meanwhile, so each
/// transaction looks anew, behind the lock.
Step apply_next(Connection& connection, std::span<const Migration> migrations, base::WallTime now) {
    connection.lock("earshot:schema");
    connection.sql() << k_create_record;
    Step step;
    step.before = newest_applied(connection.sql());
    const auto known = static_cast<long long>(migrations.size());
    if (step.before < known) apply(connection, migrations[static_cast<std::size_t>(step.before)], now);
    step.is_last = step.before + 1 >= known;
    return step;
}

}  // namespace

std::optional<base::Error> migrate(Connection& connection, std::span<const Migration> migrations, base::WallTime now) {
    int attempts = 0;
    while (true) {
        Step step;
        auto failure = run_once(connection, Access::write, [&](Connection& opened) {
            step = apply_next(opened, migrations, now);
            return true;
        });
        if (failure && failure->trouble == Trouble::conflict && ++attempts < k_most_attempts) continue;
        if (failure) {
            failure->error.message = "the schema cannot be brought up to date: " + failure->error.message;
            return std::move(failure->error);
        }
        if (step.before > static_cast<long long>(migrations.size())) {
            return base::Error{base::Errc::io_failed,
                               "the database's schema has version " + std::to_string(step.before) +
                                   ", newer than this program, which knows " + std::to_string(migrations.size()),
                               {},
                               {}};
        }
        if (step.is_last) return std::nullopt;
    }
}

}  // namespace earshot::store
