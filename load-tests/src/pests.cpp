#include "pests.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>

#include <array>
#include <functional>
#include <random>

namespace earshot::load {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
constexpr auto k_with_error = asio::as_tuple(asio::use_awaitable);

constexpr auto k_between_connections = std::chrono::milliseconds(250);
constexpr auto k_garbage_patience = std::chrono::seconds(3);
constexpr auto k_between_deaf_chunks = std::chrono::milliseconds(20);
constexpr std::size_t k_deaf_chunk_bytes = 8 * 1024;
constexpr std::size_t k_deaf_queue_bytes = 1024 * 1024;
constexpr std::size_t k_huge = 10 * 1024 * 1024;

/// A client's WebSocket frame. Its mask is zero, so that the payload goes out as it is.
std::string frame(std::uint8_t first_byte, std::string_view payload, std::uint64_t claimed_length) {
    std::string bytes{static_cast<char>(first_byte)};
    if (claimed_length < 126) {
        bytes += static_cast<char>(0x80 | claimed_length);
    } else {
        bytes += static_cast<char>(0x80 | 127);
        for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(claimed_length >> shift & 0xFF);
    }
    bytes.append(4, '\0');
    return bytes.append(payload);
}

std::string text_frame(std::string_view payload) {
    return frame(0x81, payload, payload.size());
}

std::string handshake(const app::WsUrl& url) {
    return "GET " + url.target + " HTTP/1.1\r\nHost: " + url.host +
           "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
}

/// One way to be a nuisance: what is sent at once, and what after a handshake's answer.
struct Nuisance {
    std::string before;
    std::string after;
    bool shakes_hands = false;
};

Nuisance make_nuisance(std::size_t kind, const app::WsUrl& url, std::mt19937& random) {
    const auto noise = [&](std::size_t size) {
        std::string bytes(size, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random() & 0xFF);
        return bytes;
    };
    const std::string shake = handshake(url);
    switch (kind % 10) {
        case 0:
            return {shake.substr(0, shake.size() / 2), {}, false};
        case 1:
            return {noise(4096), {}, false};
        case 2: {
            std::string header = "GET " + url.target + " HTTP/1.1\r\nX-Long: ";
            return {header.append(1024 * 1024, 'a'), {}, false};
        }
        case 3:
            return {shake, noise(4096), true};
        case 4:
            return {shake, text_frame(std::string(k_huge, 'x')), true};
        case 5:
            return {shake, frame(0x82, "absurd", 1ULL << 62), true};
        case 6: {
            std::string broken;
            for (int i = 0; i < 100; ++i)
                broken += text_frame(R"({"type":"start_request","config":)" + std::to_string(i));
            return {shake, broken, true};
        }
        case 7:
            return {shake, text_frame("\xC3\x28 no UTF-8"), true};
        case 8:
            return {shake, frame(0xF1, "reserved bits", 13), true};
        default:
            return {{}, {}, false};
    }
}

}  // namespace

class Pests::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context& context, Settings settings) : context_(context), settings_(std::move(settings)) {
        if (settings_.url.target.empty()) settings_.url.target = "/v1/streaming/nuisance";
    }

    void begin() {
        active_ = settings_.garbage + settings_.deaf;
        for (std::size_t i = 0; i < settings_.garbage; ++i) {
            asio::co_spawn(context_, throw_garbage(shared_from_this(), i), asio::detached);
        }
        for (std::size_t i = 0; i < settings_.deaf; ++i) {
            asio::co_spawn(context_, talk_deafly(shared_from_this(), i), asio::detached);
        }
    }

    void stop() { is_stopped_ = true; }

    PestCounts counts_;
    std::size_t active_ = 0;

private:
    static asio::awaitable<void> wait(std::shared_ptr<Impl> self, base::Duration duration) {
        asio::steady_timer timer(self->context_, duration);
        co_await timer.async_wait(k_with_error);
    }

    static asio::awaitable<void> throw_garbage(std::shared_ptr<Impl> self, std::size_t first_kind) {
        std::mt19937 random(static_cast<std::uint32_t>(first_kind));
        for (std::size_t kind = first_kind; !self->is_stopped_; ++kind) {
            co_await be_nuisance(self, make_nuisance(kind, self->settings_.url, random));
            co_await wait(self, k_between_connections);
        }
        --self->active_;
    }

    static asio::awaitable<void> be_nuisance(std::shared_ptr<Impl> self, Nuisance nuisance) {
        PestCounts& counts = self->counts_;
        tcp::resolver resolver(self->context_);
        auto [failed, found] =
            co_await resolver.async_resolve(self->settings_.url.host, self->settings_.url.port, k_with_error);
        tcp::socket socket(self->context_);
        if (!failed) std::tie(failed, std::ignore) = co_await asio::async_connect(socket, found, k_with_error);
        if (failed) {
            ++counts.garbage_refused;
            co_return;
        }
        ++counts.garbage_connections;
        bool is_late = false;
        asio::steady_timer patience(self->context_, k_garbage_patience);
        patience.async_wait([&](error_code error) {
            if (error) return;
            is_late = true;
            socket.cancel(error);
        });
        co_await talk(socket, nuisance);
        patience.cancel();
        // The handler refers to this frame: it must have run, or been told that it will not, before the frame goes.
        co_await wait(self, std::chrono::milliseconds(1));
        ++(is_late ? counts.garbage_held : counts.garbage_ended);
    }

    /// Sends what there is to send and reads until the end of the connection.
    static asio::awaitable<void> talk(tcp::socket& socket, const Nuisance& nuisance) {
        error_code error;
        std::size_t size = 0;
        if (nuisance.before.empty()) co_return;
        std::tie(error, size) = co_await asio::async_write(socket, asio::buffer(nuisance.before), k_with_error);
        std::string answer;
        if (!error && nuisance.shakes_hands) {
            std::tie(error, size) = co_await asio::async_read_until(socket, asio::dynamic_buffer(answer, 16 * 1024),
                                                                    "\r\n\r\n", k_with_error);
            if (!error) {
                std::tie(error, size) = co_await asio::async_write(socket, asio::buffer(nuisance.after), k_with_error);
            }
        }
        std::array<char, 4096> rest;
        while (!error) std::tie(error, size) = co_await socket.async_read_some(asio::buffer(rest), k_with_error);
    }

    static asio::awaitable<void> talk_deafly(std::shared_ptr<Impl> self, std::size_t number) {
        const auto chunk = self->long_chunk();
        while (!self->is_stopped_) {
            bool is_over = false;
            app::WsClient::Settings connection;
            connection.url = self->settings_.url;
            connection.url.target += "-deaf-" + std::to_string(number);
            connection.reads = false;
            connection.receive_buffer_bytes = 4096;
            app::WsClient client(self->context_, std::move(connection),
                                 {{}, {}, {}, [&is_over, self](const app::WsEnd& end) {
                                      is_over = true;
                                      if (end.was_open) ++self->counts_.deaf_dropped;
                                  }});
            ++self->counts_.deaf_connections;
            client.connect();
            client.send(self->settings_.start);
            while (!is_over && !self->is_stopped_) {
                if (client.unsent_bytes() < k_deaf_queue_bytes) {
                    client.send(chunk);
                    self->counts_.deaf_bytes += chunk->size();
                }
                co_await wait(self, k_between_deaf_chunks);
            }
            co_await wait(self, k_between_connections);
        }
        --self->active_;
    }

    /// A final full of phrases, so that each byte sent is answered by many.
    std::shared_ptr<const std::string> long_chunk() const {
        std::string text;
        for (std::size_t i = 0; text.size() < k_deaf_chunk_bytes; ++i) {
            text += settings_.phrases.empty() ? "nobody listens" : settings_.phrases[i % settings_.phrases.size()];
            text += ". ";
        }
        text.resize(k_deaf_chunk_bytes);
        while (!text.empty() && static_cast<unsigned char>(text.back()) >= 0x80) text.pop_back();
        return std::make_shared<const std::string>(
            boost::json::serialize(boost::json::object{{"type", "transcript"}, {"text", text}}));
    }

    asio::io_context& context_;
    Settings settings_;
    bool is_stopped_ = false;
};

Pests::Pests(asio::io_context& context, Settings settings)
    : impl_(std::make_shared<Impl>(context, std::move(settings))) {}

Pests::~Pests() {
    stop();
}

void Pests::begin() {
    impl_->begin();
}

void Pests::stop() {
    impl_->stop();
}

std::size_t Pests::active() const noexcept {
    return impl_->active_;
}

const PestCounts& Pests::counts() const noexcept {
    return impl_->counts_;
}

}  // namespace earshot::load
