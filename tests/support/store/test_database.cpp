#include "support/store/test_database.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <libpq-fe.h>
#include <random>
#include <sqlite3.h>
#include <stdexcept>

namespace earshot::support {
namespace {

class SqliteFile final : public TestDatabase {
public:
    std::string url() const override { return "sqlite:" + path(); }

    void execute(const std::string& sql) override { execute(open().get(), sql); }

    Held hold_writers_of(const std::string&) override {
        auto database = open();
        execute(database.get(), "BEGIN IMMEDIATE");
        return database;
    }

private:
    std::string path() const { return folder_.path() / "earshot store.db"; }

    std::shared_ptr<sqlite3> open() const {
        sqlite3* database = nullptr;
        if (sqlite3_open(path().c_str(), &database) != SQLITE_OK) throw std::runtime_error("cannot open " + path());
        return {database, &sqlite3_close};
    }

    static void execute(sqlite3* database, const std::string& sql) {
        if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
            throw std::runtime_error(sqlite3_errmsg(database));
        }
    }

    TemporaryFolder folder_;
};

class PostgresSchema final : public TestDatabase {
public:
    PostgresSchema() : server_(postgres_url().value()), name_("test_" + std::to_string(std::random_device()())) {
        execute("CREATE SCHEMA " + name_);
    }
    ~PostgresSchema() override { execute("DROP SCHEMA " + name_ + " CASCADE"); }

    std::string url() const override { return server_ + "&options=-csearch_path%3D" + name_; }

    void execute(const std::string& sql) override { execute(open().get(), sql); }

    Held hold_writers_of(const std::string& account) override {
        auto connection = open();
        execute(connection.get(),
                "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('earshot:trackers:" + account + "', 0))");
        return connection;
    }

private:
    std::shared_ptr<PGconn> open() const {
        std::shared_ptr<PGconn> connection(PQconnectdb(url().c_str()), &PQfinish);
        if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
        PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
        return connection;
    }

    static void execute(PGconn* connection, const std::string& sql) {
        PGresult* result = PQexec(connection, sql.c_str());
        const ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            throw std::runtime_error(PQerrorMessage(connection));
        }
    }

    const std::string server_;
    const std::string name_;
};

/// What `command` writes, without the line's end.
std::string output_of(const std::string& command) {
    std::FILE* pipe = popen(command.c_str(), "r");
    if (!pipe) throw std::runtime_error("cannot run " + command);
    std::string output;
    std::array<char, 256> piece;
    while (std::fgets(piece.data(), piece.size(), pipe)) output += piece.data();
    if (pclose(pipe) != 0) throw std::runtime_error(command + " failed");
    return output.substr(0, output.find('\n'));
}

std::string control() {
    const char* script = std::getenv("EARSHOT_TEST_POSTGRES_CONTROL");
    return script ? script : throw std::runtime_error("EARSHOT_TEST_POSTGRES_CONTROL is not set");
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string name = "/tmp/earshot-test.XXXXXX";
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
    path_ = name;
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void PrintTo(BackendKind kind, std::ostream* out) {
    *out << (kind == BackendKind::sqlite ? "sqlite" : "postgresql");
}

std::optional<std::string> postgres_url() {
    const char* url = std::getenv("EARSHOT_TEST_POSTGRES_URL");
    return url ? std::optional<std::string>(url) : std::nullopt;
}

std::unique_ptr<TestDatabase> TestDatabase::make(BackendKind kind) {
    if (kind == BackendKind::sqlite) return std::make_unique<SqliteFile>();
    return std::make_unique<PostgresSchema>();
}

PostgresServer::PostgresServer() {
    start();
}

PostgresServer::~PostgresServer() {
    try {
        if (is_running_) stop();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
}

void PostgresServer::start() {
    url_ = output_of(control() + " --start " + folder_.path().string());
    is_running_ = true;
}

void PostgresServer::stop() {
    is_running_ = false;
    output_of(control() + " --stop " + folder_.path().string());
}

}  // namespace earshot::support
