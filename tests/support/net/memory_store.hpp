#pragma once

#include "earshot/store/tracker_store.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace earshot::testing {

/// A store in memory that keeps the contract of TrackerStore, with a thread of its own. Its clock goes on by a second
/// with each operation. Edits are run twice, as a database may do. Any thread.
class MemoryStore final : public store::TrackerStore {
public:
    MemoryStore();
    /// Ends what was begun.
    ~MemoryStore() override;

    /// From now on operations wait.
    void hold();
    /// Those that wait are run, and further ones at once.
    void release();
    /// Waits until so many operations wait; false if that takes too long.
    bool wait_for_waiting(std::size_t operations);

    /// What operations end with from now on; none: with what they are for.
    void fail_with(std::optional<base::Errc> code);

    void list(std::string account, std::optional<std::string> name,
              store::Done<std::vector<detect::TrackerRecord>> done) override;
    void get(std::string account, std::string id, store::Done<detect::TrackerRecord> done) override;
    void create(std::string account, std::vector<detect::TrackerDefinition> trackers, std::size_t at_most,
                store::Done<std::vector<detect::TrackerRecord>> done) override;
    void update(std::string account, std::string id, Edit edit, store::Done<detect::TrackerRecord> done) override;
    void remove(std::string account, std::string id, store::Done<detect::TrackerRecord> done) override;
    void replace_all(std::string account, std::vector<detect::TrackerDefinition> trackers, std::size_t at_most,
                     store::Done<std::vector<detect::TrackerRecord>> done) override;
    void on_change(std::function<void(const std::string& account)> listener) override;

private:
    using Records = std::vector<detect::TrackerRecord>;

    /// Runs `work`, and then `done` with its result, on the thread.
    template <typename T>
    void run(std::function<base::Result<T>()> work, store::Done<T> done);
    void work_off();
    base::WallTime now();
    detect::TrackerRecord record_of(detect::TrackerDefinition tracker);
    base::Result<Records> add(const std::string& account, Records records,
                              std::vector<detect::TrackerDefinition> trackers, std::size_t at_most);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;
    std::optional<base::Errc> failure_;
    bool is_held_ = false;
    bool is_over_ = false;

    // Of the thread alone.
    std::map<std::string, Records> accounts_;
    std::function<void(const std::string&)> listener_;
    std::uint64_t last_id_ = 1'000'000'000'000'000;
    std::int64_t seconds_ = 1'600'000'000;

    std::thread thread_;
};

}  // namespace earshot::testing
