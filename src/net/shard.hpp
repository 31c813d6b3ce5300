#pragma once

#include "earshot/base/ids.hpp"
#include "earshot/base/time.hpp"
#include "earshot/detect/language_tools.hpp"
#include "earshot/net/server.hpp"
#include "earshot/proto/client_codec.hpp"

#include "account_sessions.hpp"
#include "backlog.hpp"
#include "buffer_pool.hpp"
#include "compile_service.hpp"
#include "conversation_hub.hpp"
#include "directory.hpp"
#include "peer.hpp"
#include "rest/conversations.hpp"
#include "rest/management.hpp"
#include "rest/processing.hpp"
#include "store_failures.hpp"
#include "stored_tracker_cache.hpp"
#include "swept.hpp"
#include "tracker_jobs.hpp"
#include "watched_accounts.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace earshot::net {

/// What the threads of a server share. Nothing in it changes but what guards itself.
struct ServerShared {
    ServerShared(ServerOptions options_given, ServerHooks& hooks_given, ComputePool& pool, Scorer* scorer_given,
                 const Stores& stores = {})
        : options(std::move(options_given)),
          hooks(hooks_given),
          scorer(scorer_given),
          keeper(stores.keeper),
          replay(options.replay_bytes),
          compiler(options.conversation.patterns, hooks_given),
          read_failures(std::make_shared<StoreFailures>(hooks_given, "stored trackers could not be read")),
          request_failures(std::make_shared<StoreFailures>(hooks_given, "the store failed a request")),
          stored(std::make_shared<StoredTrackerCache>(
              stores.trackers, [failures = read_failures](const base::Error& error) { failures->tell(error); })),
          tracker_jobs(compiler, pool, *stored),
          management(stores.trackers ? std::make_shared<Management>(options, *stores.trackers, pool, request_failures)
                                     : nullptr),
          conversations(stores.conversations
                            ? std::make_shared<Conversations>(*stores.conversations, keeper, request_failures)
                            : nullptr),
          processing(stores.jobs && conversations
                         ? std::make_shared<Processing>(options, *stores.jobs, pool, conversations, hooks.make_ids())
                         : nullptr) {}

    const ServerOptions options;
    ServerHooks& hooks;
    Scorer* const scorer;
    ConversationKeeper* const keeper;  ///< null: no conversation is kept
    Directory directory;
    WatchedAccounts watched;
    std::vector<Shard*> shards;  ///< all; set before the first one runs, and not changed then
    session::ReplayBudget replay;
    CompileService compiler;
    const std::shared_ptr<StoreFailures> read_failures;  ///< these two: what the store still answers keeps them
    const std::shared_ptr<StoreFailures> request_failures;
    const std::shared_ptr<StoredTrackerCache> stored;  ///< its calls under way keep it
    TrackerJobs tracker_jobs;
    const std::shared_ptr<Management> management;        ///< null: no trackers are stored
    const std::shared_ptr<Conversations> conversations;  ///< null: no conversations are
    const std::shared_ptr<Processing> processing;        ///< null: nothing is done after the call
    std::atomic<bool> is_draining = false;
    std::atomic<std::size_t> connections = 0;  ///< of all kinds
    std::atomic<std::size_t> sessions = 0;
    AccountSessions account_sessions;
};

/// A connection's part in ServerShared::connections, from its acceptance to its end, whoever has it meanwhile. Any
/// thread.
class CountedConnection {
public:
    /// `server` outlives it.
    explicit CountedConnection(ServerShared& server) : server_(&server) { ++server.connections; }
    CountedConnection(CountedConnection&& other) noexcept : server_(std::exchange(other.server_, nullptr)) {}
    CountedConnection& operator=(CountedConnection&&) = delete;
    ~CountedConnection() {
        if (server_) --server_->connections;
    }

private:
    ServerShared* server_;  // null: another one counts
};

/// All that belongs to one I/O thread: its loop, its connections and conversations, and the tools they use in turn.
/// What is not said to be for any thread is for this one alone.
class Shard : public std::enable_shared_from_this<Shard> {
public:
    using Executor = boost::asio::io_context::executor_type;

    Shard(std::size_t index, ServerShared& server);
    ~Shard();

    /// Runs the loop until the server has drained. What an event throws ends that event alone and is logged.
    void run();

    // ---- Any thread

    /// Has `act` called on this thread. Those that one thread posts are called in their order. An input that the
    /// calling thread deals with is not dealt with before `act` was called.
    template <typename Act>
    void post(Act act) {
        boost::asio::post(context_, [act = std::move(act), item = Backlog::dealt_with()]() mutable {
            const Backlog::Dealing dealing(std::move(item));
            act();
        });
    }

    boost::asio::io_context& context() noexcept { return context_; }
    ServerShared& server() noexcept { return server_; }

    // ---- This thread

    /// Deals with one input and all that follows from it on this thread. What is told to sockets is written at its end.
    template <typename Input>
    void turn(const Input& input) {
        if (is_in_turn_) {
            input();
            return;
        }
        const TurnGuard guard(*this);
        input();
        settle();
    }

    /// When this turn began.
    const base::Now& now() const noexcept { return now_; }

    void add(Peer& peer);
    void remove(Peer& peer) noexcept;
    Peer* find(session::SocketId socket) noexcept;

    /// `peer` has something to do at the end of the turn.
    void mark(Peer& peer) { marked_.push_back(&peer); }

    session::SocketId next_socket_id() noexcept { return first_socket_id_ + ++last_socket_; }
    SweptList& connections() noexcept { return connections_; }
    ConversationHub& hub() noexcept { return hub_; }
    proto::ClientCodec& codec() noexcept { return codec_; }
    detect::LanguageTools& tools() noexcept { return tools_; }
    base::IdSource& ids() noexcept { return *ids_; }
    BufferPool& buffers() noexcept { return buffers_; }
    std::vector<session::SocketAction>& socket_actions() noexcept { return socket_actions_; }
    Traffic& traffic() noexcept { return traffic_; }

    /// Where bytes are read that nobody wants.
    std::array<char, 16 * 1024>& sink() noexcept { return sink_; }

    /// Begins the shutdown of this thread's connections.
    void drain();

private:
    class TurnGuard {
    public:
        explicit TurnGuard(Shard& shard);
        ~TurnGuard();

    private:
        Shard& shard_;
    };

    void settle();
    void wait_for_sweep();
    void sweep();
    void tell_traffic();
    bool is_drained(base::MonotonicTime now);

    ServerShared& server_;
    boost::asio::io_context context_{1};
    std::optional<boost::asio::executor_work_guard<Executor>> work_;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      Executor>
        timer_{context_};
    proto::ClientCodec codec_;
    detect::LanguageTools tools_;
    std::unique_ptr<base::IdSource> ids_;
    BufferPool buffers_;
    std::array<char, 16 * 1024> sink_{};

    const bool is_first_;  // does what one of the shards has to
    const session::SocketId first_socket_id_;
    session::SocketId last_socket_ = 0;
    std::unordered_map<session::SocketId, Peer*> peers_;
    SweptList connections_;
    ConversationHub hub_{*this};

    base::Now now_;
    bool is_in_turn_ = false;
    std::vector<Peer*> marked_;  // null: gone since
    std::vector<session::SocketAction> socket_actions_;
    Traffic traffic_;
    std::optional<base::MonotonicTime> cut_at_;  // while draining
};

}  // namespace earshot::net
