#include "earshot/net/server.hpp"

#include "http_session.hpp"
#include "shard.hpp"
#include "sockets.hpp"
#include "tls_certificate.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <array>
#include <netinet/tcp.h>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using base::Errc;

constexpr auto k_accept_pause = std::chrono::milliseconds(100);

// A peer that vanished without a word is noticed after two minutes.
constexpr int k_silence_seconds = 60;
constexpr int k_probe_seconds = 15;
constexpr int k_probes = 4;

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                         Shard::Executor>;

template <int level, int name>
using IntegerOption = asio::detail::socket_option::integer<level, name>;

void set_options(PlainSocket& socket) {
    error_code ignored;  // a connection without one of these is slower or longer-lived, not wrong
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    socket.set_option(IntegerOption<IPPROTO_TCP, TCP_KEEPIDLE>(k_silence_seconds), ignored);
    socket.set_option(IntegerOption<IPPROTO_TCP, TCP_KEEPINTVL>(k_probe_seconds), ignored);
    socket.set_option(IntegerOption<IPPROTO_TCP, TCP_KEEPCNT>(k_probes), ignored);
}

}  // namespace

proto::ProcessRules process_rules(const ServerOptions& options) {
    proto::ProcessRules rules;
    rules.limits = options.socket.messages;
    rules.text_bytes = options.http.process_bytes;
    rules.phrase_gap_seconds = options.conversation.phrase_gap_seconds;
    return rules;
}

class Server::Impl {
public:
    Impl(const ServerOptions& options, ServerHooks& hooks, ComputePool& pool, Scorer* scorer, const Stores& stores)
        : shared_(options, hooks, pool, scorer, stores) {
        const std::size_t threads = std::max<std::size_t>(shared_.options.io_threads, 1);
        for (std::size_t i = 0; i < threads; ++i) {
            shards_.push_back(std::make_shared<Shard>(i, shared_));
            shared_.shards.push_back(shards_.back().get());
        }
        acceptor_.emplace(shards_.front()->context());
        accept_timer_.emplace(shards_.front()->context());
        certificate_timer_.emplace(shards_.front()->context());
        if (shared_.options.tls) certificate_.emplace(*shared_.options.tls);
        shared_.stored->follow([this](const std::string& account, const StoredTrackerCache::Snapshot& snapshot) {
            shared_.tracker_jobs.on_stored(account, snapshot);
            for (const auto& shard : shards_) {
                shard->post([shard = shard.get(), account] { shard->turn([&] { shard->hub().on_stored(account); }); });
            }
        });
    }

    ~Impl() {
        shared_.stored->stop_following();
        if (shared_.conversations) shared_.conversations->close();
        shared_.read_failures->close();
        shared_.request_failures->close();
    }

    base::Result<std::uint16_t> start() {
        const auto endpoint = resolve();
        if (!endpoint) return endpoint.error();
        if (certificate_) {
            if (const auto loaded = certificate_->load(); !loaded) return loaded.error();
            watch_certificate();
        }
        error_code error;
        acceptor_->open(endpoint->protocol(), error);
        if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor_->bind(*endpoint, error);
        if (!error) acceptor_->listen(shared_.options.backlog, error);
        if (error) return base::Error{Errc::io_failed, "cannot listen: " + error.message(), {}, {}};
        const std::uint16_t port = acceptor_->local_endpoint().port();
        accept();
        for (const auto& shard : shards_) threads_.emplace_back([shard] { shard->run(); });
        return port;
    }

    void request_stop() {
        if (shared_.is_draining.exchange(true)) return;
        shards_.front()->post([this] {
            error_code ignored;  // nothing more is accepted in any case
            acceptor_->close(ignored);
            accept_timer_->cancel();
            certificate_timer_->cancel();
        });
        for (const auto& shard : shards_) {
            shard->post([shard = shard.get()] { shard->drain(); });
        }
    }

    void wait() {
        for (std::thread& thread : threads_) {
            if (thread.joinable()) thread.join();
        }
    }

private:
    base::Result<tcp::endpoint> resolve() {
        const std::string& host = shared_.options.host;
        error_code error;
        const asio::ip::address address = asio::ip::make_address(host, error);
        if (!error) return tcp::endpoint(address, shared_.options.port);
        asio::io_context context;
        const auto found = tcp::resolver(context).resolve(host, std::to_string(shared_.options.port), error);
        if (error || found.empty()) {
            return base::Error{Errc::invalid_value, "there is no host \"" + host + "\"", {}, {}};
        }
        return found.begin()->endpoint();
    }

    /// Each connection is made for the thread that it is going to live on.
    void accept() {
        Shard& shard = *shards_[next_shard_];
        acceptor_->async_accept(shard.context(), [this, &shard](error_code error, PlainSocket socket) {
            on_accepted(shard, error, std::move(socket));
        });
    }

    void on_accepted(Shard& shard, error_code error, PlainSocket socket) {
        if (shared_.is_draining) return;
        if (error && error != asio::error::connection_aborted) {
            // Out of descriptors, most likely: until some are free, asking again would not let this thread rest.
            accept_timer_->expires_after(k_accept_pause);
            accept_timer_->async_wait([this](error_code cancelled) {
                if (!cancelled && !shared_.is_draining) accept();
            });
            log_failure("cannot accept", error.message());
            return;
        }
        // First, so that whatever becomes of this connection, others come.
        if (!error) next_shard_ = (next_shard_ + 1) % shards_.size();
        accept();
        if (!error) hand_over(shard, std::move(socket));
    }

    void hand_over(Shard& shard, PlainSocket socket) {
        // Counted before looking: a thread that sees no connection while draining may then be sure that none comes.
        CountedConnection counted(shared_);
        const std::size_t most = shared_.options.max_sockets + ServerOptions::k_spare_connections;
        if (shared_.is_draining || shared_.connections > most) return;
        set_options(socket);
        if (certificate_) {
            shard.post([&shard, counted = std::move(counted), socket = std::move(socket),
                        context = certificate_->context()]() mutable {
                TlsSocket secured(std::move(socket), *context);
                std::make_shared<HttpSession<TlsSocket>>(shard, std::move(secured), std::move(counted))->run();
            });
        } else {
            shard.post([&shard, counted = std::move(counted), socket = std::move(socket)]() mutable {
                std::make_shared<HttpSession<PlainSocket>>(shard, std::move(socket), std::move(counted))->run();
            });
        }
    }

    void watch_certificate() {
        certificate_timer_->expires_after(shared_.options.tls->check);
        certificate_timer_->async_wait([this](error_code cancelled) {
            if (cancelled || shared_.is_draining) return;
            watch_certificate();  // first, so that whatever becomes of this look, others follow
            const auto refreshed = certificate_->refresh();
            if (!refreshed) {
                log_failure("the new certificate is not usable, the old one stays", refreshed.error().message);
            } else if (*refreshed) {
                shared_.hooks.log(LogLevel::info, "a new certificate is in force", {});
            }
        });
    }

    void log_failure(std::string_view what, const std::string& why) {
        const std::array fields{LogField{"error", why}};
        shared_.hooks.log(LogLevel::warning, what, fields);
    }

    ServerShared shared_;
    std::vector<std::shared_ptr<Shard>> shards_;
    std::optional<asio::basic_socket_acceptor<tcp, Shard::Executor>> acceptor_;  // on the first shard's thread
    std::optional<Timer> accept_timer_;                                          // this and what follows: likewise
    std::optional<Timer> certificate_timer_;
    std::optional<TlsCertificate> certificate_;  // of a port that speaks TLS
    std::size_t next_shard_ = 0;
    std::vector<std::thread> threads_;
};

Server::Server(ServerOptions options, ServerHooks& hooks, ComputePool& pool, Scorer* scorer, const Stores& stores) {
    if (!stores.keeper) options.conversation.can_keep = false;
    impl_ = std::make_unique<Impl>(options, hooks, pool, scorer, stores);
}

Server::~Server() {
    impl_->request_stop();
    impl_->wait();
}

base::Result<std::uint16_t> Server::start() {
    return impl_->start();
}

void Server::request_stop() {
    impl_->request_stop();
}

void Server::wait() {
    impl_->wait();
}

}  // namespace earshot::net
