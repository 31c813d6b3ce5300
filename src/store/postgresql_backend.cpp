#include "backend.hpp"
#include "migrations.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <utility>

namespace earshot::store {
namespace {

using ConnectionSettings = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

/// What holds unless the URL says otherwise. A server that does not answer is given up after seconds, not minutes.
constexpr std::array k_defaults{
    std::pair{"connect_timeout", "2"},      std::pair{"keepalives_idle", "5"},
    std::pair{"keepalives_interval", "2"},  std::pair{"keepalives_count", "3"},
    std::pair{"tcp_user_timeout", "10000"}, std::pair{"application_name", "earshot"},
    std::pair{"client_encoding", "UTF8"},
};

/// SQLSTATE's word for it, for where libpq has none.
constexpr const char* k_connection_failed = "08000";

void append_setting(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append("='");
    for (const char c : value) {
        if (c == '\'' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    out.append("' ");
}

class PostgresqlBackend final : public Backend {
public:
    PostgresqlBackend(std::string settings, std::chrono::milliseconds lock_timeout)
        : settings_(std::move(settings)),
          // One conversation may hold a thousand times as much as most: a plan for all of them would be none for it.
          set_up_("SET plan_cache_mode = force_custom_plan; SET client_min_messages = warning; SET lock_timeout = " +
                  std::to_string(lock_timeout.count()) + "; SET statement_timeout = ") {}

    std::unique_ptr<soci::session> connect(base::Duration statement_timeout) const override {
        auto sql = std::make_unique<soci::session>(soci::postgresql, settings_);
        // libpq would write what the server remarks to standard error.
        PQsetNoticeProcessor(handle(*sql), [](void*, const char*) {}, nullptr);
        const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(statement_timeout);
        execute_script(*sql, set_up_ + std::to_string(timeout.count()));
        return sql;
    }

    Line line(soci::session& sql) const override { return Line(PQsocket(handle(sql))); }

    const char* begin(Access access) const noexcept override {
        // Writers lock what they read and change; a reader's statements see one state.
        return access == Access::write ? "BEGIN ISOLATION LEVEL READ COMMITTED"
                                       : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    }

    void lock(soci::session& sql, const std::string& key) const override {
        sql << "SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))", soci::use(key, "key");
    }

    void execute_script(soci::session& sql, const std::string& script) const override {
        // Past SOCI, which would take a colon for the beginning of a parameter's name.
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(handle(sql), script.c_str()), &PQclear);
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return;
        const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
        throw soci::postgresql_soci_error(PQerrorMessage(handle(sql)), state ? state : k_connection_failed);
    }

    std::string_view script_of(const Migration& migration) const noexcept override { return migration.postgresql; }

    Trouble judge(const soci::soci_error& error) const override {
        const auto* told = dynamic_cast<const soci::postgresql_soci_error*>(&error);
        const std::string state = told ? told->sqlstate() : std::string();
        constexpr std::array k_conflicts{"40001", "40P01", "55P03"};  // serialisation, deadlock, a lock's timeout
        if (std::find(k_conflicts.begin(), k_conflicts.end(), state) != k_conflicts.end()) return Trouble::conflict;
        // Connection errors, shutdowns, and a server that has become a standby.
        if (state.starts_with("08") || state.starts_with("57P") || state == "25006") return Trouble::lost;
        return Trouble::failed;
    }

private:
    static PGconn* handle(soci::session& sql) {
        return static_cast<soci::postgresql_session_backend*>(sql.get_backend())->conn_;
    }

    const std::string settings_;  ///< as libpq's `keyword='value'` list
    const std::string set_up_;    ///< all but the last value
};

}  // namespace

base::Result<std::unique_ptr<Backend>> make_postgresql_backend(const DatabaseOptions& options) {
    char* complaint = nullptr;
    const ConnectionSettings parsed(PQconninfoParse(options.url.c_str(), &complaint), &PQconninfoFree);
    PQfreemem(complaint);  // it repeats the URL, which may hold a password
    if (!parsed || options.url.find('\0') != std::string::npos) {
        return base::Error{
            base::Errc::invalid_value,
            "the store's URL must be postgresql://[USER[:PASSWORD]@][HOST][:PORT][/DATABASE][?NAME=VALUE&...]",
            {},
            {}};
    }
    std::string settings;
    for (const PQconninfoOption* option = parsed.get(); option->keyword; ++option) {
        const auto* standard = std::find_if(k_defaults.begin(), k_defaults.end(), [&](const auto& entry) {
            return std::string_view(entry.first) == option->keyword;
        });
        if (option->val) {
            append_setting(settings, option->keyword, option->val);
        } else if (standard != k_defaults.end()) {
            append_setting(settings, standard->first, standard->second);
        }
    }
    return std::unique_ptr<Backend>(std::make_unique<PostgresqlBackend>(std::move(settings), options.lock_timeout));
}

}  // namespace earshot::store
