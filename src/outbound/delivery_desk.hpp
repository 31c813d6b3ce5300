#pragma once

#include "earshot/base/growing_pause.hpp"
#include "earshot/outbound/webhook_courier.hpp"

#include "courier_inbox.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace earshot::outbound {

/// What the courier does, without its thread: time is an argument, and what others answer lies in the inbox until the
/// next turn. Belongs to one thread but for counters().
class DeliveryDesk {
public:
    /// The lease of what is taken is so much longer than a request may take.
    static constexpr base::Duration k_lease_margin = std::chrono::seconds(30);
    /// Between tries of a store that fails.
    static constexpr base::Duration k_first_store_pause = std::chrono::milliseconds(100);
    static constexpr base::Duration k_longest_store_pause = std::chrono::seconds(5);

    /// `store` and `client` outlive it. `options.random` must be set.
    DeliveryDesk(store::JobStore& store, HttpPoster& client, CourierOptions options,
                 std::shared_ptr<CourierInbox> inbox);
    DeliveryDesk(const DeliveryDesk&) = delete;
    DeliveryDesk& operator=(const DeliveryDesk&) = delete;

    /// Deals with what has come in, and does what is due. Gives how long it may be until the next turn if nothing comes
    /// in; more than nothing.
    base::Duration turn(const base::Now& now);

    /// Any thread.
    CourierCounters counters() const noexcept;

private:
    enum class Stage : std::uint8_t {
        sending,
        decided,  ///< the store is to be told
        writing,  ///< the store has been told and has not answered
    };
    struct UnderWay {
        store::Delivery delivery;
        base::WallTime lease_end;
        Stage stage = Stage::sending;
        std::optional<base::WallTime> retry_at;  // once it is decided; none: it has ended
    };
    using Deliveries = std::map<std::string, UnderWay>;  // by id

    void take();
    void taken(base::Result<std::vector<store::Delivery>> result, std::size_t asked, base::WallTime lease_end);
    void send(store::Delivery delivery, base::WallTime lease_end);
    HttpRequest request_of(const store::Delivery& delivery) const;
    void answered(const std::string& id, const HttpResult& result);
    void failed(UnderWay& under_way, const HttpResult& result);
    void write_decided();
    void write(const std::string& id, UnderWay& under_way);
    void written(const std::string& id, bool succeeded);
    void store_succeeded() noexcept;
    void store_failed() noexcept;
    base::WallTime next_attempt(int attempts_before) const;
    bool is_store_resting() const noexcept { return now_.monotonic < store_again_; }

    store::JobStore& store_;
    HttpPoster& client_;
    const CourierOptions options_;
    const std::shared_ptr<CourierInbox> inbox_;

    base::Now now_;  // of this turn
    Deliveries under_way_;
    bool wants_more_ = true;  // there may be deliveries that are due
    bool is_taking_ = false;
    base::MonotonicTime next_poll_{};
    base::GrowingPause store_pause_{k_first_store_pause, k_longest_store_pause};
    base::MonotonicTime store_again_{};  // it is left alone until then

    std::atomic<std::uint64_t> delivered_ = 0;
    std::atomic<std::uint64_t> retried_ = 0;
    std::atomic<std::uint64_t> given_up_ = 0;
    std::atomic<std::uint64_t> refused_ = 0;
    std::atomic<std::size_t> waiting_ = 0;
};

}  // namespace earshot::outbound
