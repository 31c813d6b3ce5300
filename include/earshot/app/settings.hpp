#pragma once

#include "earshot/app/logging.hpp"
#include "earshot/base/time.hpp"
#include "earshot/proto/management_codec.hpp"
#include "earshot/session/limits.hpp"
#include "earshot/store/sql_tracker_store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace earshot::app {

/// Where to listen: an address or host name (IPv6 without its brackets) and a port, 0 for a free one.
struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Reads "HOST:PORT", with an IPv6 address in brackets; none if it is malformed.
std::optional<Endpoint> parse_endpoint(std::string_view text);
std::string to_string(const Endpoint& endpoint);

/// What bounds the server itself, before a session begins.
struct TransportLimits {
    std::size_t sockets = 20'000;
    std::size_t frame_bytes = 4 * 1024 * 1024;  ///< of any WebSocket message; beyond it the socket is closed
    std::size_t request_header_bytes = 128 * 1024;
    std::size_t management_body_bytes = 1024 * 1024;
    std::size_t import_body_bytes = 16 * 1024 * 1024;
    std::size_t process_body_bytes = 16 * 1024 * 1024;
    std::size_t connection_id_bytes = 256;
    std::size_t replay_bytes = 256 * 1024 * 1024;  ///< of all conversations together
    std::size_t compute_tasks = 1024;              ///< that wait for a compute thread
    base::Duration handshake = std::chrono::seconds(10);
    base::Duration transfer = std::chrono::seconds(60);  ///< of a request's body, and of an answer
    base::Duration answer = std::chrono::seconds(30);    ///< for a request to be answered
    base::Duration keep_alive = std::chrono::seconds(75);
    base::Duration refusal_delay = std::chrono::seconds(1);  ///< before a 401
};

/// All that an operator may decide. A default-constructed one holds the defaults; the table in
/// src/app/settings_table.cpp gives each field its key, its range and its comment.
struct Settings {
    Endpoint listen{"127.0.0.1", 8080};
    std::size_t io_threads = 0;       ///< 0: see io_thread_count
    std::size_t compute_threads = 0;  ///< 0: see compute_thread_count
    base::Duration shutdown_grace = std::chrono::seconds(20);

    struct Data {
        std::string directory = "data";
    } data;

    struct Tls {
        std::string certificate;  ///< path; empty, as `key`: no TLS
        std::string key;          ///< path
    } tls;

    LogSettings log;

    struct Auth {
        std::chrono::seconds token_life = std::chrono::hours(24);
        std::string apps_file;                ///< empty: no credentials are needed
        std::size_t secret_checks = 16;       ///< that may wait for their turn
        std::size_t slowed_addresses = 4096;  ///< whose failures are remembered; 0: nobody is slowed
    } auth;

    struct Manage {
        std::size_t trackers = 500;                          ///< of an account, where its app says nothing else
        std::size_t account_bytes = store::k_account_bytes;  ///< that an account's trackers may take together
        bool serial_writes = true;  ///< whether a second change of an account at the same time is refused
        proto::Punctuation vocabulary_punctuation = proto::Punctuation::any;
    } manage;

    struct Store {
        std::string url = "sqlite:data/earshot.db";
        std::size_t threads = 2;
        std::size_t queue = 1024;  ///< operations that may wait for a thread
        std::uint64_t spool_bytes = 1024ULL * 1024 * 1024;
        std::size_t retention_days = 0;  ///< of conversations; 0: for ever
    } store;

    struct Jobs {
        std::size_t threads = 0;          ///< 0: see job_thread_count
        std::size_t of_account = 1000;    ///< that are not done
        std::size_t retention_days = 30;  ///< of jobs that are done
    } jobs;

    struct Webhooks {
        bool allow_private = false;  ///< they may lead into networks that are not public
        std::string secret_file;     ///< path; empty: they are not signed
    } webhooks;

    struct Semantic {
        enum class Stages : std::uint8_t {
            all,
            static_table,  ///< without the model: cheaper, and hears less
        };
        std::string model = "models/all-MiniLM-L6-v2";  ///< folder; empty: the tier is absent
        Stages stages = Stages::all;
        std::size_t encoder_threads = 1;
        std::size_t encoder_queue = 64;  ///< windows that wait for the encoder
        std::size_t queue = 4096;        ///< utterances that wait to be scored
        std::size_t cache_bytes = 32 * 1024 * 1024;
        std::uint64_t stored_bytes = 1024ULL * 1024 * 1024;
        bool encode_open = false;
    } semantic;

    TransportLimits transport;
    session::SocketLimits socket;
    session::ConversationLimits conversation;
};

/// As set, or one less than `cores`; at least 1.
std::size_t io_thread_count(const Settings& settings, std::size_t cores) noexcept;
/// As set, or half of `cores`; at least 1.
std::size_t compute_thread_count(const Settings& settings, std::size_t cores) noexcept;

/// As set, or as many as `cores`; at least 2, since those that wait for the scorer leave the processor to others.
std::size_t job_thread_count(const Settings& settings, std::size_t cores) noexcept;

/// A text that stands for a setting: a variable and its content, or a key and what its flag gave.
struct NamedValue {
    std::string name;
    std::string value;
    friend bool operator==(const NamedValue&, const NamedValue&) = default;
};

/// Everything that settings are read from.
struct SettingsSources {
    std::string file_name;  ///< for messages
    std::string file_text;  ///< YAML; empty: no file
    std::vector<NamedValue> environment;
    std::vector<NamedValue> flags;
};

/// One thing that is wrong.
struct SettingsProblem {
    std::string where;    ///< "configs/earshot.yaml:12", "EARSHOT_LISTEN" or "--listen"
    std::string message;  ///< for a person
    friend bool operator==(const SettingsProblem&, const SettingsProblem&) = default;
};

/// What was read. With problems, `settings` holds what could be read and must not be used to serve.
struct LoadedSettings {
    Settings settings;
    std::vector<SettingsProblem> problems;
};

/// Reads settings: a flag over the environment over the file over the default. Of two flags of one key the later holds.
/// Every unknown or repeated key and every bad value of every source is told, also where another source overrules it.
LoadedSettings load_settings(const SettingsSources& sources);

/// Those of `variables` ("NAME=value", ended by a null pointer, as the system gives them) that mean settings: all that
/// begin with EARSHOT_ but those that other programs define (see the source).
std::vector<NamedValue> settings_environment(const char* const* variables);

/// Gives `app` a flag for each setting (`--limits.trackers 5`, `--log.transcripts`). When `app` has parsed, `flags`
/// holds what was given, unknown flags too, so that load_settings tells them with all else. Both must outlive parsing.
/// Parsing throws CLI::ExtrasError where an argument is neither a flag nor the value of one.
void add_settings_flags(CLI::App& app, std::vector<NamedValue>& flags);

/// `settings` as a YAML file in which every key stands with its comment and range. Reading it gives `settings` again.
/// That of the defaults is configs/earshot.yaml.
std::string settings_document(const Settings& settings);

/// A setting, for documentation and tests.
struct SettingInfo {
    struct Range {
        double least = 0;
        double greatest = 0;
    };
    std::string key;             ///< such as "limits.trackers"
    std::string variable;        ///< such as "EARSHOT_LIMITS_TRACKERS"
    std::string comment;         ///< what it is for
    std::string type;            ///< what a value looks like, such as "a whole number"
    std::optional<Range> range;  ///< of a number; both ends are allowed
    std::string default_value;   ///< as text
};

/// All settings, in the order of the document.
std::vector<SettingInfo> setting_infos();

}  // namespace earshot::app
