#include "earshot/outbound/webhook_courier.hpp"

#include "unit/outbound/awaited_posts.hpp"
#include "unit/outbound/courier_fakes.hpp"
#include "unit/outbound/local_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <string>

namespace earshot::outbound {
namespace {

using namespace std::chrono_literals;

/// A FakeJobStore for several threads, on which a test can wait.
class SharedJobStore final : public FakeJobStore {
public:
    void add_shared(store::Delivery delivery) {
        const std::lock_guard lock(mutex_);
        add(std::move(delivery));
    }

    void take_deliveries(std::size_t at_most, base::WallTime now, base::WallTime until,
                         store::Done<std::vector<store::Delivery>> done) override {
        const std::lock_guard lock(mutex_);
        FakeJobStore::take_deliveries(at_most, now, until, std::move(done));
        changed_.notify_all();
    }
    void end_delivery(std::string id, store::Done<bool> done) override {
        const std::lock_guard lock(mutex_);
        FakeJobStore::end_delivery(std::move(id), std::move(done));
        changed_.notify_all();
    }
    void retry_delivery(std::string id, base::WallTime when, store::Done<bool> done) override {
        const std::lock_guard lock(mutex_);
        FakeJobStore::retry_delivery(std::move(id), when, std::move(done));
        changed_.notify_all();
    }

    bool wait_until_asked() {
        return wait([this] { return !taken().empty(); });
    }
    bool wait_until_empty() {
        return wait([this] { return kept().empty(); });
    }

private:
    template <typename Condition>
    bool wait(Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, k_patience, condition);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
};

store::Delivery delivery_to(const LocalServer& server, std::string id) {
    store::Delivery made = delivery(std::move(id));
    made.url = server.url();
    return made;
}

TEST(WebhookCourierTest, delivers_when_it_is_poked) {
    LocalServer server(always(answer(200)));
    SharedJobStore store;
    HttpClient client(local_options());
    CourierOptions options;
    options.poll = 1h;
    WebhookCourier courier(store, client, options);
    ASSERT_TRUE(store.wait_until_asked());
    store.add_shared(delivery_to(server, "a"));

    courier.poke();

    EXPECT_TRUE(store.wait_until_empty());
    EXPECT_EQ(courier.counters().delivered, 1U);
}

TEST(WebhookCourierTest, finds_by_itself_what_is_due) {
    LocalServer server(always(answer(200)));
    SharedJobStore store;
    HttpClient client(local_options());
    CourierOptions options;
    options.poll = 1ms;
    WebhookCourier courier(store, client, options);
    ASSERT_TRUE(store.wait_until_asked());

    store.add_shared(delivery_to(server, "a"));

    EXPECT_TRUE(store.wait_until_empty());
}

TEST(WebhookCourierTest, tries_again_until_it_is_taken) {
    std::atomic<int> attempts = 0;
    LocalServer server([&](const ServedConnection& connection) {
        connection.read_request();
        connection.send(answer(++attempts < 3 ? 503 : 200));
    });
    SharedJobStore store;
    store.add(delivery_to(server, "a"));
    HttpClient client(local_options());
    CourierOptions options;
    options.poll = 1ms;
    options.first_pause = 1ms;
    WebhookCourier courier(store, client, options);

    EXPECT_TRUE(store.wait_until_empty());

    EXPECT_EQ(attempts, 3);
    EXPECT_EQ(courier.counters().retried, 2U);
    EXPECT_EQ(courier.counters().delivered, 1U);
}

TEST(WebhookCourierTest, gives_up_what_leads_to_an_address_that_is_not_allowed) {
    LocalServer server(always(answer(200)));
    SharedJobStore store;
    store.add(delivery_to(server, "a"));
    HttpClient client({});
    std::promise<std::string> told;
    CourierOptions options;
    options.attempts = 1;
    options.on_given_up = [&](const store::Delivery&, const std::string& reason) { told.set_value(reason); };
    WebhookCourier courier(store, client, options);

    EXPECT_TRUE(store.wait_until_empty());

    EXPECT_EQ(told.get_future().get(), "refused address");
    EXPECT_EQ(courier.counters().refused, 1U);
    EXPECT_EQ(server.connections(), 0U);
}

/// Hands on what is posted first.
class OnePoster final : public HttpPoster {
public:
    void post(HttpRequest, Done done) override { posted_.set_value(std::move(done)); }
    Done wait() { return posted_.get_future().get(); }

private:
    std::promise<Done> posted_;
};

TEST(WebhookCourierTest, ends_while_something_is_under_way_whose_answer_goes_to_nobody) {
    OnePoster poster;
    HttpPoster::Done late;
    {
        SharedJobStore store;
        store.add(delivery("a"));
        WebhookCourier courier(store, poster, {});
        late = poster.wait();
    }
    late({HttpFailure::none, 200, {}, false});
}

}  // namespace
}  // namespace earshot::outbound
