// Whoever follows the stored trackers has them as they are in the end, whatever was full, away or late meanwhile.
#include "support/core_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::support {
namespace {

constexpr std::size_t k_ids = 4;
constexpr std::size_t k_limit = 4;  // trackers of the session: its own and three stored ones
constexpr std::string_view k_does_not_compile = "...";

/// One session that follows, and what the contract says of it. Its own tracker hears "own", tracker 3 in its version 7
/// hears "k3v7".
class FollowingRun {
public:
    explicit FollowingRun(std::uint64_t seed) : random_(seed), world_(options()) {
        change();
        world_.store_untold(stored());
        socket_ = world_.connect();
        world_.send(socket_, start_message());
        read();
    }

    void play() {
        for (std::size_t left = 5 + below(30); left > 0; --left) {
            step();
            read();
        }
        world_.hold_compiling(false);
        world_.fill_pool(false);
        is_away_ = false;
        world_.store_untold(stored());
        world_.advance(std::chrono::seconds(10));
        read();
    }

    void check() {
        if (is_right(dismissed_)) {
            EXPECT_THAT(heard(), testing::ElementsAreArray(should_hear()));
        } else {
            EXPECT_TRUE(was_refused_last_) << "what cannot be in force was not told";
        }
        EXPECT_LE(refusals_, changes_ + changes_of_its_own_) << "a change was told to fail more than once";
        EXPECT_THAT(problem_, testing::IsEmpty());
        const std::size_t tries = world_.compilings();
        world_.advance(std::chrono::hours(1));
        EXPECT_EQ(world_.compilings(), tries) << "there is nothing left to try";
    }

    std::size_t followed() const { return followed_; }
    std::size_t refusals() const { return refusals_; }

private:
    static CoreOptions options() {
        CoreOptions options;
        options.conversation.trackers = k_limit;
        return options;
    }

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    bool one_in(std::size_t times) { return below(times) == 0; }

    static std::string start_message() {
        return R"({"type":"start_request","noConnectionTimeout":1800,"speaker":{"userId":"a"},)"
               R"("trackers":[{"id":"own","name":"Own","vocabulary":["own"]}],)"
               R"("config":{"trackers":{"enableAllTrackers":true,"follow":true}}})";
    }

    // Some of the trackers in some versions; at the start it is what can be in force.
    void change() {
        do {
            phrases_.clear();
            for (std::size_t id = 1; id <= k_ids; ++id) {
                if (one_in(2)) continue;
                phrases_[id] = one_in(12) ? std::string(k_does_not_compile)
                                          : "k" + std::to_string(id) + "v" + std::to_string(1 + below(9));
            }
        } while (changes_ == 0 && !is_right({}));
        ++changes_;
    }

    std::shared_ptr<const session::StoredTrackers> stored() const {
        if (is_away_) return nullptr;
        std::vector<detect::TrackerDefinition> trackers;
        for (const auto& [id, phrase] : phrases_) {
            detect::TrackerDefinition& tracker = trackers.emplace_back();
            tracker.id = std::to_string(id);
            tracker.name = "Stored";
            tracker.vocabulary = {phrase};
        }
        return std::make_shared<const session::StoredTrackers>(std::move(trackers));
    }

    void step() {
        switch (below(8)) {
            case 0:
            case 1:
                change();
                world_.store(stored());
                break;
            case 2:
                world_.fill_pool(is_full_ = !is_full_);
                break;
            case 3:
                is_away_ = !is_away_;
                world_.store_untold(stored());
                break;
            case 4:
                world_.hold_compiling(is_held_ = !is_held_);
                break;
            case 5:
                dismiss(std::to_string(1 + below(k_ids)));
                break;
            case 6:
                if (one_in(3) && !is_full_ && !is_held_ && !is_away_ && is_right({})) come_back();
                break;
            default:
                world_.advance(std::chrono::milliseconds(below(20'000)));
                break;
        }
    }

    void dismiss(const std::string& id) {
        const std::string request = std::to_string(++requests_);
        world_.send(socket_, R"({"type":"modify_request","requestId":")" + request + R"(","trackers":{"remove":[")" +
                                 id + R"("]}})");
        asked_[request] = id;
    }

    // With its start, which replaces what it had.
    void come_back() {
        world_.lose(socket_);
        asked_.clear();
        dismissed_.clear();
        was_refused_last_ = false;
        socket_ = world_.connect();
        world_.send(socket_, start_message());
    }

    void read() {
        const auto has = [](const std::string& frame, std::string_view part) {
            return frame.find(part) != std::string::npos;
        };
        for (const std::string& frame : world_.take_frames(socket_)) {
            if (has(frame, R"("cause":"follow")")) {
                was_refused_last_ = false;
                ++followed_;
            } else if (has(frame, R"("path":"/config/trackers/follow")")) {
                if (!has(frame, "too_many") && !has(frame, "phrase_without_word")) problem_ = frame;
                was_refused_last_ = true;
                ++refusals_;
            } else if (has(frame, R"("cause":"request")")) {
                dismissed_.insert(std::stoul(asked_.at(request_of(frame))));
                ++changes_of_its_own_;
            } else if (has(frame, R"("type":"error")") && request_of(frame).empty()) {
                problem_ = frame;
            }
        }
    }

    static std::string request_of(const std::string& frame) {
        constexpr std::string_view key = R"("requestId":")";
        const std::size_t at = frame.find(key);
        if (at == std::string::npos) return {};
        const std::size_t begin = at + key.size();
        return frame.substr(begin, frame.find('"', begin) - begin);
    }

    // Whether all but those can be in force.
    bool is_right(const std::set<std::size_t>& dismissed) const {
        std::size_t trackers = 1;
        for (const auto& [id, phrase] : phrases_) {
            if (dismissed.contains(id)) continue;
            if (phrase == k_does_not_compile) return false;
            ++trackers;
        }
        return trackers <= k_limit;
    }

    std::vector<std::string> should_hear() const {
        std::vector<std::string> phrases{"own"};
        for (const auto& [id, phrase] : phrases_) {
            if (!dismissed_.contains(id)) phrases.push_back(phrase);
        }
        std::sort(phrases.begin(), phrases.end());
        return phrases;
    }

    std::vector<std::string> heard() {
        std::string text = "own";
        for (std::size_t id = 1; id <= k_ids; ++id) {
            for (int version = 1; version <= 9; ++version)
                text += ", k" + std::to_string(id) + "v" + std::to_string(version);
        }
        world_.send(socket_, R"({"type":"transcript","text":")" + text + "\"}");
        std::vector<std::string> phrases;
        constexpr std::string_view key = R"("value":")";
        for (const std::string& frame : world_.take_frames(socket_)) {
            for (std::size_t at = frame.find(key); at != std::string::npos; at = frame.find(key, at + 1)) {
                const std::size_t begin = at + key.size();
                phrases.push_back(frame.substr(begin, frame.find('"', begin) - begin));
            }
        }
        std::sort(phrases.begin(), phrases.end());
        return phrases;
    }

    std::mt19937_64 random_;
    CoreWorld world_;
    std::size_t socket_ = 0;
    std::map<std::size_t, std::string> phrases_;  // of the stored trackers as they are
    bool is_away_ = false;
    bool is_full_ = false;
    bool is_held_ = false;
    std::map<std::string, std::string> asked_;  // ids to dismiss, by request
    std::set<std::size_t> dismissed_;
    std::size_t requests_ = 0;
    std::size_t changes_ = 0;
    std::size_t changes_of_its_own_ = 0;
    std::size_t followed_ = 0;
    std::size_t refusals_ = 0;
    bool was_refused_last_ = false;
    std::string problem_;
};

TEST(FollowingLaw, who_follows_has_the_newest_state_in_the_end_or_is_told_why_not) {
    const char* const more = std::getenv("EARSHOT_EFFORT");
    const std::uint64_t cases = 400 * (more ? std::strtoull(more, nullptr, 10) : 1);
    std::size_t followed = 0;
    std::size_t refusals = 0;
    for (std::uint64_t seed = 90'000'000; seed < 90'000'000 + cases; ++seed) {
        FollowingRun run(seed);
        run.play();
        run.check();
        ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
        followed += run.followed();
        refusals += run.refusals();
    }
    EXPECT_GT(followed, cases);
    EXPECT_GT(refusals, cases / 4);
}

}  // namespace
}  // namespace earshot::support
