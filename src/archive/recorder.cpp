#include "earshot/archive/recorder.hpp"

#include "earshot/base/growing_pause.hpp"

#include "change_json.hpp"
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

/// The store may take it later: it is away, overloaded, or its disk is full.
bool may_pass(const base::Error& error) {
    return error.code == base::Errc::store_away || error.code == base::Errc::queue_full ||
           error.code == base::Errc::io_failed;
}

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

    void when_settled(const std::string& conversation, std::function<void()> done) {
        {
            const std::lock_guard lock(mutex_);
            const auto last = last_of_.find(conversation);
            if (last != last_of_.end()) {
                waiting_.emplace(last->second, std::move(done));
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
        Batch batch;               // empty: they are of the spool
        std::size_t replayed = 0;  // of the spool
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
        return figures_.waiting_bytes > options_.memory_bytes && flight_.has_value();
    }

    void wait(std::unique_lock<std::mutex>& lock) {
        std::optional<MonotonicTime> due;
        if (!flight_ && !spool_.empty() && try_at_ && !is_closed_) due = *try_at_;
        if (!flight_ && !queue_.empty()) {
            if (!queue_since_) queue_since_ = now();
            due = due ? std::min(*due, gathered_at()) : gathered_at();
        }
        due ? static_cast<void>(changed_.wait_until(lock, *due)) : changed_.wait(lock);
    }

    Batch take(std::size_t at_most_bytes) {
        Batch batch;
        std::size_t bytes = 0;
        while (!queue_.empty() && (batch.empty() || bytes + queue_.front().bytes <= at_most_bytes)) {
            bytes += queue_.front().bytes;
            batch.push_back(std::move(queue_.front()));
            queue_.pop_front();
        }
        queue_since_.reset();
        return batch;
    }

    void write(std::unique_lock<std::mutex>& lock) {
        flight_.emplace();
        flight_->batch = take(options_.batch_bytes);
        std::vector<ConversationChange> changes;
        for (const Waiting& waiting : flight_->batch) changes.push_back(waiting.change);
        start(std::move(changes), lock);
    }

    void replay(std::unique_lock<std::mutex>& lock) {
        flight_.emplace();
        lock.unlock();
        std::vector<ConversationChange> changes;
        std::size_t unreadable = 0;
        const std::vector<std::string> records = spool_.front(options_.batch_bytes);
        for (const std::string& record : records) {
            if (auto change = read_change(record)) {
                changes.push_back(std::move(*change));
            } else {
                ++unreadable;
            }
        }
        lock.lock();
        flight_->replayed = changes.size();
        figures_.lost += unreadable;
        start(std::move(changes), lock);
    }

    void start(std::vector<ConversationChange> changes, std::unique_lock<std::mutex>& lock) {
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
        const base::Result<std::size_t>& result = *flight.result;
        const bool is_replay = flight.batch.empty();
        if (!result && may_pass(result.error())) {
            try_at_ = now() + pause_.take();
            if (!is_replay) spool(std::move(flight.batch), true, lock);
            const base::Error trouble = result.error();
            tell_trouble(&trouble, lock);
            return;
        }
        try_at_.reset();
        pause_.reset();
        if (is_replay) {
            spool_.drop_front();
            (result ? figures_.replayed : figures_.lost) += flight.replayed;
            figures_.spool_bytes = spool_.bytes();
        } else {
            (result ? figures_.written : figures_.lost) += flight.batch.size();
        }
        is_full_ = false;
        settle(flight.batch, lock);
        if (result) {
            tell_trouble(nullptr, lock);
        } else {
            tell_loss("the store refused changes of conversations: " + result.error().message, lock);
        }
    }

    void spool_queue(std::unique_lock<std::mutex>& lock) { spool(take(options_.memory_bytes), false, lock); }

    void spool(Batch batch, bool is_first, std::unique_lock<std::mutex>& lock) {
        lock.unlock();
        std::vector<std::string> records;
        for (const Waiting& waiting : batch) records.push_back(write_change(waiting.change));
        const auto spooled = is_first ? spool_.prepend(records) : spool_.append(records);
        lock.lock();
        figures_.spool_bytes = spool_.bytes();
        (spooled ? figures_.spooled : figures_.lost) += batch.size();
        is_full_ = !spooled;
        settle(batch, lock);
        if (!spooled) tell_loss("conversations are not kept: " + spooled.error().message, lock);
    }

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

    // Of the recorder's thread.
    Spool spool_;
    base::GrowingPause pause_;
    std::optional<MonotonicTime> try_at_;  // after a failure
    std::optional<MonotonicTime> queue_since_;
    bool is_in_trouble_ = false;

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

void Recorder::when_settled(const std::string& conversation, std::function<void()> done) {
    impl_->when_settled(conversation, std::move(done));
}

bool Recorder::is_keeping() const {
    return impl_->is_keeping();
}

RecorderFigures Recorder::figures() const {
    return impl_->figures();
}

}  // namespace earshot::archive
