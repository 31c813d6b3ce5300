#pragma once

#include "earshot/session/client_machine.hpp"
#include "earshot/session/conversation_machine.hpp"
#include "earshot/session/replay_budget.hpp"

#include "counting_ids.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::support {

/// Limits and a scorer of a CoreWorld; what a test does not set is as in the server.
struct CoreOptions {
    session::SocketLimits socket{};
    session::ConversationLimits conversation{};
    session::ScorerInfo scorer{};
    std::shared_ptr<const session::StoredTrackers> stored = nullptr;  ///< the account's; null: they cannot be had
};

/// Sockets and conversations without a transport: what a server's thread does with the machines, with time as the test
/// passes it. Frames are "written" at once unless their client does not read.
class CoreWorld {
public:
    explicit CoreWorld(CoreOptions options = {});
    ~CoreWorld();

    /// A new socket on the conversation with this connection id; sockets count from 0.
    std::size_t connect(const std::string& connection_id = "call");

    /// A new socket that only listens.
    std::size_t subscribe(const std::string& connection_id, const session::Subscription& subscription = {});

    // What the client does.
    void send(std::size_t socket, std::string_view text);
    void send_binary(std::size_t socket, std::size_t bytes);
    void lose(std::size_t socket);
    void set_reading(std::size_t socket, bool is_reading);

    // What the server's surroundings do.
    void refuse(std::size_t socket, base::Errc code);
    void shut_down();
    void store(std::shared_ptr<const session::StoredTrackers> stored);         ///< null: they cannot be had
    void store_untold(std::shared_ptr<const session::StoredTrackers> stored);  ///< conversations do not hear of it yet
    void fill_pool(bool is_full);               ///< where there is no room, what is to be compiled fails
    void hold_compiling(bool is_held);          ///< answers to Compile wait; released in their order
    void release_compiling(std::size_t index);  ///< one of those that wait, from the oldest on; none if there is none
    std::size_t held_compiling() const { return held_.size(); }
    std::size_t compilings() const { return compilings_; }  ///< that were asked for
    void score(std::uint64_t ticket, std::vector<detect::Verdict> verdicts);
    void refuse_to_score(std::uint64_t ticket);

    /// All lists that were to be made ready for the tiers that take time are.
    void make_ready();

    /// Time passes; each deadline on the way is met in time.
    void advance(base::Duration time);

    /// The frames that the client has read since the last call.
    std::vector<std::string> take_frames(std::size_t socket);
    std::optional<std::string> take_frame(std::size_t socket);

    /// The close that ended the socket, once.
    std::optional<session::Close> take_close(std::size_t socket);

    bool is_closed(std::size_t socket) const;
    session::ClientMachine& machine(std::size_t socket);
    std::size_t conversations() const { return conversations_.size(); }
    std::size_t sockets() const { return sockets_.size(); }
    const std::vector<session::Score>& scores() const { return scores_; }

    /// What was to be kept of all conversations, in its order.
    const std::vector<detect::ConversationChange>& kept() const { return kept_; }
    base::Now now() const { return now_; }

private:
    struct Socket {
        std::string connection_id;
        std::unique_ptr<session::ClientMachine> machine;
        bool is_reading = true;
        std::optional<session::Subscription> waiting;  ///< for a conversation
        std::deque<std::string> frames;
        std::optional<session::Close> close;
    };

    void settle();
    bool perform_socket(std::size_t index);
    bool perform_conversation(const std::string& connection_id);
    void take(std::size_t index, session::SocketAction& action);
    void take(const std::string& connection_id, session::ConversationAction& action);
    /// What was asked, and what was stored then.
    struct Held {
        std::string connection_id;
        session::Compile compile;
        std::shared_ptr<const session::StoredTrackers> stored;
    };
    void compile(const Held& held);
    session::ConversationMachine& conversation(const std::string& connection_id);
    void write(Socket& socket);

    CoreOptions options_;
    base::Now now_{base::MonotonicTime(std::chrono::hours(1)),
                   base::WallTime(std::chrono::milliseconds(1'777'863'721'000))};
    detect::LanguageTools tools_;
    CountingIds ids_;
    proto::ClientCodec codec_;
    session::ReplayBudget replay_{std::size_t{1} << 40};
    std::vector<Socket> sockets_;
    std::map<std::string, std::unique_ptr<session::ConversationMachine>> conversations_;
    bool compiling_is_held_ = false;
    bool pool_is_full_ = false;
    std::size_t compilings_ = 0;
    std::vector<Held> held_;
    std::vector<session::Score> scores_;
    std::vector<detect::ConversationChange> kept_;
    std::vector<std::shared_ptr<const detect::TrackerList>> unready_;
};

}  // namespace earshot::support
