#include "prepare_schema.hpp"

#include "connection.hpp"
#include "migrations.hpp"

#include <chrono>

namespace earshot::store {

std::optional<base::Error> prepare_schema(const Backend& backend, const std::function<bool()>& pause) {
    while (true) {
        try {
            const auto now = std::chrono::system_clock::now();
            return migrate(*Connection::open(backend), all_migrations(),
                           std::chrono::time_point_cast<base::WallTime::duration>(now));
        } catch (const soci::soci_error& error) {
            // Another server may be switching SQLite to its write-ahead log, for which SQLite does not wait.
            if (backend.judge(error) == Trouble::conflict && pause()) continue;
            return base::Error{base::Errc::io_failed, "the database cannot be opened", {}, what_was_said(error)};
        }
    }
}

}  // namespace earshot::store
