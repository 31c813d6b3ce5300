#pragma once

#include "earshot/app/ws_client.hpp"
#include "earshot/base/time.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// Clients that no server wishes for. They must not disturb the others; what becomes of themselves is counted.
namespace earshot::load {

/// What became of the unwelcome clients.
struct PestCounts {
    std::uint64_t deaf_connections = 0;  ///< of clients that read nothing
    std::uint64_t deaf_dropped = 0;      ///< ended by the server
    std::uint64_t deaf_bytes = 0;        ///< handed over by them
    std::uint64_t garbage_connections = 0;
    std::uint64_t garbage_refused = 0;  ///< not even connected
    std::uint64_t garbage_ended = 0;    ///< ended by the server before their patience was
    std::uint64_t garbage_held = 0;     ///< still open when the client gave up
};

/// Runs `deaf` clients that start a session with `start`, talk at length and never read, and `garbage` clients that
/// send, one kind after the other, half handshakes, bytes that are no HTTP, headers without end, broken frames, frames
/// of 10 MB and of absurd lengths, and JSON that is none. Each opens at most four connections a second, one at a time,
/// until `stop`. Everything happens on the io_context's thread.
class Pests {
public:
    struct Settings {
        app::WsUrl url;
        std::size_t deaf = 0;
        std::size_t garbage = 0;
        std::shared_ptr<const std::string> start;
        std::vector<std::string> phrases;  ///< said over and over by the deaf ones, so that there is much to tell them
    };

    Pests(boost::asio::io_context& context, Settings settings);
    ~Pests();
    Pests(const Pests&) = delete;
    Pests& operator=(const Pests&) = delete;

    void begin();

    /// Nothing is opened any more; what is open ends within seconds.
    void stop();

    /// Clients that have not ended since `stop`.
    std::size_t active() const noexcept;

    const PestCounts& counts() const noexcept;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace earshot::load
