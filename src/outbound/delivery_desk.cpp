#include "delivery_desk.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace earshot::outbound {
namespace {

constexpr unsigned k_gone = 410;
constexpr double k_jitter = 0.2;

bool is_success(const HttpResult& result) {
    return result.failure == HttpFailure::none && result.status >= 200 && result.status < 300;
}

/// Nothing was sent, and the client is to blame.
bool is_not_tried(const HttpResult& result) {
    return result.failure == HttpFailure::queue_full || result.failure == HttpFailure::stopped;
}

/// Another attempt would change nothing.
bool is_hopeless(const HttpResult& result) {
    return result.failure == HttpFailure::bad_request ||
           (result.failure == HttpFailure::none && result.status == k_gone);
}

std::string reason_of(const HttpResult& result) {
    if (result.failure != HttpFailure::none) return std::string(failure_name(result.failure));
    return "answered with " + std::to_string(result.status);
}

}  // namespace

DeliveryDesk::DeliveryDesk(store::JobStore& store, HttpPoster& client, CourierOptions options,
                           std::shared_ptr<CourierInbox> inbox)
    : store_(store), client_(client), options_(std::move(options)), inbox_(std::move(inbox)) {}

base::Duration DeliveryDesk::turn(const base::Now& now) {
    now_ = now;
    const CourierInbox::Content content = inbox_->take();
    for (const auto& event : content.events) event();
    if (content.is_poked || now_.monotonic >= next_poll_) wants_more_ = true;
    // Before more is taken: what has ended makes room, and is not given out once more.
    if (!is_store_resting()) write_decided();
    if (!is_store_resting()) take();
    waiting_ = under_way_.size();
    if (is_store_resting()) return store_again_ - now_.monotonic;
    // Without room, or while the store is being asked, an event comes first.
    return next_poll_ > now_.monotonic ? next_poll_ - now_.monotonic : options_.poll;
}

CourierCounters DeliveryDesk::counters() const noexcept {
    return {delivered_, retried_, given_up_, refused_, waiting_};
}

void DeliveryDesk::take() {
    if (!wants_more_ || is_taking_ || under_way_.size() >= options_.in_flight) return;
    wants_more_ = false;
    is_taking_ = true;
    next_poll_ = now_.monotonic + options_.poll;
    const std::size_t room = options_.in_flight - under_way_.size();
    const base::WallTime lease_end =
        now_.wall + std::chrono::ceil<std::chrono::milliseconds>(options_.limit + k_lease_margin);
    store_.take_deliveries(room, now_.wall, lease_end,
                           [this, inbox = inbox_, room, lease_end](base::Result<std::vector<store::Delivery>> result) {
                               inbox->put([this, result = std::move(result), room, lease_end]() mutable {
                                   taken(std::move(result), room, lease_end);
                               });
                           });
}

void DeliveryDesk::taken(base::Result<std::vector<store::Delivery>> result, std::size_t asked,
                         base::WallTime lease_end) {
    is_taking_ = false;
    if (!result) {
        wants_more_ = true;
        return store_failed();
    }
    store_succeeded();
    if (result->size() >= asked) wants_more_ = true;
    // The answer came so late that somebody else might send them before a request of ours is over: left to who takes
    // them next.
    if (now_.wall + options_.limit >= lease_end) return;
    for (store::Delivery& delivery : *result) send(std::move(delivery), lease_end);
}

void DeliveryDesk::send(store::Delivery delivery, base::WallTime lease_end) {
    const std::string id = delivery.id;
    const auto [place, is_new] = under_way_.try_emplace(id);
    // The store was away for so long that the lease of one that is decided ended before it could be told.
    if (!is_new) return;
    place->second.delivery = std::move(delivery);
    place->second.lease_end = lease_end;
    client_.post(request_of(place->second.delivery), [this, inbox = inbox_, id](HttpResult result) {
        inbox->put([this, id, result = std::move(result)] { answered(id, result); });
    });
}

HttpRequest DeliveryDesk::request_of(const store::Delivery& delivery) const {
    HttpRequest request{delivery.url,
                        {{"Content-Type", "application/json"},
                         {"User-Agent", "Earshot/" + options_.version},
                         {"webhook-id", delivery.id},
                         {"webhook-timestamp", webhook_timestamp(now_.wall)}},
                        delivery.body,
                        options_.limit};
    const auto secret = options_.secret_of ? options_.secret_of(delivery.account) : std::nullopt;
    if (secret) request.headers.emplace_back("webhook-signature", secret->sign(delivery.id, now_.wall, delivery.body));
    return request;
}

void DeliveryDesk::answered(const std::string& id, const HttpResult& result) {
    const auto place = under_way_.find(id);
    if (is_not_tried(result)) {
        under_way_.erase(place);  // whoever takes it when its lease is over tries it
        return;
    }
    UnderWay& under_way = place->second;
    under_way.stage = Stage::decided;
    if (is_success(result)) {
        ++delivered_;
    } else {
        failed(under_way, result);
    }
}

void DeliveryDesk::failed(UnderWay& under_way, const HttpResult& result) {
    if (result.failure == HttpFailure::refused_address) ++refused_;
    const int before = under_way.delivery.attempts;
    if (!is_hopeless(result) && before + 1 < options_.attempts) {
        ++retried_;
        under_way.retry_at = next_attempt(before);
        return;
    }
    ++given_up_;
    if (options_.on_given_up) options_.on_given_up(under_way.delivery, reason_of(result));
}

base::WallTime DeliveryDesk::next_attempt(int attempts_before) const {
    const double seconds = std::min(base::to_seconds(options_.first_pause) * std::pow(options_.factor, attempts_before),
                                    base::to_seconds(options_.longest_pause));
    const double jitter = 1 + k_jitter * (2 * options_.random() - 1);  // so that those that failed together part
    return now_.wall + std::chrono::ceil<std::chrono::milliseconds>(base::from_seconds(seconds * jitter));
}

void DeliveryDesk::write_decided() {
    for (auto place = under_way_.begin(); place != under_way_.end();) {
        auto& [id, under_way] = *place;
        // What is to be tried again is nobody's any more once its lease is over: somebody else may be at it.
        const bool is_lost =
            under_way.stage == Stage::decided && under_way.retry_at && now_.wall >= under_way.lease_end;
        if (under_way.stage == Stage::decided && !is_lost) write(id, under_way);
        place = is_lost ? under_way_.erase(place) : std::next(place);
    }
}

void DeliveryDesk::write(const std::string& id, UnderWay& under_way) {
    under_way.stage = Stage::writing;
    auto done = [this, inbox = inbox_, id](const base::Result<bool>& result) {
        inbox->put([this, id, succeeded = result.has_value()] { written(id, succeeded); });
    };
    if (under_way.retry_at) {
        store_.retry_delivery(id, *under_way.retry_at, std::move(done));
    } else {
        store_.end_delivery(id, std::move(done));
    }
}

void DeliveryDesk::written(const std::string& id, bool succeeded) {
    const auto place = under_way_.find(id);
    if (!succeeded) {
        place->second.stage = Stage::decided;
        return store_failed();
    }
    store_succeeded();
    if (!place->second.retry_at) wants_more_ = true;  // the next of its topic
    under_way_.erase(place);
}

void DeliveryDesk::store_succeeded() noexcept {
    store_pause_.reset();
    store_again_ = {};
}

void DeliveryDesk::store_failed() noexcept {
    if (is_store_resting()) return;  // it was asked for several things at a time
    store_again_ = now_.monotonic + store_pause_.take();
}

}  // namespace earshot::outbound
