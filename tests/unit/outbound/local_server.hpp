#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace earshot::outbound {

/// A socket bound to a free port of the loopback; nobody can connect to it.
class BoundSocket {
public:
    BoundSocket() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            throw std::runtime_error("no free port");
        }
        port_ = ntohs(address.sin_port);
    }
    ~BoundSocket() { ::close(socket_); }
    BoundSocket(const BoundSocket&) = delete;
    BoundSocket& operator=(const BoundSocket&) = delete;

    int get() const noexcept { return socket_; }
    std::string port() const { return std::to_string(port_); }
    std::string url(std::string_view path = "/") const { return "http://127.0.0.1:" + port() + std::string(path); }

private:
    int socket_;
    std::uint16_t port_ = 0;
};

/// One client's connection to a LocalServer.
class ServedConnection {
public:
    explicit ServedConnection(int socket) : socket_(socket) {}

    int socket() const noexcept { return socket_; }

    /// A request with all of its body; less where the client has closed.
    std::string read_request() const {
        std::string text;
        while (text.size() < expected_size(text)) {
            char bytes[4096];
            const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
            if (count <= 0) break;
            text.append(bytes, static_cast<std::size_t>(count));
        }
        return text;
    }

    /// False: the client has closed.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    void wait_until_closed() const {
        char bytes[4096];
        while (::recv(socket_, bytes, sizeof bytes, 0) > 0) {
        }
    }

private:
    static std::size_t expected_size(const std::string& text) {
        const std::size_t end = text.find("\r\n\r\n");
        if (end == std::string::npos) return SIZE_MAX;
        const std::size_t length = text.find("Content-Length: ");
        const std::size_t body = length < end ? std::strtoul(text.c_str() + length + 16, nullptr, 10) : 0;
        return end + 4 + body;
    }

    int socket_;
};

/// Listens on the loopback, and deals with each connection on a thread of its own as it is told.
class LocalServer {
public:
    using Handler = std::function<void(const ServedConnection&)>;

    explicit LocalServer(Handler handler) : handler_(std::move(handler)) {
        if (::listen(listening_.get(), 128) != 0) throw std::runtime_error("it does not listen");
        accepting_ = std::jthread([this] { accept_all(); });
    }
    ~LocalServer() {
        ::shutdown(listening_.get(), SHUT_RDWR);
        accepting_.join();
        const std::lock_guard lock(mutex_);
        for (const Served& served : served_) ::shutdown(served.socket, SHUT_RDWR);
        for (Served& served : served_) {
            served.thread.join();
            ::close(served.socket);
        }
    }
    LocalServer(const LocalServer&) = delete;
    LocalServer& operator=(const LocalServer&) = delete;

    std::string port() const { return listening_.port(); }
    std::string url(std::string_view path = "/") const { return listening_.url(path); }

    /// Connections so far.
    std::size_t connections() const {
        const std::lock_guard lock(mutex_);
        return served_.size();
    }

private:
    struct Served {
        int socket;
        std::jthread thread;
    };

    void accept_all() {
        while (true) {
            const int socket = ::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) return;
            const std::lock_guard lock(mutex_);
            served_.push_back({socket, std::jthread([this, socket] {
                                   handler_(ServedConnection(socket));
                                   ::shutdown(socket, SHUT_RDWR);
                               })});
        }
    }

    const Handler handler_;
    BoundSocket listening_;
    mutable std::mutex mutex_;
    std::list<Served> served_;
    std::jthread accepting_;
};

/// An answer with a body, after which the connection could be used again.
inline std::string answer(unsigned status, std::string_view body = {}, std::string_view more_headers = {}) {
    return "HTTP/1.1 " + std::to_string(status) + " So\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(more_headers) + "\r\n" + std::string(body);
}

/// Answers every request of every connection.
inline LocalServer::Handler always(std::string text) {
    return [text = std::move(text)](const ServedConnection& connection) {
        while (!connection.read_request().empty() && connection.send(text)) {
        }
    };
}

/// Reads a request and leaves it unanswered.
inline LocalServer::Handler silent() {
    return [](const ServedConnection& connection) {
        connection.read_request();
        connection.wait_until_closed();
    };
}

}  // namespace earshot::outbound
