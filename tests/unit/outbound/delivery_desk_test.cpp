#include "delivery_desk.hpp"

#include "unit/outbound/courier_fakes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace earshot::outbound {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// A desk without a clock and a thread: a test lets time pass and turns it.
class DeliveryDeskTest : public testing::Test {
protected:
    DeliveryDeskTest() {
        options_.version = "1.2.3";
        options_.random = [] { return 0.5; };  // no jitter
        options_.on_given_up = [this](const store::Delivery& delivery, const std::string& reason) {
            given_up_.push_back(delivery.id + ": " + reason);
        };
    }

    DeliveryDesk& desk() {
        if (!desk_) desk_ = std::make_unique<DeliveryDesk>(store_, poster_, options_, inbox_);
        return *desk_;
    }

    /// Turns as often as the courier's thread would for what is answered at once.
    base::Duration turn() {
        constexpr int k_enough = 6;
        base::Duration next{};
        for (int i = 0; i < k_enough; ++i) next = desk().turn(now_);
        return next;
    }

    base::Duration pass(base::Duration time) {
        now_.monotonic += time;
        now_.wall += std::chrono::duration_cast<std::chrono::milliseconds>(time);
        return turn();
    }

    void answer(const std::string& id, HttpResult result) {
        poster_.answer(id, std::move(result));
        turn();
    }

    /// Answers it whenever it comes, and lets time pass between. Gives the pauses before each attempt, in seconds.
    std::vector<double> pauses_until_given_up(const HttpResult& result) {
        std::vector<double> pauses;
        store_.add(delivery("a"));
        inbox_->poke();
        turn();
        while (store_.find("a")) {
            answer("a", result);
            const auto* const kept = store_.find("a");
            if (!kept) break;
            pauses.push_back(base::to_seconds(kept->due - now_.wall));
            pass(kept->due - now_.wall);
            if (poster_.open().empty()) pass(options_.poll);
        }
        return pauses;
    }

    CourierOptions options_;
    FakeJobStore store_;
    FakePoster poster_;
    std::shared_ptr<CourierInbox> inbox_ = std::make_shared<CourierInbox>();
    base::Now now_{base::MonotonicTime(1h), base::WallTime(1'700'000'000'123ms)};
    std::vector<std::string> given_up_;
    std::unique_ptr<DeliveryDesk> desk_;
};

TEST_F(DeliveryDeskTest, sends_what_the_store_has_and_ends_it_with_a_success) {
    store_.add(delivery("a"));

    turn();

    ASSERT_EQ(poster_.open().size(), 1U);
    const FakePoster::Open& sent = poster_.open().front();
    EXPECT_EQ(sent.request.url, delivery("a").url);
    EXPECT_EQ(sent.request.body, delivery("a").body);
    EXPECT_EQ(sent.request.limit, 5s);
    EXPECT_EQ(sent.header("Content-Type"), "application/json");
    EXPECT_EQ(sent.header("User-Agent"), "Earshot/1.2.3");
    EXPECT_EQ(sent.header("webhook-id"), "a");
    EXPECT_EQ(sent.header("webhook-timestamp"), "1700000000");
    EXPECT_EQ(sent.header("webhook-signature"), "");
    EXPECT_EQ(desk().counters().waiting, 1U);

    answer("a", status(204));

    EXPECT_TRUE(store_.kept().empty());
    EXPECT_EQ(desk().counters().delivered, 1U);
    EXPECT_EQ(desk().counters().waiting, 0U);
}

TEST_F(DeliveryDeskTest, signs_each_attempt_where_the_account_has_a_secret) {
    const WebhookSecret secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
    options_.secret_of = [&](const std::string& account) {
        return account == "account" ? std::optional(secret) : std::nullopt;
    };
    store_.add(delivery("a"));
    store::Delivery other = delivery("b");
    other.account = "other";
    store_.add(other);

    turn();

    EXPECT_EQ(poster_.open().front().header("webhook-signature"), secret.sign("a", now_.wall, delivery("a").body));
    EXPECT_EQ(poster_.open().back().header("webhook-signature"), "");

    answer("a", status(500));
    pass(1s);

    EXPECT_EQ(poster_.open().back().id(), "a");
    EXPECT_EQ(poster_.open().back().header("webhook-signature"), secret.sign("a", now_.wall, delivery("a").body));
}

TEST_F(DeliveryDeskTest, takes_every_2xx_and_nothing_else_for_a_success) {
    for (unsigned code = 200; code < 600; ++code) {
        const std::string id = std::to_string(code);
        store_.add(delivery(id));
        inbox_->poke();
        turn();

        answer(id, status(code));

        EXPECT_EQ(desk().counters().delivered, std::min(code, 299U) - 199) << code;
    }
    EXPECT_EQ(desk().counters().given_up, 1U) << "410";
    EXPECT_THAT(given_up_, ElementsAre("410: answered with 410"));
    EXPECT_EQ(desk().counters().retried, 299U);
}

TEST_F(DeliveryDeskTest, tries_again_after_pauses_that_grow_and_then_gives_up) {
    EXPECT_THAT(pauses_until_given_up(status(503)), ElementsAre(1, 5));

    EXPECT_THAT(given_up_, ElementsAre("a: answered with 503"));
    EXPECT_EQ(desk().counters().retried, 2U);
    EXPECT_EQ(desk().counters().given_up, 1U);
    EXPECT_EQ(desk().counters().delivered, 0U);
    EXPECT_EQ(poster_.posted().size(), 3U);
}

TEST_F(DeliveryDeskTest, pauses_grow_up_to_the_longest) {
    options_.attempts = 6;
    options_.first_pause = 2s;
    options_.factor = 3;
    options_.longest_pause = 20s;

    EXPECT_THAT(pauses_until_given_up(failure(HttpFailure::timeout)), ElementsAre(2, 6, 18, 20, 20));

    EXPECT_THAT(given_up_, ElementsAre("a: timeout"));
}

TEST_F(DeliveryDeskTest, pauses_differ_by_a_fifth_either_way) {
    std::vector<double> numbers{0, 1};
    options_.random = [&] {
        const double number = numbers.front();
        numbers.erase(numbers.begin());
        return number;
    };

    EXPECT_THAT(pauses_until_given_up(status(503)), ElementsAre(0.8, 6));
}

TEST_F(DeliveryDeskTest, counts_attempts_that_others_made) {
    store::Delivery tried = delivery("a");
    tried.attempts = 2;
    store_.add(tried);
    turn();

    answer("a", status(302));

    EXPECT_THAT(given_up_, ElementsAre("a: answered with 302"));
}

TEST_F(DeliveryDeskTest, gives_up_at_once_what_is_hopeless) {
    store_.add(delivery("a"));
    store_.add(delivery("b"));
    turn();

    answer("a", status(410));
    answer("b", failure(HttpFailure::bad_request));

    EXPECT_THAT(given_up_, ElementsAre("a: answered with 410", "b: malformed request"));
    EXPECT_TRUE(store_.kept().empty());
    EXPECT_EQ(desk().counters().retried, 0U);
}

TEST_F(DeliveryDeskTest, counts_refused_addresses_and_tries_them_again) {
    EXPECT_THAT(pauses_until_given_up(failure(HttpFailure::refused_address)), ElementsAre(1, 5));

    EXPECT_EQ(desk().counters().refused, 3U);
    EXPECT_THAT(given_up_, ElementsAre("a: refused address"));
}

TEST_F(DeliveryDeskTest, leaves_what_the_client_did_not_take_to_the_end_of_its_lease) {
    store_.add(delivery("a"));
    turn();

    answer("a", failure(HttpFailure::queue_full));

    EXPECT_EQ(desk().counters().waiting, 0U);
    EXPECT_EQ(store_.find("a")->delivery.attempts, 0);
    pass(store_.find("a")->due - now_.wall - 1ms);
    EXPECT_TRUE(poster_.open().empty());
    pass(options_.poll);
    EXPECT_EQ(poster_.open().size(), 1U);
}

TEST_F(DeliveryDeskTest, sends_what_is_of_one_topic_one_after_the_other) {
    for (const std::string id : {"a", "b", "c"}) store_.add(delivery(id, "topic"));
    store_.add(delivery("x", "other"));
    turn();
    EXPECT_THAT(poster_.posted(), ElementsAre("a", "x"));

    answer("a", status(500));
    EXPECT_EQ(poster_.open().size(), 1U) << "b waits until a has ended";
    pass(1s);
    answer("a", status(200));
    EXPECT_EQ(poster_.open().back().id(), "b") << "at once";
    answer("b", status(410));

    EXPECT_THAT(poster_.posted(), ElementsAre("a", "x", "a", "b", "c"));
}

TEST_F(DeliveryDeskTest, has_no_more_under_way_than_it_may) {
    options_.in_flight = 2;
    for (const std::string id : {"a", "b", "c", "d", "e"}) store_.add(delivery(id));

    turn();
    EXPECT_THAT(poster_.posted(), ElementsAre("a", "b"));
    answer("b", status(200));
    EXPECT_THAT(poster_.posted(), ElementsAre("a", "b", "c"));
    answer("a", status(500));
    EXPECT_THAT(poster_.posted(), ElementsAre("a", "b", "c", "d"));

    for (const std::size_t asked : store_.taken()) EXPECT_LE(asked, 2U);
}

TEST_F(DeliveryDeskTest, looks_when_it_is_poked_and_otherwise_once_a_poll) {
    EXPECT_EQ(turn(), options_.poll);
    EXPECT_EQ(store_.taken().size(), 1U);

    store_.add(delivery("a"));
    EXPECT_EQ(pass(999ms), 1ms);
    EXPECT_EQ(store_.taken().size(), 1U);
    pass(1ms);
    EXPECT_EQ(poster_.posted().size(), 1U);

    store_.add(delivery("b"));
    inbox_->poke();
    EXPECT_EQ(pass(1ms), options_.poll);
    EXPECT_EQ(poster_.posted().size(), 2U);
}

TEST_F(DeliveryDeskTest, looks_once_more_when_it_was_poked_while_it_looked) {
    store_.answers_at_once = false;
    turn();
    inbox_->poke();
    turn();
    EXPECT_EQ(store_.taken().size(), 1U) << "one question at a time";

    store_.answer_all();
    turn();

    EXPECT_EQ(store_.taken().size(), 2U);
}

TEST_F(DeliveryDeskTest, rests_longer_and_longer_while_the_store_is_away) {
    store_.is_away = true;
    store_.add(delivery("a"));
    for (const base::Duration pause : {100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 5000ms, 5000ms}) {
        const std::size_t before = store_.taken().size();
        inbox_->poke();
        EXPECT_EQ(turn(), pause);
        EXPECT_EQ(store_.taken().size(), before + 1);
        EXPECT_EQ(pass(pause - 1ms), 1ms);
        EXPECT_EQ(store_.taken().size(), before + 1);
        now_.monotonic += 1ms;
        now_.wall += 1ms;
    }
    store_.is_away = false;

    turn();

    EXPECT_EQ(poster_.posted().size(), 1U);
}

TEST_F(DeliveryDeskTest, rests_once_for_several_things_that_the_store_did_not_take) {
    for (const std::string id : {"a", "b", "c", "d"}) store_.add(delivery(id));
    turn();
    store_.is_away = true;
    for (const std::string id : {"a", "b", "c", "d"}) poster_.answer(id, status(200));

    EXPECT_EQ(turn(), 100ms);
    EXPECT_EQ(pass(100ms), 200ms);
    store_.is_away = false;
    pass(200ms);

    EXPECT_TRUE(store_.kept().empty());
}

TEST_F(DeliveryDeskTest, tells_the_store_of_a_success_when_it_is_back_and_sends_nothing_twice) {
    store_.add(delivery("a"));
    turn();
    store_.is_away = true;
    answer("a", status(200));
    for (int i = 0; i < 40; ++i) pass(5s);  // well beyond its lease
    store_.is_away = false;
    store_.answers_at_once = false;

    pass(5s);
    // The question for more may overtake: another thread of the store answers it.
    while (store_.unanswered() > 0) {
        store_.answer(store_.unanswered() - 1);
        turn();
    }

    EXPECT_EQ(poster_.posted().size(), 1U);
    EXPECT_TRUE(store_.kept().empty());
    EXPECT_EQ(desk().counters().delivered, 1U);
}

TEST_F(DeliveryDeskTest, tells_the_store_of_a_retry_only_while_the_lease_lasts) {
    store_.add(delivery("a"));
    turn();
    const base::WallTime lease_end = store_.find("a")->due;
    store_.is_away = true;
    answer("a", status(500));
    pass(lease_end - now_.wall);
    EXPECT_EQ(desk().counters().waiting, 0U) << "it is somebody else's";
    store_.is_away = false;

    pass(5s);

    EXPECT_EQ(store_.find("a")->delivery.attempts, 0);
    EXPECT_EQ(poster_.posted().size(), 2U);
}

TEST_F(DeliveryDeskTest, does_not_send_what_it_got_too_late_to_end_within_the_lease) {
    store_.answers_at_once = false;
    store_.add(delivery("a"));
    turn();
    store_.answer_all();
    const base::WallTime lease_end = store_.find("a")->due;

    pass(lease_end - now_.wall - options_.limit + 1ms);

    EXPECT_TRUE(poster_.posted().empty());
    EXPECT_EQ(desk().counters().waiting, 0U);
}

TEST_F(DeliveryDeskTest, leases_for_longer_than_a_request_may_take) {
    options_.limit = 10min;
    store_.add(delivery("a"));

    turn();

    EXPECT_GE(store_.find("a")->due, now_.wall + options_.limit);
}

}  // namespace
}  // namespace earshot::outbound
