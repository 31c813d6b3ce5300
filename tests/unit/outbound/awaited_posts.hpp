#pragma once

#include "earshot/outbound/http_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace earshot::outbound {

inline constexpr auto k_patience = std::chrono::seconds(20);

/// Options for servers on the loopback.
inline HttpClientOptions local_options() {
    HttpClientOptions options;
    options.guard = AddressGuard(true);
    options.connect_limit = std::chrono::hours(1);  // also for TLS, which begins with reading many certificates
    return options;
}

inline HttpRequest request_to(std::string url, base::Duration limit = std::chrono::hours(1)) {
    return {std::move(url), {{"Content-Type", "application/json"}}, "{}", limit};
}

/// A request that was posted, and what came of it.
class Posted {
public:
    Posted(HttpPoster& client, HttpRequest request) : answered_(state_->result.get_future()) {
        client.post(std::move(request), [state = state_](HttpResult result) {
            if (++state->calls == 1) state->result.set_value(std::move(result));
        });
    }

    bool is_answered() { return answered_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

    HttpResult result() {
        if (answered_.wait_for(k_patience) != std::future_status::ready) {
            ADD_FAILURE() << "no answer came";
            return {};
        }
        return answered_.get();
    }

    int calls() const { return state_->calls; }

private:
    struct State {
        std::promise<HttpResult> result;
        std::atomic<int> calls = 0;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
    std::future<HttpResult> answered_;
};

inline HttpResult post(HttpPoster& client, HttpRequest request) {
    return Posted(client, std::move(request)).result();
}

inline HttpFailure failure_of(HttpPoster& client, HttpRequest request) {
    return post(client, std::move(request)).failure;
}

}  // namespace earshot::outbound
