// Sessions that want stored trackers of a store that is away, late, or fails at the wrong moment.
#include "earshot/store/sql_tracker_store.hpp"

#include "support/net/each_transport.hpp"
#include "support/net/memory_store.hpp"
#include "support/net/test_server.hpp"
#include "support/net/tracker_clients.hpp"
#include "support/store/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::testing {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string reference(const std::string& id) {
    return R"({"id":")" + id + R"("})";
}
std::string references(const std::string& id) {
    return "[" + reference(id) + "]";
}

// ---- The store is away

class StoreAwayTest : public EachTransport {
protected:
    json::object start(TrackerSession& session, std::string_view trackers, std::string_view more = {}) {
        return session.start(start_message(trackers, {}, more));
    }
    TrackerSession connect() { return TrackerSession(server_.port(), "/v1/streaming/" + std::to_string(++sessions_)); }

    MemoryStore store_;
    TestServer server_{{}, {}, &store_};
    TrackerApi api_{server_.port()};
    int sessions_ = 0;
};

TEST_P(StoreAwayTest, a_start_goes_on_without_what_cannot_be_had) {
    const std::string id = api_.create("Price", R"(["how much"])");
    const std::string trackers = "[" + reference(id) + "," + tracker_body("Own", R"(["hello"])") + "]";
    for (const base::Errc code : {base::Errc::store_away, base::Errc::queue_full, base::Errc::io_failed}) {
        store_.fail_with(code);
        TrackerSession session = connect();

        const json::object report = start(session, trackers, R"("enableAllTrackers":true)");

        EXPECT_THAT(ignored(report), ElementsAre(id + ": unavailable", "*: unavailable"));
        EXPECT_THAT(session.heard("hello, how much"), ElementsAre("Own"));
        EXPECT_THAT(session.modify(R"({"add":)" + references(id) + "}"), HasSubstr(R"("code":"store_away")"));
    }
    store_.fail_with(std::nullopt);
    TrackerSession session = connect();
    EXPECT_THAT(ignored(start(session, trackers)), IsEmpty());
    EXPECT_THAT(session.heard("hello, how much"), ElementsAre("Own", "Price"));
}

TEST_P(StoreAwayTest, those_that_were_read_before_are_there) {
    const std::string id = api_.create("Price", R"(["how much"])");
    TrackerSession before = connect();
    start(before, references(id));
    store_.fail_with(base::Errc::store_away);
    TrackerSession session = connect();

    EXPECT_THAT(ignored(start(session, references(id))), IsEmpty());
    EXPECT_THAT(session.heard("how much"), ElementsAre("Price"));
}

TEST_P(StoreAwayTest, one_that_answers_late_lets_the_start_wait_and_nobody_else) {
    const std::string id = api_.create("Price", R"(["how much"])");
    store_.hold();
    TrackerSession waiting = connect();
    waiting.client().send(start_message(references(id)));
    waiting.client().send(final_chunk("how much"));
    ASSERT_TRUE(store_.wait_for_waiting(1));
    waiting.client().send("__PING__");
    EXPECT_EQ(waiting.client().receive(), "__PONG__");
    TrackerSession other = connect();
    start(other, "[" + tracker_body("Own", R"(["hello"])") + "]");
    EXPECT_THAT(other.heard("hello"), ElementsAre("Own"));

    store_.release();

    EXPECT_THAT(waiting.wait_for("tracker_response"), HasSubstr(R"("name":"Price")"));
}

// ---- Reading an account's trackers again after a change

/// A store whose readings of all trackers of an account are in the test's hand. Any thread.
class ReadsInHand final : public store::TrackerStore {
public:
    void fail_reads(bool fail) {
        const std::lock_guard lock(mutex_);
        fail_ = fail;
    }
    void hold_reads() {
        const std::lock_guard lock(mutex_);
        is_held_ = true;
    }
    void release_reads() {
        std::vector<std::function<void()>> held;
        {
            const std::lock_guard lock(mutex_);
            is_held_ = false;
            held.swap(held_);
        }
        for (const auto& read : held) read();
    }

    void list(std::string account, std::optional<std::string> name,
              store::Done<std::vector<detect::TrackerRecord>> done) override {
        std::unique_lock lock(mutex_);
        if (fail_) {
            lock.unlock();
            return done(base::Error{base::Errc::queue_full, "the queue is full", {}, {}});
        }
        auto read = [this, account = std::move(account), name = std::move(name), done = std::move(done)] {
            store_.list(account, name, done);
        };
        if (is_held_) return held_.push_back(std::move(read));
        lock.unlock();
        read();
    }
    void get(std::string account, std::string id, store::Done<detect::TrackerRecord> done) override {
        store_.get(std::move(account), std::move(id), std::move(done));
    }
    void create(std::string account, std::vector<detect::TrackerDefinition> trackers, std::size_t at_most,
                store::Done<std::vector<detect::TrackerRecord>> done) override {
        store_.create(std::move(account), std::move(trackers), at_most, std::move(done));
    }
    void update(std::string account, std::string id, Edit edit, store::Done<detect::TrackerRecord> done) override {
        store_.update(std::move(account), std::move(id), std::move(edit), std::move(done));
    }
    void remove(std::string account, std::string id, store::Done<detect::TrackerRecord> done) override {
        store_.remove(std::move(account), std::move(id), std::move(done));
    }
    void replace_all(std::string account, std::vector<detect::TrackerDefinition> trackers, std::size_t at_most,
                     store::Done<std::vector<detect::TrackerRecord>> done) override {
        store_.replace_all(std::move(account), std::move(trackers), at_most, std::move(done));
    }
    void on_change(std::function<void(const std::string& account)> listener) override {
        store_.on_change(std::move(listener));
    }

private:
    std::mutex mutex_;
    bool fail_ = false;
    bool is_held_ = false;
    std::vector<std::function<void()>> held_;
    MemoryStore store_;  // last: its thread uses all of the above
};

class StoredReadsTest : public EachTransport {
protected:
    TrackerSession connect(std::string_view id) {
        return TrackerSession(server_.port(), "/v1/streaming/" + std::string(id));
    }

    ReadsInHand store_;
    TestServer server_{{}, {}, &store_};
    TrackerApi api_{server_.port()};
};

constexpr std::string_view k_follow = R"("trackers":{"enableAllTrackers":true,"follow":true})";

TEST_P(StoredReadsTest, a_start_after_the_answer_of_a_change_waits_until_that_is_read) {
    TrackerSession before = connect("before");
    before.start(start_message({}, {}, R"("enableAllTrackers":true)"));  // so that something is at hand
    store_.hold_reads();
    const std::string id = api_.create("Price", R"(["how much"])");
    TrackerSession after = connect("after");
    after.client().send(start_message(references(id)));
    EXPECT_TRUE(after.client().is_silent());

    store_.release_reads();

    EXPECT_THAT(after.wait_for("recognition_started"), HasSubstr(R"("name":"Price")"));
    EXPECT_THAT(after.heard("how much"), ElementsAre("Price"));
}

TEST_P(StoredReadsTest, a_change_that_could_not_be_read_is_followed_when_it_can) {
    TrackerSession follower = connect("x");
    follower.start(start_message({}, k_follow));
    store_.fail_reads(true);
    api_.create("Price", R"(["how much"])");
    EXPECT_THAT(follower.heard("how much"), IsEmpty());

    store_.fail_reads(false);

    follower.wait_for(R"("cause":"follow")");
    EXPECT_THAT(follower.heard("how much"), ElementsAre("Price"));
}

TEST_P(StoredReadsTest, who_follows_gets_what_was_not_to_be_had_at_its_start) {
    api_.create("Price", R"(["how much"])");
    store_.fail_reads(true);
    TrackerSession follower = connect("x");
    EXPECT_THAT(ignored(follower.start(start_message({}, k_follow))), ElementsAre("*: unavailable"));

    store_.fail_reads(false);

    follower.wait_for(R"("cause":"follow")");
    EXPECT_THAT(follower.heard("how much"), ElementsAre("Price"));
}

// ---- Another server of the same database

// Nobody tells the first one, so this takes some seconds.
TEST(OtherServerTest, who_follows_gets_what_another_server_has_changed) {
    const auto place = support::TestDatabase::make(support::BackendKind::sqlite);
    const auto database = store::Database::open({.url = place->url()}).value();
    const auto other_database = store::Database::open({.url = place->url()}).value();
    store::SqlTrackerStore store(*database);
    store::SqlTrackerStore other_store(*other_database);
    TestServer server({}, {}, Transport::plain, &store);
    TestServer other({}, {}, Transport::plain, &other_store);
    TrackerSession follower(server.port(), "/v1/streaming/x");
    follower.start(start_message({}, k_follow));

    TrackerApi(other.port()).create("Price", R"(["how much"])");

    follower.wait_for(R"("cause":"follow")");
    EXPECT_THAT(follower.heard("how much"), ElementsAre("Price"));
}

INSTANTIATE_TEST_SUITE_P(Over, StoreAwayTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, StoredReadsTest, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
