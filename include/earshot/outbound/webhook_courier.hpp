#pragma once

#include "earshot/base/time.hpp"
#include "earshot/outbound/http_client.hpp"
#include "earshot/outbound/webhook_signature.hpp"
#include "earshot/store/job_store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace earshot::outbound {

struct CourierOptions {
    std::string version;  ///< of the program, for the header User-Agent
    std::size_t in_flight =
        32;  ///< deliveries under way; not more than the client has at once, so that none waits there
    base::Duration limit = std::chrono::seconds(5);        ///< of a request
    base::Duration poll = std::chrono::seconds(1);         ///< how long it rests when nobody pokes it
    int attempts = 3;                                      ///< before a delivery is given up; at least one is made
    base::Duration first_pause = std::chrono::seconds(1);  ///< after the first attempt; jitter of a fifth either way
    double factor = 5;                                     ///< of each pause to the one before
    base::Duration longest_pause = std::chrono::hours(1);

    /// The secret that an account's webhooks are signed with; none, or no function: they go unsigned. Called on the
    /// courier's thread; must not throw.
    std::function<std::optional<WebhookSecret>(const std::string& account)> secret_of = {};

    /// Told what is given up, as it is taken, and why: "timeout", "answered with 503". Called on the courier's thread;
    /// must not throw.
    std::function<void(const store::Delivery& delivery, const std::string& reason)> on_given_up = {};

    std::function<base::Now()> clock = {};  ///< none: the system's clocks
    std::function<double()> random = {};    ///< 0 to 1; none: a generator seeded by the system
};

/// All from the beginning, but for `waiting`.
struct CourierCounters {
    std::uint64_t delivered = 0;
    std::uint64_t retried = 0;   ///< attempts that failed and are followed by another
    std::uint64_t given_up = 0;  ///< deliveries whose last attempt failed
    std::uint64_t refused = 0;   ///< attempts that ended because no address of the host is allowed
    std::size_t waiting = 0;     ///< deliveries under way, or whose end the store has not taken yet
};

/// Tells webhooks what the store has to tell: takes deliveries, sends each as a POST, and ends them or has them tried
/// again. An answer of 2xx is a success. 410 Gone, and a request that cannot be sent at all, is given up at once; all
/// else, also a redirect, which is not followed, is tried again after a pause that grows.
///
/// Each delivery is told at least once: whoever crashes between an answer and its end in the store lets it be told
/// again, with the same `webhook-id`. One that the courier was stopped with is told again by whoever takes it when its
/// lease is over.
///
/// One thread of its own; nothing waits for it, and it waits for nothing but time.
class WebhookCourier {
public:
    /// `store` and `client` outlive it.
    WebhookCourier(store::JobStore& store, HttpPoster& client, CourierOptions options);

    /// Lets go of what is under way, and joins. Afterwards neither store nor client is asked for anything.
    ~WebhookCourier();
    WebhookCourier(const WebhookCourier&) = delete;
    WebhookCourier& operator=(const WebhookCourier&) = delete;

    /// There may be something to deliver. Any thread, waits for nothing.
    void poke();

    /// Any thread.
    CourierCounters counters() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::outbound
