#include "earshot/outbound/webhook_courier.hpp"

#include "courier_inbox.hpp"
#include "delivery_desk.hpp"

#include <chrono>
#include <random>
#include <thread>
#include <utility>

namespace earshot::outbound {
namespace {

base::Now system_now() {
    return {std::chrono::steady_clock::now(),
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
}

CourierOptions completed(CourierOptions options) {
    if (!options.clock) options.clock = &system_now;
    if (!options.random) {
        options.random = [generator = std::mt19937(std::random_device()())]() mutable {
            return std::uniform_real_distribution<double>()(generator);
        };
    }
    return options;
}

}  // namespace

class WebhookCourier::Impl {
public:
    Impl(store::JobStore& store, HttpPoster& client, const CourierOptions& options)
        : clock_(options.clock), desk_(store, client, options, inbox_), thread_([this] { run(); }) {}

    ~Impl() { inbox_->close(); }

    void poke() { inbox_->poke(); }
    CourierCounters counters() const { return desk_.counters(); }

private:
    void run() noexcept {
        while (inbox_->wait(desk_.turn(clock_()))) {
        }
    }

    const std::shared_ptr<CourierInbox> inbox_ = std::make_shared<CourierInbox>();
    const std::function<base::Now()> clock_;
    DeliveryDesk desk_;
    std::jthread thread_;  // last: it uses all of the above
};

WebhookCourier::WebhookCourier(store::JobStore& store, HttpPoster& client, CourierOptions options)
    : impl_(std::make_unique<Impl>(store, client, completed(std::move(options)))) {}
WebhookCourier::~WebhookCourier() = default;

void WebhookCourier::poke() {
    impl_->poke();
}

CourierCounters WebhookCourier::counters() const {
    return impl_->counters();
}

}  // namespace earshot::outbound
