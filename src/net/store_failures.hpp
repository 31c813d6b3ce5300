#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/net/server_hooks.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace earshot::net {

/// Tells the log why the store failed: one line in k_pause at most, since what fails for one fails for all. What a
/// store still answers may come after the server's end, and is told to nobody then. Any thread.
class StoreFailures {
public:
    static constexpr auto k_pause = std::chrono::seconds(5);
    using Clock = std::function<base::MonotonicTime()>;

    /// `what` has failed, for the log. `hooks` outlive the calls of tell() that begin before close().
    StoreFailures(ServerHooks& hooks, std::string what, Clock now = std::chrono::steady_clock::now)
        : hooks_(&hooks), what_(std::move(what)), now_(std::move(now)) {}

    void tell(const base::Error& error);

    /// Nothing is told any more once this returns.
    void close();

private:
    std::mutex mutex_;  // held while it is told
    ServerHooks* hooks_;
    const std::string what_;
    const Clock now_;
    std::optional<base::MonotonicTime> told_;
    std::size_t left_out_ = 0;  // since then
};

}  // namespace earshot::net
