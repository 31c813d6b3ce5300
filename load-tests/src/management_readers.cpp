#include "management_readers.hpp"

#include "earshot/net/client_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json.hpp>

#include <ctime>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::load {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
using base::MonotonicTime;
using boost::system::error_code;
using tcp = asio::ip::tcp;
constexpr auto k_with_error = asio::as_tuple(asio::use_awaitable);

constexpr auto k_patience = std::chrono::seconds(30);
constexpr std::uint64_t k_longest_answer = 256 * 1024 * 1024;
constexpr std::string_view k_list_path = "/v1/manage/trackers";

double thread_cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

MonotonicTime now() {
    return std::chrono::steady_clock::now();
}

/// What can be read, and what it was answered first.
struct Target {
    std::string request;
    std::optional<std::string> body;
};

struct Answer {
    std::string trouble;  ///< empty: it was answered with 200
    std::string body;
};

/// A connection that is kept alive.
class Connection {
public:
    Connection(asio::io_context& context, asio::ssl::context& tls, const app::WsUrl& url)
        : resolver_(context), stream_(context), tls_(tls), url_(url) {}

    bool is_open() const { return is_open_; }

    /// Empty: it is open.
    asio::awaitable<std::string> open() {
        socket().expires_after(k_patience);
        auto [error, found] = co_await resolver_.async_resolve(url_.host, url_.port, k_with_error);
        if (!error) std::tie(error, std::ignore) = co_await socket().async_connect(found, k_with_error);
        if (error) co_return "cannot connect: " + error.message();
        socket().socket().set_option(tcp::no_delay(true), error);
        if (url_.tls) {
            auto& tls = stream_.use_tls(tls_);
            std::tie(error) = co_await tls.async_handshake(asio::ssl::stream_base::client, k_with_error);
            if (error) co_return "the server's TLS is not trusted or not spoken: " + error.message();
        }
        is_open_ = true;
        co_return std::string();
    }

    asio::awaitable<Answer> ask(const std::string& request) {
        socket().expires_after(k_patience);
        http::response_parser<http::string_body> parser;
        parser.body_limit(k_longest_answer);
        auto [error, size] = co_await asio::async_write(stream_, asio::buffer(request), k_with_error);
        if (!error) std::tie(error, size) = co_await http::async_read(stream_, buffer_, parser, k_with_error);
        is_open_ = !error && parser.keep_alive();
        Answer answer;
        if (error) {
            answer.trouble = "no answer: " + error.message();
            co_return answer;
        }
        if (parser.get().result_int() != 200) {
            answer.trouble = "answered with " + std::to_string(parser.get().result_int());
        }
        answer.body = std::move(parser.get().body());
        co_return answer;
    }

private:
    beast::tcp_stream& socket() { return stream_.next_layer(); }

    tcp::resolver resolver_;
    net::ClientStream<beast::tcp_stream> stream_;
    asio::ssl::context& tls_;
    const app::WsUrl& url_;
    beast::flat_buffer buffer_;
    bool is_open_ = false;
};

}  // namespace

class ManagementReaders::Impl {
public:
    explicit Impl(Settings settings) : settings_(std::move(settings)) {
        error_code ignored;  // without certificates to trust, the handshake fails and says so
        if (!settings_.insecure) tls_.set_default_verify_paths(ignored);
        tls_.set_verify_mode(settings_.insecure ? asio::ssl::verify_none : asio::ssl::verify_peer);
        asio::co_spawn(context_, read_all(), asio::detached);
        thread_ = std::jthread([this] {
            context_.run();
            counts_.cpu_seconds = thread_cpu_seconds();
        });
    }

    ManagementCounts stop() {
        context_.stop();
        if (thread_.joinable()) thread_.join();
        return std::move(counts_);
    }

private:
    /// Learns what is there, then lets the readers begin.
    asio::awaitable<void> read_all() {
        Connection connection(context_, tls_, settings_.url);
        targets_.push_back({request_for(std::string(k_list_path)), {}});
        Answer answer;
        answer.trouble = co_await connection.open();
        if (answer.trouble.empty()) answer = co_await connection.ask(targets_.front().request);
        if (answer.trouble.empty()) answer.trouble = add_targets(answer.body);
        if (!answer.trouble.empty()) {
            fail(answer.trouble);
            co_return;
        }
        targets_.front().body = std::move(answer.body);
        for (std::size_t i = 0; i < settings_.connections; ++i) {
            asio::co_spawn(context_, read_in_turn(), asio::detached);
        }
    }

    std::string add_targets(const std::string& list) {
        try {
            const json::value parsed = json::parse(list);
            for (const json::value& tracker : parsed.at("trackers").as_array()) {
                targets_.push_back(
                    {request_for("/v1/manage/tracker/" + std::string(tracker.at("id").as_string())), {}});
            }
        } catch (const std::exception& problem) {
            return "the list of trackers is none: " + std::string(problem.what());
        }
        return targets_.size() > 1 ? "" : "no trackers are stored";
    }

    asio::awaitable<void> read_in_turn() {
        std::optional<Connection> connection;
        while (next_ < settings_.reads) {
            const std::size_t number = next_++;
            const MonotonicTime due = due_of(number);
            if (due > now()) {
                asio::steady_timer timer(context_, due);
                co_await timer.async_wait(k_with_error);
            }
            if (!connection || !connection->is_open()) {
                connection.emplace(context_, tls_, settings_.url);
                ++counts_.connections;
                const std::string trouble = co_await connection->open();
                if (!trouble.empty()) {
                    fail(trouble);
                    continue;
                }
            }
            const MonotonicTime begin = settings_.per_second ? due : now();
            Target& target = target_of(number);
            Answer answer = co_await connection->ask(target.request);
            take(target, std::move(answer), begin);
        }
    }

    void take(Target& target, Answer answer, MonotonicTime begin) {
        const MonotonicTime end = now();
        counts_.seconds = base::to_seconds(end - settings_.begin);
        if (!answer.trouble.empty()) return fail(answer.trouble);
        if (!target.body) target.body = answer.body;
        if (*target.body != answer.body) return fail("answered with something else than before");
        ++counts_.answered;
        counts_.bytes += answer.body.size();
        counts_.took.record(end - begin);
    }

    void fail(const std::string& remark) {
        ++counts_.failed;
        constexpr std::size_t k_most = 20;
        if (counts_.remarks.size() < k_most || counts_.remarks.contains(remark)) ++counts_.remarks[remark];
    }

    MonotonicTime due_of(std::size_t number) const {
        if (!settings_.per_second) return settings_.begin;
        return settings_.begin + base::from_seconds(static_cast<double>(number) / *settings_.per_second);
    }

    Target& target_of(std::size_t number) {
        return number % 2 == 0 ? targets_.front() : targets_[1 + number / 2 % (targets_.size() - 1)];
    }

    std::string request_for(const std::string& path) const {
        const std::string token =
            settings_.access_token.empty() ? "" : "Authorization: Bearer " + settings_.access_token + "\r\n";
        return "GET " + path + " HTTP/1.1\r\nHost: " + settings_.url.host + "\r\n" + token + "\r\n";
    }

    const Settings settings_;
    ManagementCounts counts_;
    std::vector<Target> targets_;  // the list, then each tracker
    std::size_t next_ = 0;
    asio::ssl::context tls_{asio::ssl::context::tls_client};
    asio::io_context context_{1};  // what is under way when it goes uses all of the above
    std::jthread thread_;
};

ManagementReaders::ManagementReaders(Settings settings) {
    if (settings.reads > 0) impl_ = std::make_unique<Impl>(std::move(settings));
}

ManagementReaders::~ManagementReaders() {
    stop();
}

ManagementCounts ManagementReaders::stop() {
    return impl_ ? std::exchange(impl_, nullptr)->stop() : ManagementCounts();
}

}  // namespace earshot::load
