#include "net/stored_tracker_cache.hpp"

#include "earshot/store/sql_tracker_store.hpp"

#include "support/store/awaited_store.hpp"
#include "support/store/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::net {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Records = std::vector<detect::TrackerRecord>;
using Snapshot = StoredTrackerCache::Snapshot;

/// "none", "null", or the trackers' names.
std::string text_of(const Snapshot& snapshot) {
    if (!snapshot) return "null";
    std::string names;
    for (const detect::TrackerDefinition& tracker : snapshot->trackers()) names += tracker.name + ' ';
    return names;
}
std::string text_of(const std::optional<Snapshot>& snapshot) {
    return snapshot ? text_of(*snapshot) : "none";
}

/// A store whose readings are answered by the test.
class StoreInHand final : public store::TrackerStore {
public:
    void list(std::string account, std::optional<std::string>, store::Done<Records> done) override {
        ++readings;
        waiting_.emplace_back(std::move(account), std::move(done));
    }
    void get(std::string, std::string, store::Done<detect::TrackerRecord>) override { ADD_FAILURE(); }
    void create(std::string, std::vector<detect::TrackerDefinition>, std::size_t, store::Done<Records>) override {
        ADD_FAILURE();
    }
    void update(std::string, std::string, Edit, store::Done<detect::TrackerRecord>) override { ADD_FAILURE(); }
    void remove(std::string, std::string, store::Done<detect::TrackerRecord>) override { ADD_FAILURE(); }
    void replace_all(std::string, std::vector<detect::TrackerDefinition>, std::size_t, store::Done<Records>) override {
        ADD_FAILURE();
    }
    void on_change(std::function<void(const std::string& account)> listener) override { change = std::move(listener); }

    /// Answers the oldest reading with trackers of these names; gives its account.
    std::string answer(const std::vector<std::string>& names) {
        Records records;
        for (const std::string& name : names) {
            records.emplace_back();
            records.back().tracker.id = name;
            records.back().tracker.name = name;
        }
        return answer(base::Result<Records>(std::move(records)));
    }
    void fail() { answer(base::Error{base::Errc::io_failed, "it failed", {}, {}}); }

    std::size_t under_way() const { return waiting_.size(); }

    int readings = 0;
    std::function<void(const std::string& account)> change;

private:
    std::string answer(base::Result<Records> records) {
        const auto [account, done] = std::move(waiting_.at(0));
        waiting_.pop_front();
        done(std::move(records));
        return account;
    }

    std::deque<std::pair<std::string, store::Done<Records>>> waiting_;
};

class StoredTrackerCacheTest : public ::testing::Test {
protected:
    StoredTrackerCacheTest() {
        cache_->follow([this](const std::string& account, const Snapshot& snapshot) {
            told_.push_back(account + ": " + text_of(snapshot));
        });
    }

    /// What is given at once. What comes later is put down in `later_` with `who` asked.
    std::string get(const std::string& who, const std::string& account = "ann") {
        return text_of(cache_->get(
            account, [this, who](const Snapshot& snapshot) { later_.push_back(who + ": " + text_of(snapshot)); }));
    }

    void keep_up(bool is_in_use = true) {
        cache_->keep_up([=](const std::string&) { return is_in_use; });
    }

    base::MonotonicTime now_{1h};
    StoreInHand store_;
    std::vector<base::Errc> failures_;
    std::shared_ptr<StoredTrackerCache> cache_ = std::make_shared<StoredTrackerCache>(
        &store_, [this](const base::Error& error) { failures_.push_back(error.code); }, [this] { return now_; });
    std::vector<std::string> later_;
    std::vector<std::string> told_;
};

TEST_F(StoredTrackerCacheTest, what_is_older_than_it_may_be_is_not_given_without_a_look) {
    EXPECT_EQ(get("1"), "none");
    EXPECT_EQ(get("2"), "none");
    now_ += 2s;
    store_.answer({"A"});
    EXPECT_THAT(later_, ElementsAre("1: A ", "2: A "));

    now_ += StoredTrackerCache::k_fresh - 2s - 1ms;  // since the reading began
    EXPECT_EQ(get("3"), "A ");
    now_ += 1ms;
    EXPECT_EQ(get("4"), "none");
    EXPECT_EQ(store_.readings, 2);
    store_.answer({"B"});

    EXPECT_THAT(later_, ElementsAre("1: A ", "2: A ", "4: B "));
    EXPECT_EQ(get("5"), "B ");
    EXPECT_THAT(told_, ElementsAre("ann: A ", "ann: B "));
}

TEST_F(StoredTrackerCacheTest, who_waits_for_too_long_gets_what_was_read_last) {
    get("1");
    now_ += StoredTrackerCache::k_patience - 1ms;
    get("2");
    keep_up();
    EXPECT_THAT(later_, IsEmpty());
    now_ += 1ms;
    keep_up();
    EXPECT_THAT(later_, ElementsAre("1: null"));
    store_.answer({"A"});
    EXPECT_THAT(later_, ElementsAre("1: null", "2: A "));

    now_ += StoredTrackerCache::k_fresh;
    get("3");
    now_ += StoredTrackerCache::k_patience;
    keep_up();
    EXPECT_EQ(later_.back(), "3: A ");
    store_.answer({"B"});
    EXPECT_EQ(later_.size(), 3U);
    EXPECT_EQ(get("4"), "B ") << "late, but what is stored";
}

TEST_F(StoredTrackerCacheTest, those_of_accounts_in_use_are_read_again_before_they_are_old) {
    get("1");
    store_.answer({"A"});
    now_ += StoredTrackerCache::k_refresh - 1ms;
    keep_up();
    EXPECT_EQ(store_.readings, 1);
    now_ += 1ms;
    keep_up(false);
    EXPECT_EQ(store_.readings, 1);

    keep_up();
    keep_up();
    EXPECT_EQ(store_.readings, 2);
    EXPECT_EQ(get("2"), "A ") << "meanwhile they are given";
    store_.answer({"B"});

    EXPECT_THAT(told_, ElementsAre("ann: A ", "ann: B "));
}

TEST_F(StoredTrackerCacheTest, what_cannot_be_read_is_tried_again_after_pauses_that_grow) {
    get("1");
    store_.fail();
    EXPECT_THAT(later_, ElementsAre("1: null"));
    std::vector<base::Duration> pauses;
    base::MonotonicTime failed = now_;
    while (pauses.size() < 9) {
        now_ += 100ms;
        keep_up();
        if (store_.under_way() == 0) continue;
        pauses.push_back(now_ - failed);
        failed = now_;
        store_.fail();
    }
    EXPECT_THAT(pauses, ElementsAre(100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 5s, 5s, 5s));
    EXPECT_THAT(failures_, ::testing::SizeIs(10));

    get("2");  // who asks does not wait for the end of a pause
    store_.answer({"A"});
    EXPECT_EQ(later_.back(), "2: A ");
    store_.change("ann");
    store_.fail();
    now_ += 100ms;
    keep_up();
    EXPECT_EQ(store_.under_way(), 1U) << "and all is forgotten";
}

// A change that is answered is in what a start gets that comes after it; changes without end hold nobody up.
TEST_F(StoredTrackerCacheTest, who_came_before_the_reading_began_need_not_wait_for_changes_after_that) {
    get("1");
    store_.answer({"A"});
    store_.change("ann");
    EXPECT_EQ(get("2"), "none");
    store_.change("ann");
    EXPECT_EQ(get("3"), "none");
    store_.answer({"B"});
    EXPECT_EQ(later_.size(), 1U) << "both know of a change that this reading may not have seen";
    EXPECT_EQ(get("4"), "none");
    store_.change("ann");
    EXPECT_EQ(get("5"), "none");
    store_.answer({"C"});
    EXPECT_THAT(later_, ElementsAre("1: A ", "2: C ", "3: C "));
    store_.answer({"D"});

    EXPECT_THAT(later_, ElementsAre("1: A ", "2: C ", "3: C ", "4: D ", "5: D "));
    EXPECT_THAT(told_, ElementsAre("ann: A ", "ann: B ", "ann: C ", "ann: D "));
    EXPECT_EQ(store_.under_way(), 0U);
}

TEST_F(StoredTrackerCacheTest, of_many_accounts_the_oldest_are_read_first_and_a_few_at_once) {
    constexpr int k_accounts = 30;
    for (int number = 0; number < k_accounts; ++number) {
        get("", std::to_string(number));
        store_.answer({"A"});
        now_ += 1ms;
    }
    now_ += StoredTrackerCache::k_refresh;
    for (int number = 0; number < k_accounts; ++number) {
        keep_up();
        EXPECT_LE(store_.under_way(), StoredTrackerCache::k_readings);
        EXPECT_EQ(store_.answer({"A"}), std::to_string(number));
    }
}

TEST_F(StoredTrackerCacheTest, once_it_has_stopped_neither_store_nor_listener_is_called) {
    get("1");
    store_.answer({"A"});
    store_.change("ann");
    get("2");
    get("3", "bob");
    store_.change("ann");  // so that it would be read again

    cache_->stop_following();

    EXPECT_THAT(later_,
                ElementsAre("1: A ", ::testing::AnyOf("2: A ", "3: null"), ::testing::AnyOf("2: A ", "3: null")));
    store_.answer({"B"});
    store_.answer({"B"});
    store_.change("ann");
    keep_up();
    EXPECT_EQ(get("4"), "A ");
    EXPECT_EQ(store_.under_way(), 0U);
    EXPECT_EQ(later_.size(), 3U);
    EXPECT_THAT(told_, ElementsAre("ann: A "));
}

/// The store goes as soon as the cache has stopped, so that must wait for a call that another thread is in.
TEST(StoredTrackerCacheEndTest, waits_for_calls_of_the_store) {
    struct Slow final : store::TrackerStore {
        void list(std::string account, std::optional<std::string>, store::Done<Records>) override {
            called.set_value();
            while (!(*cache)->get(account, [](const Snapshot&) {})) std::this_thread::yield();  // until it has stopped
            has_returned = true;
        }
        void get(std::string, std::string, store::Done<detect::TrackerRecord>) override {}
        void create(std::string, std::vector<detect::TrackerDefinition>, std::size_t, store::Done<Records>) override {}
        void update(std::string, std::string, Edit, store::Done<detect::TrackerRecord>) override {}
        void remove(std::string, std::string, store::Done<detect::TrackerRecord>) override {}
        void replace_all(std::string, std::vector<detect::TrackerDefinition>, std::size_t,
                         store::Done<Records>) override {}
        void on_change(std::function<void(const std::string&)>) override {}

        const std::shared_ptr<StoredTrackerCache>* cache = nullptr;
        std::promise<void> called;
        std::atomic<bool> has_returned = false;
    } store;
    const auto cache = std::make_shared<StoredTrackerCache>(&store);
    store.cache = &cache;
    std::atomic<int> answered = 0;
    std::jthread starts([&] { cache->get("ann", [&](const Snapshot&) { ++answered; }); });
    store.called.get_future().wait();

    cache->stop_following();

    EXPECT_TRUE(store.has_returned);
    EXPECT_EQ(answered, 1);
}

/// Two servers of one database. What one changes, the other is not told.
TEST(StoredTrackerCachesTest, followers_see_what_another_server_has_changed) {
    const auto place = support::TestDatabase::make(support::BackendKind::sqlite);
    const auto database = store::Database::open({.url = place->url()}).value();
    const auto other_database = store::Database::open({.url = place->url()}).value();
    store::SqlTrackerStore store(*database);
    store::SqlTrackerStore other_store(*other_database);
    std::atomic<base::Duration> time(1h);
    const auto cache = std::make_shared<StoredTrackerCache>(&store, StoredTrackerCache::OnFailure(),
                                                            [&] { return base::MonotonicTime(time.load()); });
    std::promise<std::string> followed;
    cache->follow([&](const std::string&, const Snapshot& snapshot) {
        if (!snapshot->trackers().empty()) followed.set_value(text_of(snapshot));
    });
    const auto get = [&] {
        std::promise<std::string> later;
        const auto at_once = cache->get("ann", [&](const Snapshot& snapshot) { later.set_value(text_of(snapshot)); });
        return at_once ? text_of(*at_once) : later.get_future().get();
    };
    EXPECT_EQ(get(), "");
    detect::TrackerDefinition tracker;
    tracker.name = "A";
    tracker.vocabulary = {"how much"};

    ASSERT_TRUE(support::AwaitedStore(other_store).create("ann", {tracker}));
    time = time.load() + StoredTrackerCache::k_refresh;
    cache->keep_up([](const std::string&) { return true; });
    EXPECT_EQ(followed.get_future().get(), "A ");

    tracker.name = "B";
    ASSERT_TRUE(support::AwaitedStore(other_store).create("ann", {tracker}));
    time = time.load() + StoredTrackerCache::k_fresh;
    followed = {};
    EXPECT_EQ(get(), "A B ") << "who starts need not wait for the next look";
    cache->stop_following();
}

}  // namespace
}  // namespace earshot::net
