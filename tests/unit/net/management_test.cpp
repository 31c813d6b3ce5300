#include "net/rest/management.hpp"

#include "net/store_failures.hpp"
#include "support/net/memory_store.hpp"
#include "support/net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

namespace earshot::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

HttpCall call_of(std::string account, std::string body) {
    HttpCall call;
    call.account = std::move(account);
    call.trackers = 500;
    call.body = std::move(body);
    return call;
}

/// An answer that is waited for.
class Answer {
public:
    HttpDone done() {
        return [promise = promise_](HttpAnswer answer) { promise->set_value(std::move(answer)); };
    }
    HttpAnswer get() {
        if (future_.wait_for(std::chrono::seconds(20)) != std::future_status::ready) return {0, "no answer"};
        return future_.get();
    }
    bool is_there() { return future_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

private:
    std::shared_ptr<std::promise<HttpAnswer>> promise_ = std::make_shared<std::promise<HttpAnswer>>();
    std::future<HttpAnswer> future_ = promise_->get_future();
};

class ManagementUnitTest : public ::testing::Test {
protected:
    ~ManagementUnitTest() override { open_pool(); }

    /// Keeps the only thread of the pool busy until open_pool().
    void block_pool() {
        std::promise<void> begun;
        ASSERT_TRUE(pool_.post([&begun, gate = gate_.get_future().share()] {
            begun.set_value();
            gate.wait();
        }));
        begun.get_future().wait();
        is_blocked_ = true;
    }
    void open_pool() {
        if (is_blocked_) gate_.set_value();
        is_blocked_ = false;
    }

    void create(std::string account, std::string name, Answer& answer) {
        management_->create(call_of(std::move(account), R"({"name":")" + name + R"(","vocabulary":["x"]})"),
                            proto::BodyShape::one, answer.done());
    }

    std::promise<void> gate_;
    bool is_blocked_ = false;
    testing::RecordingHooks hooks_;
    std::shared_ptr<StoreFailures> failures_ = std::make_shared<StoreFailures>(hooks_, "it failed");
    testing::MemoryStore store_;
    ComputePool pool_{1, 1};
    std::shared_ptr<Management> management_ = std::make_shared<Management>(ServerOptions{}, store_, pool_, failures_);
};

TEST_F(ManagementUnitTest, bodies_are_read_on_the_pool) {
    block_pool();
    Answer answer;
    create("a", "n", answer);
    EXPECT_FALSE(answer.is_there());

    open_pool();
    EXPECT_EQ(answer.get().status, 200);
}

TEST_F(ManagementUnitTest, a_full_pool_is_told_at_once_and_ends_the_turn) {
    block_pool();
    Answer waits;
    create("a", "n", waits);

    Answer refused;
    create("b", "n", refused);
    const HttpAnswer answer = refused.get();
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.retry_after, std::chrono::seconds(1));
    EXPECT_THAT(answer.body, HasSubstr(R"({"message":")"));

    open_pool();
    EXPECT_EQ(waits.get().status, 200);
    Answer again;
    create("b", "n", again);
    EXPECT_EQ(again.get().status, 200);
}

TEST_F(ManagementUnitTest, accounts_do_not_wait_for_each_other) {
    store_.hold();
    Answer first;
    Answer same;
    create("a", "n", first);
    ASSERT_TRUE(store_.wait_for_waiting(1));
    create("a", "m", same);
    EXPECT_EQ(same.get().status, 429);
    Answer other;
    create("b", "n", other);
    ASSERT_TRUE(store_.wait_for_waiting(2));

    store_.release();
    EXPECT_EQ(first.get().status, 200);
    EXPECT_EQ(other.get().status, 200);
}

TEST_F(ManagementUnitTest, what_is_answered_with_500_is_told_to_the_log_and_nothing_else_is) {
    for (const base::Errc code : {base::Errc::store_away, base::Errc::queue_full, base::Errc::too_large}) {
        store_.fail_with(code);
        Answer answer;
        management_->list(call_of("a", {}), answer.done());
        EXPECT_NE(answer.get().status, 500);
    }
    EXPECT_THAT(hooks_.counts().warned, IsEmpty());

    store_.fail_with(base::Errc::io_failed);
    Answer answer;
    management_->list(call_of("a", {}), answer.done());
    EXPECT_EQ(answer.get().status, 500);
    EXPECT_THAT(hooks_.counts().warned, ElementsAre(HasSubstr("code=io_failed")));
}

TEST_F(ManagementUnitTest, an_account_that_stores_too_much_is_told_as_of_a_body_that_is_wrong) {
    store_.fail_with(base::Errc::too_large);
    Answer answer;
    create("a", "n", answer);

    const HttpAnswer told = answer.get();
    EXPECT_EQ(told.status, 400);
    EXPECT_EQ(told.body, R"({"message":"it failed","errors":[{"path":"","message":"it failed"}]})");
}

TEST_F(ManagementUnitTest, calls_under_way_need_nobody_else_to_keep_it) {
    block_pool();
    Answer answer;
    create("a", "n", answer);
    management_.reset();

    open_pool();
    EXPECT_EQ(answer.get().status, 200);
}

TEST(WriteTurnsTest, a_turn_ends_with_its_answer_or_with_whoever_would_give_it) {
    WriteTurns turns;
    int answered = 0;
    const HttpDone done = [&](HttpAnswer) { ++answered; };
    auto turn = turns.begin("a", done);
    ASSERT_TRUE(turn);
    EXPECT_FALSE(turns.begin("a", done));
    EXPECT_TRUE(turns.begin("b", done));  // and gone at once

    (*turn)({});
    EXPECT_EQ(answered, 1);
    auto next = turns.begin("a", done);
    ASSERT_TRUE(next);
    (*turn)({});  // once more: not the end of another's turn
    EXPECT_FALSE(turns.begin("a", done));
    turn.reset();
    EXPECT_FALSE(turns.begin("a", done));

    next.reset();
    EXPECT_TRUE(turns.begin("a", done));
}

}  // namespace
}  // namespace earshot::net
