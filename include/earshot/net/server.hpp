#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/net/compute_pool.hpp"
#include "earshot/net/conversation_keeper.hpp"
#include "earshot/net/job_desk.hpp"
#include "earshot/net/scorer.hpp"
#include "earshot/net/server_hooks.hpp"
#include "earshot/proto/management_codec.hpp"
#include "earshot/proto/process_codec.hpp"
#include "earshot/session/conversation_machine.hpp"
#include "earshot/session/limits.hpp"
#include "earshot/store/conversation_store.hpp"
#include "earshot/store/tracker_store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace earshot::net {

/// What bounds HTTP and the opening of sockets.
struct HttpLimits {
    std::size_t header_bytes = 128 * 1024;  ///< request line and headers; trackers may stand in a query
    std::size_t body_bytes = 1024 * 1024;
    std::size_t import_bytes = 16 * 1024 * 1024;  ///< of a body that is all trackers of an account
    std::size_t connection_id_bytes = 256;        ///< decoded
    base::Duration handshake =
        std::chrono::seconds(10);  ///< for a request's header, from its first byte; of the first
                                   ///< request and of a WebSocket's handshake: from the connection
    base::Duration transfer = std::chrono::seconds(60);    ///< for a request's body to come, and an answer to be taken
    std::size_t process_bytes = 16 * 1024 * 1024;          ///< of a body with the text of a call
    base::Duration answer = std::chrono::seconds(30);      ///< for a request to be answered; after it: 503
    base::Duration refusal_delay{};                        ///< before a 401 is told: some clients ask again at once
    base::Duration keep_alive = std::chrono::seconds(75);  ///< silence between two requests of a connection
    friend bool operator==(const HttpLimits&, const HttpLimits&) = default;
};

/// What bounds a socket's transport.
struct WsLimits {
    std::size_t frame_bytes = 4 * 1024 * 1024;               ///< of any message; beyond it the socket closes with 1009
    base::Duration close_timeout = std::chrono::seconds(1);  ///< for a client to read and answer our close frame
    friend bool operator==(const WsLimits&, const WsLimits&) = default;
};

/// The files of a port that speaks TLS. They are read again when they have changed; new connections get what is new.
struct TlsFiles {
    std::string certificate;                         ///< path: PEM, the server's own first, then the chain
    std::string key;                                 ///< path: PEM, without a password
    base::Duration check = std::chrono::seconds(2);  ///< how often the files are looked at
    friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

/// What the management API of stored trackers keeps to. Bodies are bounded by HttpLimits, what is in them by the limits
/// of sessions.
struct ManagementOptions {
    std::size_t trackers = 500;  ///< of an account, where its own limit is not told
    bool serial_writes = true;   ///< of an account's requests that create or change trackers, one at a time
    proto::Punctuation punctuation = proto::Punctuation::any;
    friend bool operator==(const ManagementOptions&, const ManagementOptions&) = default;
};

struct ServerOptions {
    std::string host = "127.0.0.1";  ///< an address or a name, of which the first address is taken
    std::uint16_t port = 8080;       ///< 0: any that is free
    std::optional<TlsFiles> tls;     ///< with it, the port speaks TLS and nothing else
    std::size_t io_threads = 1;
    int backlog = 4096;
    std::size_t max_sockets = 20'000;  ///< sessions at once; one more is told `too_many`
    HttpLimits http;
    WsLimits ws;
    session::SocketLimits socket;
    session::ConversationLimits conversation;
    session::ScorerInfo scorer;
    ManagementOptions management;
    bool allow_private_webhooks = false;                       ///< webhooks may lead into networks that are not public
    std::size_t replay_bytes = 256 * 1024 * 1024;              ///< of all conversations' final responses together
    base::Duration shutdown_grace = std::chrono::seconds(10);  ///< for sessions to end after request_stop

    /// Connections beyond max_sockets that may be open: for requests, and for sessions that are told that there is no
    /// room.
    static constexpr std::size_t k_spare_connections = 1024;

    friend bool operator==(const ServerOptions&, const ServerOptions&) = default;
};

/// What requests of the asynchronous API keep to.
proto::ProcessRules process_rules(const ServerOptions& options);

/// Where a server keeps what outlives it.
struct Stores {
    store::TrackerStore* trackers = nullptr;            ///< null: the management API answers 404
    store::ConversationStore* conversations = nullptr;  ///< null: the conversation API answers 404
    ConversationKeeper* keeper = nullptr;  ///< writes live conversations there; null: no word of them is kept
    JobDesk* jobs =
        nullptr;  ///< does what is to be done after the call, in `conversations`; null: that API answers 404
};

/// The server: HTTP/1.1 and WebSocket on one port, a thread for each of `io_threads`.
class Server {
public:
    /// `hooks`, `pool`, `scorer` (null: nothing is scored) and `stores` outlive the server; the stores also outlive the
    /// pool's tasks, which call them.
    Server(ServerOptions options, ServerHooks& hooks, ComputePool& pool, Scorer* scorer, const Stores& stores = {});

    /// Stops and waits.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens and starts the threads; once. Returns the port. Errors: Errc::invalid_value (no such host, or
    /// a file of TLS that is not usable), Errc::io_failed (it cannot be listened on).
    base::Result<std::uint16_t> start();

    /// Begins the shutdown: no new connection, sessions are told what is due and closed with 1000. Returns at once. Any
    /// thread, any number of times; not from inside a signal handler.
    void request_stop();

    /// Waits until the server has stopped, which needs request_stop. Not from the server's own threads.
    void wait();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::net
