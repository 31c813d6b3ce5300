#pragma once

#include "earshot/net/server.hpp"

#include "support/net/clients.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace earshot::testing {

/// An application that counts what it is told. Any thread.
class RecordingHooks : public net::ServerHooks {
public:
    /// Empty: any token is taken, and none. Set before the server starts.
    std::string valid_token;

    /// Has `answer` answer requests for tokens; it may keep what it is given.
    void answer_tokens(std::function<void(net::TokenRequest, net::HttpDone)> answer);

    std::size_t account_trackers = 500;  ///< that the one account may store

    base::Result<net::Caller> authenticate(std::span<const std::string> tokens, std::string_view client) override;
    void issue_token(net::TokenRequest request, net::HttpDone done) override;
    std::string metrics_text() override { return "earshot_test 1\n"; }
    bool is_ready() override { return true; }
    std::unique_ptr<base::IdSource> make_ids() override;
    void on_traffic(const net::Traffic& traffic) override;
    void on_session_opened() override;
    void on_session_closed(net::SessionEnd end) override;
    void on_refused(base::Errc code) override;
    void on_http_request(std::string_view route, unsigned status, std::optional<base::Duration> took) override;
    void on_compiled(std::size_t phrases, base::Duration took) override;
    void log(net::LogLevel level, std::string_view message, std::span<const net::LogField> fields) override;

    struct Counts {
        net::Traffic traffic;
        int opened = 0;
        std::map<net::SessionEnd, int> closed;
        std::map<base::Errc, int> refused;
        std::map<std::pair<std::string, unsigned>, int> requests;
        std::vector<base::Duration> request_times;  ///< of those that were no upgrades
        int compiled = 0;
        int warnings = 0;
        std::vector<std::string> warned;  ///< their texts: "what happened key=value key=value"
    };
    Counts counts() const;

    /// Waits until `reached(counts)`; false if that takes too long.
    template <typename Reached>
    bool wait_for(const Reached& reached) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return reached(counts_); });
    }

private:
    template <typename Change>
    void change(const Change& change_them) {
        const std::lock_guard lock(mutex_);
        change_them(counts_);
        changed_.notify_all();
    }

    mutable std::mutex mutex_;
    std::function<void(net::TokenRequest, net::HttpDone)> answer_token_;
    std::condition_variable changed_;
    Counts counts_;
};

/// The same for a server on a free port of the loopback. Over TLS it has the files that they give, or
/// any_certificate().
net::ServerOptions on_loopback(net::ServerOptions options, Transport transport);

/// A server on a free port of the loopback, stopped at the end.
class TestServer {
public:
    /// `store` (null: nothing is stored) outlives it.
    explicit TestServer(net::ServerOptions options = {}, std::string valid_token = {},
                        Transport transport = Transport::plain, store::TrackerStore* store = nullptr)
        : TestServer(std::move(options), std::move(valid_token), transport, net::Stores{.trackers = store}) {}

    /// What `stores` names outlives it.
    TestServer(net::ServerOptions options, std::string valid_token, Transport transport, const net::Stores& stores);

    Port port() const noexcept { return port_; }
    RecordingHooks& hooks() noexcept { return hooks_; }
    net::Server& server() noexcept { return server_; }
    net::ComputePool& pool() noexcept { return pool_; }  ///< of one thread

private:
    RecordingHooks hooks_;
    net::ComputePool pool_{1, 64};
    net::Server server_;
    Port port_;
};

/// A start message whose trackers are `trackers` (JSON), whose config holds `config` and which itself holds `more`
/// (JSON members). Each may be empty.
std::string start_message(std::string_view trackers = {}, std::string_view config = {}, std::string_view more = {});

/// A final transcript chunk.
std::string final_chunk(std::string_view text);

/// Tells the messages' kinds: "message/<type of it>" for platform messages, the type for others.
std::vector<std::string> kinds(const std::vector<std::string>& messages);
std::string kind(const std::string& message);

}  // namespace earshot::testing
