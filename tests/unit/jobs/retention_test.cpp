#include "earshot/jobs/retention.hpp"

#include "unit/store/jobs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace earshot::jobs {
namespace {

using namespace std::chrono_literals;
using base::Errc;
using store::at;
using store::kind_name;

constexpr auto k_day = std::chrono::days(1);

class RetentionTest : public store::JobStoreTest {
protected:
    /// A conversation that began to be kept that many days after the first day.
    void keep(const std::string& id, int days) {
        detect::ConversationChange change = store::begin_of(id, 0);
        change.begin->kept_since = at(0) + days * k_day;
        change.ended = at(10);
        ASSERT_TRUE(store_->apply({change}));
    }
    bool is_kept(const std::string& id) { return store_->get("ann", id).has_value(); }
};

EARSHOT_FOR_BOTH_BACKENDS(RetentionTest);

TEST_P(RetentionTest, a_conversation_goes_when_it_was_kept_for_long_enough) {
    for (int i = 0; i < 120; ++i) keep("old" + std::to_string(i), 0);
    keep("new", 3);
    RetentionPeriods periods;
    EXPECT_EQ(delete_expired(*conversation_store_, *job_store_, periods, at(1) + 1000 * k_day).value(), 0U);
    periods.conversations = k_day * 7;
    EXPECT_EQ(delete_expired(*conversation_store_, *job_store_, periods, at(0) + 7 * k_day).value(), 0U);
    EXPECT_EQ(delete_expired(*conversation_store_, *job_store_, periods, at(20) + 7 * k_day).value(), 120U);
    EXPECT_FALSE(is_kept("old0"));
    EXPECT_TRUE(is_kept("new"));
}

TEST_P(RetentionTest, what_became_of_a_job_is_forgotten_in_the_end) {
    ASSERT_TRUE(jobs_->create(store::job_of("j1"), at(0), 10, store::lease_of("server")));
    ASSERT_TRUE(jobs_->finish("j1", "server", {}, at(10)).value());
    RetentionPeriods periods;
    ASSERT_TRUE(delete_expired(*conversation_store_, *job_store_, periods, at(5) + periods.jobs));
    EXPECT_TRUE(jobs_->get("ann", "j1"));
    ASSERT_TRUE(delete_expired(*conversation_store_, *job_store_, periods, at(11) + periods.jobs));
    EXPECT_EQ(jobs_->get("ann", "j1").error().code, Errc::unknown_job);
}

TEST_P(RetentionTest, the_timer_does_it_by_itself) {
    keep("old", 0);
    std::promise<std::size_t> deleted;
    RetentionPeriods periods;
    periods.conversations = k_day;
    const Retention timer(
        *conversation_store_, *job_store_, periods, [&](std::size_t count) { deleted.set_value(count); }, 1ms);
    EXPECT_EQ(deleted.get_future().get(), 1U);
    EXPECT_FALSE(is_kept("old"));
}

}  // namespace
}  // namespace earshot::jobs
