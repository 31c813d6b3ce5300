#pragma once

#include "earshot/net/http_call.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace earshot::net {

/// Lets each account change its trackers by one request at a time. Any thread.
class WriteTurns {
public:
    /// `done`, with which the account's turn ends, also where it is let go without an answer; none while another
    /// request has its turn. May outlive this object.
    std::optional<HttpDone> begin(std::string account, HttpDone done);

private:
    struct State {
        std::mutex mutex;
        std::set<std::string> accounts;
    };
    class Turn;

    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace earshot::net
