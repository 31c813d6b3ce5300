#include "earshot/archive/recorder.hpp"

#include "support/store/test_database.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::archive {
namespace {

using detect::ConversationChange;
using store::Done;

/// Takes changes, or does what a store that is away does. Of changes, only `apply` is asked for.
class TestStore final : public store::ConversationStore {
public:
    ~TestStore() override {
        hold(false);
        {
            const std::lock_guard lock(mutex_);
            is_closed_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    void apply(std::vector<ConversationChange> changes, Done<std::size_t> done) override {
        {
            const std::lock_guard lock(mutex_);
            ++calls_;
            asked_.push_back({std::move(changes), std::move(done)});
        }
        changed_.notify_all();
    }

    void fail(std::optional<base::Errc> code) {
        const std::lock_guard lock(mutex_);
        error_.reset();
        if (code) error_ = base::Error{*code, "it is so", {}, {}};
    }
    /// Never takes this message.
    void refuse(std::string message) {
        const std::lock_guard lock(mutex_);
        refused_ = std::move(message);
    }
    std::set<std::string> members(const std::string& conversation) const {
        const std::lock_guard lock(mutex_);
        const auto found = members_.find(conversation);
        return found == members_.end() ? std::set<std::string>() : found->second;
    }
    void hold(bool holds) {
        {
            const std::lock_guard lock(mutex_);
            holds_ = holds;
        }
        changed_.notify_all();
    }
    void await_calls(int calls) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return calls_ >= calls; });
    }
    std::map<std::string, std::vector<std::string>> kept() const {
        const std::lock_guard lock(mutex_);
        return kept_;
    }

    void list(std::string, store::ConversationQuery, Done<std::vector<detect::ConversationRecord>>) override {}
    void get(std::string, std::string, Done<detect::ConversationRecord>) override {}
    void edit(std::string, std::string, store::ConversationEdit, Done<detect::ConversationRecord>) override {}
    void remove(std::string, std::string, base::WallTime, Done<bool>) override {}
    void messages(std::string, std::string, store::MessageQuery, Done<std::vector<detect::MessageRecord>>) override {}
    void hits(std::string, std::string, Done<std::vector<detect::KeptHit>>) override {}
    void figures(std::string, std::string, Done<std::vector<detect::MemberFigures>>) override {}
    void rename(std::string, std::string, detect::MemberRecord, Done<detect::MemberRecord>) override {}
    void assign_speakers(std::string, std::string, std::vector<store::SpeakingTime>, Done<std::size_t>) override {}
    void expire(base::WallTime, std::size_t, base::WallTime, Done<std::size_t>) override {}
    void forget(base::WallTime, Done<bool>) override {}

private:
    struct Asked {
        std::vector<ConversationChange> changes;
        Done<std::size_t> done;
    };

    static bool holds(const std::vector<ConversationChange>& changes, const std::string& message) {
        return std::any_of(changes.begin(), changes.end(), [&](const ConversationChange& change) {
            return std::any_of(change.messages.begin(), change.messages.end(),
                               [&](const auto& one) { return one.id == message; });
        });
    }

    /// As a store's, on a thread of its own.
    void run() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return !holds_ && (is_closed_ || !asked_.empty()); });
            if (asked_.empty()) return;
            Asked asked = std::move(asked_.front());
            asked_.pop_front();
            base::Result<std::size_t> result(0);
            if (error_) result = *error_;
            if (result && !refused_.empty() && holds(asked.changes, refused_)) {
                result = base::Error{base::Errc::io_failed, "it is so", {}, {}};
            }
            for (const ConversationChange& change : asked.changes) {
                if (!result) break;
                if (change.begin) begun_.insert(change.conversation);
                if (!begun_.contains(change.conversation)) {
                    result = *result + 1;
                    continue;
                }
                for (const auto& member : change.members) members_[change.conversation].insert(member.id);
                auto& ids = kept_[change.conversation];
                for (const auto& message : change.messages) {
                    if (std::find(ids.begin(), ids.end(), message.id) == ids.end()) ids.push_back(message.id);
                }
            }
            lock.unlock();
            asked.done(std::move(result));
            asked = {};
            lock.lock();
        }
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Asked> asked_;
    bool is_closed_ = false;
    int calls_ = 0;
    bool holds_ = false;
    std::optional<base::Error> error_;
    std::string refused_;
    std::set<std::string> begun_;
    std::map<std::string, std::set<std::string>> members_;  // by conversation
    std::map<std::string, std::vector<std::string>> kept_;  // messages by conversation, in the order of their coming
    std::thread thread_{[this] { run(); }};
};

class RecorderTest : public testing::Test {
protected:
    RecorderTest() {
        options_.spool = folder_ / "spool";
        options_.gather = {};
        options_.first_pause = options_.longest_pause = std::chrono::milliseconds(1);
        options_.on_change = [this](const base::Error* trouble) { troubles_.push_back(trouble != nullptr); };
        options_.on_loss = [this](const std::string&) { ++losses_; };
    }
    void start() {
        recorder_.reset();
        recorder_ = Recorder::open(store_, options_).value();
    }

    void say(const std::string& conversation, const std::string& id) {
        ConversationChange change;
        change.conversation = conversation;
        if (begun_.insert(conversation).second) {
            change.begin.emplace();
            change.members.push_back({"member", "Ann", {}, {}});
        }
        change.messages.push_back({id, "member", 1, "some words", {}, {}});
        recorder_->keep(std::move(change));
    }

    void settle(const std::string& conversation) {
        std::promise<void> settled;
        recorder_->when_settled(conversation, [&] { settled.set_value(); });
        settled.get_future().wait();
    }

    template <typename Holds>
    void await(const Holds& holds) {
        while (!holds()) std::this_thread::yield();
    }

    support::TemporaryFolder made_;
    const std::filesystem::path& folder_ = made_.path();
    RecorderOptions options_;
    std::set<std::string> begun_;
    std::vector<bool> troubles_;
    int losses_ = 0;
    TestStore store_;
    std::unique_ptr<Recorder> recorder_;
};

using Messages = std::vector<std::string>;

TEST_F(RecorderTest, what_was_settled_is_in_the_store) {
    start();
    say("a", "1");
    say("b", "2");
    say("a", "3");
    settle("a");
    EXPECT_EQ(store_.kept()["a"], (Messages{"1", "3"}));
    settle("b");
    EXPECT_EQ(store_.kept()["b"], Messages{"2"});
    settle("unknown");
    EXPECT_EQ(recorder_->figures().written, 3U);
    EXPECT_EQ(recorder_->figures().waiting_bytes, 0U);
}

TEST_F(RecorderTest, whoever_waits_to_read_is_not_kept_for_the_time_that_changes_wait_for_company) {
    options_.gather = std::chrono::hours(1);
    start();
    say("a", "1");
    settle("a");
    EXPECT_EQ(store_.kept()["a"], Messages{"1"});
}

TEST_F(RecorderTest, the_end_writes_what_waits) {
    options_.gather = std::chrono::hours(1);
    start();
    say("a", "1");
    recorder_.reset();
    EXPECT_EQ(store_.kept()["a"], Messages{"1"});
}

TEST_F(RecorderTest, what_the_store_cannot_take_is_spooled_and_comes_first_when_it_can) {
    store_.fail(base::Errc::store_away);
    start();
    say("a", "1");
    settle("a");  // it cannot be read for now
    say("a", "2");
    settle("a");
    EXPECT_TRUE(store_.kept().empty());
    EXPECT_GT(recorder_->figures().spool_bytes, 0U);
    EXPECT_TRUE(recorder_->is_keeping());

    store_.fail({});
    say("a", "3");
    await([&] { return recorder_->figures().spool_bytes == 0; });
    settle("a");
    await([&] { return store_.kept()["a"].size() == 3; });
    EXPECT_EQ(store_.kept()["a"], (Messages{"1", "2", "3"}));
    recorder_.reset();
    EXPECT_EQ(troubles_, (std::vector<bool>{true, false}));
}

TEST_F(RecorderTest, a_spool_outlives_the_server) {
    store_.fail(base::Errc::io_failed);
    start();
    say("a", "1");
    say("a", "2");
    recorder_.reset();
    EXPECT_TRUE(store_.kept().empty());

    store_.fail({});
    start();
    await([&] { return recorder_->figures().spool_bytes == 0; });
    EXPECT_EQ(store_.kept()["a"], (Messages{"1", "2"}));
    EXPECT_EQ(recorder_->figures().replayed, 2U);
}

TEST_F(RecorderTest, while_the_store_is_slow_only_so_much_waits_in_memory) {
    options_.memory_bytes = 1;
    store_.hold(true);
    start();
    say("a", "1");
    store_.await_calls(1);
    say("a", "2");
    await([&] { return recorder_->figures().spooled == 1; });
    store_.hold(false);
    await([&] { return recorder_->figures().spool_bytes == 0; });
    EXPECT_EQ(store_.kept()["a"], (Messages{"1", "2"}));
}

TEST_F(RecorderTest, a_batch_that_failed_goes_before_what_was_spooled_behind_it) {
    options_.memory_bytes = 1;
    store_.hold(true);
    start();
    say("a", "1");
    store_.await_calls(1);
    say("a", "2");
    await([&] { return recorder_->figures().spooled == 1; });
    store_.fail(base::Errc::store_away);
    store_.hold(false);
    await([&] { return recorder_->figures().spooled == 2; });
    store_.fail({});
    await([&] { return recorder_->figures().spool_bytes == 0; });
    EXPECT_EQ(store_.kept()["a"], (Messages{"1", "2"}));
}

TEST_F(RecorderTest, past_the_spools_limit_changes_are_lost_and_counted_until_there_is_room) {
    options_.spool_bytes = 0;
    store_.fail(base::Errc::store_away);
    start();
    say("a", "1");  // tried in vain, and so goes before all others, beyond the limit
    settle("a");
    say("a", "2");
    settle("a");
    EXPECT_EQ(recorder_->figures().lost, 1U);
    EXPECT_FALSE(recorder_->is_keeping());

    store_.fail({});
    await([&] { return recorder_->figures().spool_bytes == 0; });
    say("a", "3");
    settle("a");
    EXPECT_TRUE(recorder_->is_keeping());
    EXPECT_EQ(store_.kept()["a"], (Messages{"1", "3"}));
    recorder_.reset();
    EXPECT_GT(losses_, 0);
}

TEST_F(RecorderTest, a_change_that_the_store_refuses_for_good_does_not_hold_up_the_others) {
    store_.fail(base::Errc::internal);
    start();
    say("a", "1");
    settle("a");
    EXPECT_EQ(recorder_->figures().lost, 1U);
    store_.fail({});
    say("a", "2");
    settle("a");
    EXPECT_EQ(store_.kept()["a"], Messages{"2"});
}

TEST_F(RecorderTest, a_conversation_whose_begin_was_lost_is_kept_from_when_there_is_room) {
    options_.spool_bytes = 0;
    store_.fail(base::Errc::store_away);
    start();
    say("a", "1");  // is spooled beyond the limit
    settle("a");
    say("b", "2");  // and its begin is lost
    settle("b");
    EXPECT_EQ(recorder_->figures().lost, 1U);
    store_.fail({});
    await([&] { return recorder_->figures().spool_bytes == 0; });
    say("b", "3");
    settle("b");
    EXPECT_EQ(store_.kept()["b"], Messages{"3"});
    EXPECT_EQ(store_.members("b"), std::set<std::string>{"member"});
    EXPECT_EQ(recorder_->figures().left_out, 0U);
}

TEST_F(RecorderTest, what_never_began_is_counted) {
    begun_.insert("a");
    start();
    say("a", "1");
    settle("a");
    EXPECT_EQ(recorder_->figures().left_out, 1U);
}

TEST_F(RecorderTest, a_change_that_the_database_always_fails_at_does_not_hold_up_the_others) {
    options_.gather = std::chrono::hours(1);
    store_.refuse("3");
    start();
    for (int i = 0; i < 9; ++i) say("a", std::to_string(i));
    settle("a");
    await([&] { return recorder_->figures().lost == 1; });
    await([&] { return recorder_->figures().spool_bytes == 0; });
    EXPECT_EQ(store_.kept()["a"], (Messages{"0", "1", "2", "4", "5", "6", "7", "8"}));
    EXPECT_FALSE(recorder_->is_behind());
}

TEST_F(RecorderTest, whoever_wants_to_read_all_waits_for_all) {
    store_.hold(true);
    start();
    say("a", "1");
    say("b", "2");
    std::promise<void> settled;
    recorder_->when_settled(std::nullopt, [&] { settled.set_value(); });
    store_.hold(false);
    settled.get_future().wait();
    EXPECT_EQ(store_.kept().size(), 2U);
    recorder_->when_settled(std::nullopt, [&] { begun_.insert("at once"); });
    EXPECT_TRUE(begun_.contains("at once"));
}

// The law: whatever the store does, in the end it has each conversation's messages, in their order.
TEST_F(RecorderTest, nothing_is_lost_and_the_order_stays) {
    options_.memory_bytes = 500;
    options_.batch_bytes = 300;
    for (unsigned seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        std::map<std::string, Messages> said;
        start();
        for (int step = 0; step < 200; ++step) {
            switch (random() % 12) {
                case 0:
                    store_.fail(base::Errc::store_away);
                    break;
                case 1:
                case 2:
                    store_.fail({});
                    break;
                case 3:
                    if (random() % 5 == 0) start();
                    break;
                case 4:
                    settle(std::to_string(seed) + "a");
                    break;
                default:
                    const std::string conversation = std::to_string(seed) + (random() % 2 ? "a" : "b");
                    said[conversation].push_back(std::to_string(step));
                    say(conversation, std::to_string(step));
            }
        }
        store_.fail({});
        start();
        await([&] { return recorder_->figures().spool_bytes == 0; });
        const auto kept = store_.kept();
        for (const auto& [conversation, messages] : said) EXPECT_EQ(kept.at(conversation), messages) << conversation;
        EXPECT_EQ(recorder_->figures().lost, 0U);
    }
}

}  // namespace
}  // namespace earshot::archive
