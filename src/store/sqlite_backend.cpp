#include "backend.hpp"
#include "migrations.hpp"

#include <fcntl.h>
#include <filesystem>
#include <soci/sqlite3/soci-sqlite3.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace earshot::store {
namespace {

namespace sqlite = sqlite_api;

sqlite::sqlite3* handle(soci::session& sql) {
    return static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
}

/// A text's bytes, as PostgreSQL has it and SQLite only from 3.43 on.
void add_octet_length(soci::session& sql) {
    sqlite::sqlite3_create_function(
        handle(sql), "octet_length", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
        [](sqlite::sqlite3_context* context, int, sqlite::sqlite3_value** values) {
            sqlite::sqlite3_result_int64(context, sqlite::sqlite3_value_bytes(values[0]));
        },
        nullptr, nullptr);
}

class SqliteBackend final : public Backend {
public:
    SqliteBackend(std::string path, std::chrono::milliseconds lock_timeout)
        : path_(std::move(path)), lock_timeout_(lock_timeout) {}

    std::unique_ptr<soci::session> connect(base::Duration) const override {
        create_file();
        auto sql = std::make_unique<soci::session>(soci::sqlite3, "db=\"" + path_ + "\"");
        *sql << "PRAGMA busy_timeout = " << lock_timeout_.count();
        std::string mode;
        *sql << "PRAGMA journal_mode = WAL", soci::into(mode);
        if (mode != "wal") throw soci::soci_error("its file system does not allow a write-ahead log");
        *sql << "PRAGMA synchronous = FULL";  // otherwise a power cut takes away what was answered
        *sql << "PRAGMA secure_delete = ON";  // what is deleted is overwritten, not only left behind
        *sql << "PRAGMA foreign_keys = ON";
        add_octet_length(*sql);
        return sql;
    }

    Line line(soci::session&) const override { return {}; }

    const char* begin(Access access) const noexcept override {
        // A transaction that first reads and then writes would fail where another wrote in between.
        return access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN";
    }

    void lock(soci::session&, const std::string&) const override {}  // there is one writer

    void execute_script(soci::session& sql, const std::string& script) const override {
        auto* connection = handle(sql);
        const int code = sqlite::sqlite3_exec(connection, script.c_str(), nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) throw soci::sqlite3_soci_error(sqlite::sqlite3_errmsg(connection), code);
    }

    std::string_view script_of(const Migration& migration) const noexcept override { return migration.sqlite; }

    Trouble judge(const soci::soci_error& error) const override {
        const auto* told = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
        switch (told ? told->result() & 0xFF : SQLITE_ERROR) {
            case SQLITE_BUSY:
            case SQLITE_LOCKED:
            case SQLITE_PROTOCOL:
                return Trouble::conflict;  // the last: a race for the write-ahead log
            default:
                return Trouble::failed;
        }
    }

private:
    /// The database holds what people said: a new one is for this user alone. SQLite's other files take after it.
    void create_file() const {
        std::error_code ignored;  // what is wrong shows when SQLite opens it
        const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
        if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
        const int file = ::open(path_.c_str(), O_CREAT | O_RDONLY | O_CLOEXEC, 0600);
        if (file >= 0) ::close(file);
    }

    const std::string path_;
    const std::chrono::milliseconds lock_timeout_;
};

}  // namespace

base::Result<std::unique_ptr<Backend>> make_sqlite_backend(std::string path, const DatabaseOptions& options) {
    const auto refuse = [](const char* why) {
        return base::Error{base::Errc::invalid_value, std::string("the store's URL, sqlite:PATH, ") + why, {}, {}};
    };
    if (path.empty()) return refuse("lacks the path");
    // In memory each thread would have a database of its own.
    if (path == ":memory:") return refuse("must name a file");
    if (path.find_first_of(std::string_view("\"\0", 2)) != std::string::npos) {
        return refuse("may not hold quotation marks");  // SOCI takes the path in some
    }
    return std::unique_ptr<Backend>(std::make_unique<SqliteBackend>(std::move(path), options.lock_timeout));
}

}  // namespace earshot::store
