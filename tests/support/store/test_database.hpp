#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

namespace earshot::support {

/// A new folder that others may enter, removed at the end.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

enum class BackendKind { sqlite, postgresql };
void PrintTo(BackendKind kind, std::ostream* out);  // in the names of tests

/// The server of `scripts/with-postgres`; none: this test runs without it.
std::optional<std::string> postgres_url();

/// Something that is undone when the last copy goes.
using Held = std::shared_ptr<void>;

/// An empty database of one kind, for one test: a file, or a schema of the server of `scripts/with-postgres`.
class TestDatabase {
public:
    virtual ~TestDatabase() = default;
    static std::unique_ptr<TestDatabase> make(BackendKind kind);

    virtual std::string url() const = 0;

    /// Executes statements past the store.
    virtual void execute(const std::string& sql) = 0;

    /// Another program that is in the middle of a change of this account.
    virtual Held hold_writers_of(const std::string& account) = 0;
};

/// A PostgreSQL server that a test may start and stop.
class PostgresServer {
public:
    PostgresServer();
    ~PostgresServer();

    void start();
    void stop();
    const std::string& url() const noexcept { return url_; }

private:
    TemporaryFolder folder_;
    std::string url_;
    bool is_running_ = false;
};

}  // namespace earshot::support
