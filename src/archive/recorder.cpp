#include "earshot/archive/recorder.hpp"

#include "earshot/base/growing_pause.hpp"
#include "earshot/store/change_json.hpp"

#include "spool.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace earshot::archive {

using base::MonotonicTime;
using detect::ConversationChange;

namespace {

MonotonicTime now() {
    return std::chrono::steady_clock::now();
}

/// Of one transaction: each takes a few statements, and a transaction has seconds.
constexpr std::size_t k_most_changes = 512;

/// How often the database may fail at a single change before that is taken for the change's own fault.
constexpr int k_tries = 5;

/// How long after the end of the server changes are still written; what is left then is spooled.
constexpr auto k_farewell = std::chrono::seconds(5);

}  // namespace

class Recorder::Impl {
public:
    Impl(store::ConversationStore& store, RecorderOptions options, Spool spool)
        : store_(store),
          options_(std::move(options)),
          spool_(std::move(spool)),
          pause_(options_.first_pause, options_.longest_pause) {
        figures_.spool_bytes = spool_.bytes();
        thread_ = std::thread([this] { run(); });
    }

    ~Impl() {
        {
            const std::lock_guard lock(mutex_);
            is_closed_ = true;
            closed_at_ = now();
        }
        changed_.notify_all();
        thread_.join();
    }

    void keep(ConversationChange change) {
        const std::size_t bytes = change.bytes();
        {
            const std::lock_guard lock(mutex_);
            last_of_[change.conversation] = ++last_;
            queue_.push_back({last_, bytes, std::move(change)});
            figures_.waiting_bytes += bytes;
        }
        changed_.notify_one();
    }

    void when_settled(const std::optional<std::string>& conversation, std::function<void()> done) {
        {
            const std::lock_guard lock(mutex_);
            const auto last = conversation ? last_of_.find(*conversation) : last_of_.end();
            const bool is_waiting = conversation ? last != last_of_.end() : !last_of_.empty();
            if (is_waiting) {
                waiting_.emplace(conversation ? last->second : last_, std::move(done));
                done = nullptr;
            }
        }
        if (done) return done();
        changed_.notify_one();
    }

    bool is_keeping() const {
        const std::lock_guard lock(mutex_);
        return !is_full_;
    }

    bool is_behind() const {
        const std::lock_guard lock(mutex_);
        return figures_.spool_bytes > 0;
    }

    RecorderFigures figures() const {
        const std::lock_guard lock(mutex_);
        return figures_;
    }

private:
    struct Waiting {
        std::uint64_t number;  // of all changes, in their order
        std::size_t bytes;
        ConversationChange change;
    };
    using Batch = std::vector<Waiting>;

    /// Changes on their way into the store.
    struct Flight {
        Batch batch;                             // empty: they are of the spool
        std::size_t changes = 0;                 // how many
        std::size_t unreadable = 0;              // records of the spool that are none
        std::optional<ConversationChange> only;  // where there is but one
        std::optional<base::Result<std::size_t>> result;
    };

    // ---- The recorder's thread -------------------------------------------------------------------------------------

    void run() {
        std::unique_lock lock(mutex_);
        while (true) {
            if (flight_ && flight_->result) {
                land(lock);
            } else if (!flight_ && may_replay()) {
                replay(lock);
            } else if (!flight_ && !queue_.empty() && spool_.empty() && !is_trying_later() && is_gathered()) {
                write(lock);
            } else if (must_spool()) {
                spool_queue(lock);
            } else if (is_closed_ && queue_.empty() && !flight_) {
                return;
            } else {
                wait(lock);
            }
        }
    }

    bool is_trying_later() const { return try_at_ && now() < *try_at_; }
    bool may_replay() const { return !is_closed_ && !spool_.empty() && !is_trying_later(); }

    bool is_gathered() const {
        return is_closed_ || !waiting_.empty() || figures_.waiting_bytes >= options_.batch_bytes ||
               now() >= gathered_at();
    }
    MonotonicTime gathered_at() const { return queue_since_.value_or(now()) + options_.gather; }

    /// What cannot be written soon is safe on disk, and what is there stays in its order.
    bool must_spool() const {
        if (queue_.empty()) return false;
        if (!spool_.empty() || is_trying_later()) return true;
        if (!flight_) return false;
        return is_closed_ ? now() >= closed_at_ + k_farewell : figures_.waiting_bytes > options_.memory_bytes;
    }

    void wait(std::unique_lock<std::mutex>& lock) {
        std::optional<MonotonicTime> due;
        if (is_closed_ && flight_ && !queue_.empty()) due = closed_at_ + k_farewell;
        if (!flight_ && !spool_.empty() && try_at_ && !is_closed_) due = *try_at_;
        if (!flight_ && !queue_.empty()) {
            if (!queue_since_) queue_since_ = now();
            due = due ? std::min(*due, gathered_at()) : gathered_at();
        }
        due ? static_cast<void>(changed_.wait_until(lock, *due)) : changed_.wait(lock);
    }

    Batch take() {
        Batch batch;
        std::size_t bytes = 0;
        while (!queue_.empty() && batch.size() < most_ &&
               (batch.empty() || bytes + queue_.front().bytes <= options_.batch_bytes)) {
            bytes += queue_.front().bytes;
            batch.push_back(std::move(queue_.front()));
            queue_.pop_front();
            add_owed(batch.back().change);
        }
        queue_since_.reset();
        return batch;
    }

    void write(std::unique_lock<std::mutex>& lock) {
        flight_.emplace();
        flight_->batch = take();
        std::vector<ConversationChange> changes;
        for (const Waiting& waiting : flight_->batch) changes.push_back(waiting.change);
        start(std::move(changes), lock);
    }

    void replay(std::unique_lock<std::mutex>& lock) {
        lock.unlock();
        const auto records = spool_.front(options_.batch_bytes, most_);
        std::vector<ConversationChange> changes;
        std::size_t unreadable = 0;
        for (std::size_t i = 0; records && i < records->size(); ++i) {
            if (auto change = store::read_change((*records)[i])) {
                changes.push_back(std::move(*change));
            } else {
                ++unreadable;
            }
        }
        lock.lock();
        figures_.spool_bytes = spool_.bytes();
        if (!records) {
            try_at_ = now() + pause_.take();
            const base::Error trouble = records.error();
            return tell_trouble(&trouble, lock);
        }
        tell_damage(lock);
        if (records->empty()) return;  // nothing of it was whole
        flight_.emplace();
        flight_->unreadable = unreadable;
        start(std::move(changes), lock);
    }

    void start(std::vector<ConversationChange> changes, std::unique_lock<std::mutex>& lock) {
        flight_->changes = changes.size();
        if (changes.size() == 1) flight_->only = changes.front();
        lock.unlock();
        store_.apply(std::move(changes), [this](base::Result<std::size_t> result) {
            // Under the lock to its end: the thread may otherwise be gone before this is told.
            const std::lock_guard guard(mutex_);
            flight_->result.emplace(std::move(result));
            changed_.notify_one();
        });
        lock.lock();
    }

    /// What became of a flight.
    void land(std::unique_lock<std::mutex>& lock) {
        Flight flight = std::move(*flight_);
        flight_.reset();
        if (!*flight.result) return land_failed(std::move(flight), lock);
        try_at_.reset();
        pause_.reset();
        tries_ = 0;
        most_ = std::min(2 * most_, k_most_changes);
        is_full_ = false;
        const bool is_replay = flight.batch.empty();
        (is_replay ? figures_.replayed : figures_.written) += flight.changes;
        figures_.left_out += **flight.result;
        if (is_replay) {
            spool_.drop_front();
            figures_.spool_bytes = spool_.bytes();
            figures_.lost += flight.unreadable;
        }
        settle(flight.batch, lock);
        tell_trouble(nullptr, lock);
        if (flight.unreadable > 0) tell_loss("changes of conversations in the spool cannot be read", lock);
    }

    /// Smaller batches find the change that the database cannot take, if it is one, and do in time what larger ones
    /// cannot.
    void land_failed(Flight flight, std::unique_lock<std::mutex>& lock) {
        const base::Error error = flight.result->error();
        const bool is_replay = flight.batch.empty();
        most_ = std::max<std::size_t>(flight.changes / 2, 1);
        if (!flight.only || base::may_pass(error.code)) {
            tries_ = 0;
        } else if (error.code != base::Errc::io_failed || ++tries_ == k_tries) {
            tries_ = 0;
            ++figures_.lost;
            owe(*flight.only);
            if (is_replay) spool_.drop_front();
            figures_.spool_bytes = spool_.bytes();
            settle(flight.batch, lock);
            return tell_loss("the database does not take a change of a conversation: " + error.message, lock);
        }
        try_at_ = now() + pause_.take();
        if (!is_replay) spool(std::move(flight.batch), true, lock);
        tell_trouble(&error, lock);
    }

    void spool_queue(std::unique_lock<std::mutex>& lock) { spool(take(), false, lock); }

    void spool(Batch batch, bool is_first, std::unique_lock<std::mutex>& lock) {
        lock.unlock();
        std::vector<std::string> records;
        for (const Waiting& waiting : batch) records.push_back(store::write_change(waiting.change));
        const auto spooled = is_first ? spool_.prepend(records) : spool_.append(records);
        lock.lock();
        figures_.spool_bytes = spool_.bytes();
        (spooled ? figures_.spooled : figures_.lost) += batch.size();
        is_full_ = !spooled;
        for (const Waiting& waiting : batch) {
            if (!spooled) owe(waiting.change);
        }
        settle(batch, lock);
        if (!spooled) tell_loss("conversations are not kept: " + spooled.error().message, lock);
    }

    // ---- What later changes need of lost ones ----------------------------------------------------------------------

    /// A conversation whose begin is lost would be left out to its end, and a member is told once.
    void owe(const ConversationChange& lost) {
        if (lost.ended) {
            owed_.erase(lost.conversation);
            return;
        }
        if (!lost.begin && lost.members.empty()) return;
        ConversationChange& owed = owed_[lost.conversation];
        if (lost.begin) owed.begin = lost.begin;
        owed.members.insert(owed.members.end(), lost.members.begin(), lost.members.end());
    }

    void add_owed(ConversationChange& change) {
        const auto owed = owed_.find(change.conversation);
        if (owed == owed_.end()) return;
        if (!change.begin) change.begin = std::move(owed->second.begin);
        change.members.insert(change.members.begin(), owed->second.members.begin(), owed->second.members.end());
        owed_.erase(owed);
    }

    // ---- What is told ----------------------------------------------------------------------------------------------

    /// Whoever waits for these changes need not any more.
    void settle(const Batch& batch, std::unique_lock<std::mutex>& lock) {
        if (batch.empty()) return;
        for (const Waiting& waiting : batch) {
            figures_.waiting_bytes -= waiting.bytes;
            const auto last = last_of_.find(waiting.change.conversation);
            if (last != last_of_.end() && last->second == waiting.number) last_of_.erase(last);
        }
        std::uint64_t first = last_ + 1;  // that is not settled
        if (!queue_.empty()) first = queue_.front().number;
        if (flight_ && !flight_->batch.empty()) first = flight_->batch.front().number;
        std::vector<std::function<void()>> done;
        while (!waiting_.empty() && waiting_.begin()->first < first) {
            done.push_back(std::move(waiting_.begin()->second));
            waiting_.erase(waiting_.begin());
        }
        lock.unlock();
        for (const auto& call : done) call();
        lock.lock();
    }

    void tell_damage(std::unique_lock<std::mutex>& lock) {
        const std::uint64_t damaged = spool_.damaged_bytes();
        if (damaged == damaged_told_) return;
        damaged_told_ = damaged;
        tell_loss("a part of the spool was damaged: " + std::to_string(damaged) + " bytes so far", lock);
    }

    void tell_trouble(const base::Error* trouble, std::unique_lock<std::mutex>& lock) {
        if (is_in_trouble_ == (trouble != nullptr)) return;
        is_in_trouble_ = trouble != nullptr;
        lock.unlock();
        if (options_.on_change) options_.on_change(trouble);
        lock.lock();
    }

    void tell_loss(const std::string& message, std::unique_lock<std::mutex>& lock) {
        lock.unlock();
        if (options_.on_loss) options_.on_loss(message);
        lock.lock();
    }

    store::ConversationStore& store_;
    const RecorderOptions options_;

    mutable std::mutex mutex_;  // of what follows, up to the blank line
    std::condition_variable changed_;
    std::deque<Waiting> queue_;
    std::uint64_t last_ = 0;
    std::unordered_map<std::string, std::uint64_t> last_of_;  // by conversation: its last change that is not settled
    std::multimap<std::uint64_t, std::function<void()>> waiting_;  // by the change that they wait for
    std::optional<Flight> flight_;
    RecorderFigures figures_;
    bool is_full_ = false;
    bool is_closed_ = false;
    MonotonicTime closed_at_;

    // Of the recorder's thread.
    Spool spool_;
    base::GrowingPause pause_;
    std::optional<MonotonicTime> try_at_;  // after a failure
    std::optional<MonotonicTime> queue_since_;
    bool is_in_trouble_ = false;
    std::size_t most_ = k_most_changes;  // of the next flight
    int tries_ = 0;                      // of a flight of one change, at which the database failed
    std::uint64_t damaged_told_ = 0;
    std::unordered_map<std::string, ConversationChange> owed_;  // by conversation: what of lost changes is needed

    std::thread thread_;  // last: it uses all of the above
};

base::Result<std::unique_ptr<Recorder>> Recorder::open(store::ConversationStore& store, RecorderOptions options) {
    auto spool = Spool::open(options.spool, options.spool_bytes);
    if (!spool) return spool.error();
    return std::unique_ptr<Recorder>(
        new Recorder(std::make_unique<Impl>(store, std::move(options), std::move(*spool))));
}

Recorder::Recorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Recorder::~Recorder() = default;

void Recorder::keep(ConversationChange change) {
    impl_->keep(std::move(change));
}

void Recorder::when_settled(const std::optional<std::string>& conversation, std::function<void()> done) {
    impl_->when_settled(conversation, std::move(done));
}

bool Recorder::is_keeping() const {
    return impl_->is_keeping();
}

bool Recorder::is_behind() const {
    return impl_->is_behind();
}

RecorderFigures Recorder::figures() const {
    return impl_->figures();
}

}  // namespace earshot::archive
