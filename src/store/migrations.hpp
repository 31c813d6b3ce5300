#pragma once

#include "earshot/base/time.hpp"

#include "connection.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace earshot::store {

/// One step of the schema, in each dialect.
struct Migration {
    int version;  ///< 1, 2, 3, …
    std::string_view name;
    std::string_view sqlite;
    std::string_view postgresql;
};

/// Those of the folder `migrations`, in their order, embedded by the build.
std::span<const Migration> all_migrations();

/// Applies those of `migrations` (in order, from 1) that the database lacks, each in one transaction, and records them
/// in the table `schema_migrations`. Several servers may do so at once. Errors: Errc::io_failed (one failed, the schema
/// is newer), Errc::store_away.
std::optional<base::Error> migrate(Connection& connection, std::span<const Migration> migrations, base::WallTime now);

}  // namespace earshot::store
