#include "delivery_desk.hpp"
#include "support/environment.hpp"
#include "unit/outbound/courier_fakes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace earshot::outbound {
namespace {

using namespace std::chrono_literals;

/// A desk whose store and receivers do what they like: late answers in any order, outages, failures of all kinds.
class DeliveryWorld {
public:
    DeliveryWorld(std::uint64_t seed, bool has_outages) : random_(seed), has_outages_(has_outages) {
        options_.in_flight = 1 + pick(4);
        options_.attempts = 1 + static_cast<int>(pick(4));
        options_.random = [this] { return static_cast<double>(pick(1000)) / 1000; };
        options_.on_given_up = [this](const store::Delivery& delivery, const std::string&) {
            Life& life = lives_.at(delivery.id);
            EXPECT_FALSE(life.is_over) << delivery.id;
            EXPECT_TRUE(life.is_hopeless || delivery.attempts + 1 >= options_.attempts) << delivery.id;
            life.is_over = true;
            ++given_up_;
        };
        store_.answers_at_once = pick(2) == 0;
        desk_ = std::make_unique<DeliveryDesk>(store_, poster_, options_, inbox_);
    }

    void run() {
        constexpr int k_steps = 400;
        constexpr int k_enough = 20'000;
        for (int i = 0; i < k_steps; ++i) step();
        store_.is_away = false;
        has_outages_ = false;
        int rounds = 0;
        for (; !store_.kept().empty() && rounds < k_enough; ++rounds) step(false);
        EXPECT_LT(rounds, k_enough) << "something never ends";
        turn();
        EXPECT_EQ(desk_->counters().delivered, succeeded_);
        EXPECT_EQ(desk_->counters().given_up, given_up_);
        EXPECT_EQ(desk_->counters().retried, failed_ - given_up_);
        EXPECT_EQ(succeeded_ + given_up_, lives_.size());
    }

private:
    struct Life {
        std::string before;         // in its topic; empty: it is the first
        base::MonotonicTime due{};  // of its request
        int failures = 0;
        bool is_hopeless = false;
        bool is_over = false;  // it succeeded, or was given up
    };

    std::size_t pick(std::size_t count) { return random_() % count; }

    void step(bool may_add = true) {
        switch (pick(6)) {
            case 0:
                if (may_add) add();
                break;
            case 1:
                if (has_outages_ && pick(4) == 0) store_.is_away = !store_.is_away;
                break;
            case 2:
                pass(std::chrono::milliseconds(pick(pick(10) == 0 ? 60'000 : 1'000)));
                break;
            case 3:
                if (store_.unanswered() > 0) store_.answer(pick(store_.unanswered()));
                break;
            default:
                if (!poster_.open().empty()) answer(any_open(), any_result());
        }
        turn();
    }

    void add() {
        const std::string id = std::to_string(lives_.size());
        const std::string topic = std::to_string(pick(4));
        std::string& last = last_of_topic_[topic];
        lives_[id].before = last;
        last = id;
        store_.add(delivery(id, topic), now_.wall);
        if (pick(2) == 0) inbox_->poke();
    }

    /// Of requests that are open none is so for longer than its limit.
    void pass(base::Duration time) {
        for (const FakePoster::Open& open : poster_.open())
            time = std::min(time, lives_.at(open.id()).due - now_.monotonic);
        now_.monotonic += time;
        now_.wall += std::chrono::duration_cast<std::chrono::milliseconds>(time);
        std::vector<std::string> late;
        for (const FakePoster::Open& open : poster_.open()) {
            if (lives_.at(open.id()).due <= now_.monotonic) late.push_back(open.id());
        }
        for (const std::string& id : late) answer(id, failure(HttpFailure::timeout));
    }

    std::string any_open() {
        return std::next(poster_.open().begin(), static_cast<std::ptrdiff_t>(pick(poster_.open().size())))->id();
    }

    void answer(const std::string& id, const HttpResult& result) {
        Life& life = lives_.at(id);
        const bool is_tried = result.failure != HttpFailure::queue_full;
        if (result.status == 200) {
            ++succeeded_;
            life.is_over = true;
        } else if (is_tried) {
            ++failed_;
            ++life.failures;
            life.is_hopeless = result.status == 410 || result.failure == HttpFailure::bad_request;
        }
        poster_.answer(id, result);
    }

    HttpResult any_result() {
        switch (pick(8)) {
            case 0:
                return failure(HttpFailure::timeout);
            case 1:
                return failure(HttpFailure::refused_address);
            case 2:
                return failure(pick(4) == 0 ? HttpFailure::bad_request : HttpFailure::queue_full);
            case 3:
                return status(pick(4) == 0 ? 410 : 302);
            case 4:
                return status(500);
            default:
                return status(200);
        }
    }

    void turn() {
        desk_->turn(now_);
        EXPECT_LE(poster_.open().size(), options_.in_flight);
        EXPECT_LE(desk_->counters().waiting, options_.in_flight);
        for (; seen_ < poster_.posted().size(); ++seen_) {
            const std::string& id = poster_.posted()[seen_];
            Life& life = lives_.at(id);
            life.due = now_.monotonic + options_.limit;
            EXPECT_FALSE(life.is_over) << id << " is sent though it is over";
            EXPECT_TRUE(life.before.empty() || !store_.find(life.before)) << id << " is sent before " << life.before;
            // An outage may keep a failure from the store.
            EXPECT_TRUE(had_outages_ || has_outages_ || life.failures < options_.attempts) << id;
        }
        had_outages_ = had_outages_ || has_outages_;
    }

    std::mt19937_64 random_;
    bool has_outages_;
    bool had_outages_ = false;
    CourierOptions options_;
    FakeJobStore store_;
    FakePoster poster_;
    std::shared_ptr<CourierInbox> inbox_ = std::make_shared<CourierInbox>();
    base::Now now_{base::MonotonicTime(1h), base::WallTime(1'700'000'000'000ms)};
    std::map<std::string, Life> lives_;
    std::map<std::string, std::string> last_of_topic_;
    std::size_t seen_ = 0;
    std::uint64_t succeeded_ = 0;
    std::uint64_t failed_ = 0;
    std::uint64_t given_up_ = 0;
    std::unique_ptr<DeliveryDesk> desk_;
};

void try_worlds(std::uint64_t first_seed, bool has_outages) {
    const std::uint64_t count = 200 * support::from_environment("EARSHOT_EFFORT", 1);
    for (std::uint64_t seed = first_seed; seed < first_seed + count; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        DeliveryWorld(seed, has_outages).run();
        if (testing::Test::HasFailure()) return;
    }
}

TEST(DeliveryLaw, each_ends_once_in_the_order_of_its_topic_after_as_many_attempts_as_it_has) {
    try_worlds(1, false);
}

TEST(DeliveryLaw, each_ends_once_in_the_order_of_its_topic_whatever_the_store_does) {
    try_worlds(10'000, true);
}

}  // namespace
}  // namespace earshot::outbound
