#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace earshot::store {

/// A way of its own to the socket of a session, through which another thread can end whatever the session waits for. It
/// stays good when the session closes its descriptor, whose number may then be anybody's.
class Line {
public:
    /// Of a database without a server: there is nothing to cut.
    Line() = default;
    explicit Line(int socket) noexcept : socket_(::fcntl(socket, F_DUPFD_CLOEXEC, 0)) {}
    Line(Line&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
    Line& operator=(Line&&) = delete;
    ~Line() {
        if (socket_ >= 0) ::close(socket_);
    }

    /// What waits for the server fails. Any thread, any number of times.
    void cut() const noexcept {
        if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
    }

private:
    int socket_ = -1;
};

}  // namespace earshot::store
