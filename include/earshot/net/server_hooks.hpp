#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/ids.hpp"
#include "earshot/base/time.hpp"
#include "earshot/detect/tier.hpp"
#include "earshot/net/http_call.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace earshot::net {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

struct LogField {
    std::string_view key;
    std::string_view value;
};

/// What happened on one I/O thread since it last told.
struct Traffic {
    std::uint64_t chunks = 0;
    std::uint64_t utterances = 0;
    std::map<detect::Tier, std::uint64_t> confirmed_hits;
    std::uint64_t interim_dropped = 0;  ///< hypotheses' hits that slow clients were spared
    std::uint64_t limit_hits = 0;
    std::uint64_t errors = 0;  ///< told to clients by sessions
    std::uint64_t slow_clients = 0;
    base::Duration longest_turn{};  ///< of a single input: what others on the thread had to wait for
};

/// How a session ended.
enum class SessionEnd : std::uint8_t {
    completed,  ///< closed by us with 1000 or by the client with a close frame
    lost,       ///< the connection broke, or the client broke the protocol
    cut,        ///< the client did not read or did not answer the close in time, or the grace of a shutdown was over
};

/// Who a valid token speaks for.
struct Caller {
    std::string account;
    std::optional<std::size_t> trackers = {};  ///< that the account may store; none: as ManagementOptions say
    std::optional<std::size_t> sessions = {};  ///< that the account may have at once; none: as many as the server takes
};

/// A request for a token.
struct TokenRequest {
    std::string body;
    std::string client;  ///< the address that it came from, without port
};

/// What the server asks of the application and tells it. The application implements it, and it outlives the server.
/// Every function is called on the server's I/O threads, several at once: they must be safe for that, must not block
/// and must not throw.
class ServerHooks {
public:
    virtual ~ServerHooks() = default;

    /// Whose request this is. `tokens`: all that the request carries, in any of the ways that clients have; any valid
    /// one suffices. `client`: the address it came from, without port. Errors: Errc::unauthorized (answered with 401);
    /// any other is told with 503.
    virtual base::Result<Caller> authenticate(std::span<const std::string> tokens, std::string_view client) = 0;

    /// Answers POST /oauth2/token:generate, later if need be.
    virtual void issue_token(TokenRequest request, HttpDone done) = 0;

    /// What GET /metrics shows, in Prometheus' text format.
    virtual std::string metrics_text() = 0;

    /// Whether the application can take calls; the server itself adds that it is not shutting down.
    virtual bool is_ready() = 0;

    /// Ids for one I/O thread. Called once a thread, before it runs.
    virtual std::unique_ptr<base::IdSource> make_ids() = 0;

    /// At most every 100 ms from each thread, if something happened, and once at the end.
    virtual void on_traffic(const Traffic& traffic) = 0;
    virtual void on_session_opened() = 0;
    virtual void on_session_closed(SessionEnd end) = 0;
    /// A session or request was turned away by the server: `draining`, `conversation_busy`, `unauthorized`.
    virtual void on_refused(base::Errc code) = 0;
    /// `route`: the name of the route, "none" for an unknown path. A WebSocket upgrade has status 101. `took`: from the
    /// request's header to its answer, which may be told later than that; none for an upgrade.
    virtual void on_http_request(std::string_view route, unsigned status, std::optional<base::Duration> took) = 0;
    /// A list of trackers was compiled (not: found in the cache).
    virtual void on_compiled(std::size_t phrases, base::Duration took) = 0;

    virtual void log(LogLevel level, std::string_view message, std::span<const LogField> fields) = 0;
};

}  // namespace earshot::net
