#include "earshot/meaning/fitter.hpp"

#include "earshot/base/thread_priority.hpp"
#include "earshot/text/tokenizer.hpp"

#include "fit_line.hpp"
#include "kept_lists.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace earshot::meaning {

using detect::TrackerList;

namespace {

/// How long what nobody uses any more may still be held.
constexpr auto k_sweep = std::chrono::seconds(5);

}  // namespace

class Fitter::Impl {
public:
    Impl(const Instruments& instruments, ValueKeeper* keeper, std::size_t memory_bytes)
        : instruments_(instruments),
          keeper_(keeper),
          line_(instruments, background_),
          kept_(memory_bytes),
          thread_([this] { run(); }) {}

    ~Impl() {
        {
            const std::lock_guard lock(wakeup_->mutex);
            wakeup_->is_closed = true;
        }
        wakeup_->changed.notify_all();
        thread_.join();
    }

    void prepare(const std::shared_ptr<const TrackerList>& list, std::function<void()> ready) {
        Entry former;  // what is large must not end under the lock, nor on the way to it
        bool is_ready = false;
        {
            const std::lock_guard lock(mutex_);
            Entry& entry = entries_[list.get()];
            if (entry.list.expired()) {  // new, or another list stood at this address
                former = std::exchange(entry, {});
                entry.list = list;
                new_lists_.push_back(list);
            }
            is_ready = entry.is_ready;
            if (!is_ready) entry.waiting.push_back(std::move(ready));
        }
        if (is_ready) return ready();
        wake();
    }

    void warm_up() {
        if (!instruments_.phrases) return;
        {
            const std::lock_guard lock(mutex_);
            warms_up_ = true;
        }
        wake();
    }

    FittedMeaning find(const TrackerList& list) const {
        const std::lock_guard lock(mutex_);
        const Entry* entry = entry_of(list);
        return entry ? entry->meaning : FittedMeaning{};
    }

    bool is_ready(const TrackerList& list) const {
        const std::lock_guard lock(mutex_);
        const Entry* entry = entry_of(list);
        return entry && entry->is_ready;
    }

    FitterCounters counters() const {
        const std::lock_guard lock(mutex_);
        FitterCounters counters = counters_;
        counters.waiting += new_lists_.size();
        return counters;
    }

private:
    struct Entry {
        std::weak_ptr<const TrackerList> list;
        FittedMeaning meaning;
        bool is_ready = false;
        std::vector<std::function<void()>> waiting;
    };
    using Entries = std::unordered_map<const TrackerList*, Entry>;

    /// Shared with answers of the keeper, which may outlive the fitter.
    struct Wakeup {
        std::mutex mutex;
        std::condition_variable changed;
        std::uint64_t calls = 0;
        bool is_closed = false;
    };

    const Entry* entry_of(const TrackerList& list) const {
        const auto found = entries_.find(&list);
        return found == entries_.end() || found->second.list.expired() ? nullptr : &found->second;
    }

    void wake() const { wake(*wakeup_); }
    static void wake(Wakeup& wakeup) {
        {
            const std::lock_guard lock(wakeup.mutex);
            ++wakeup.calls;
        }
        wakeup.changed.notify_one();
    }

    // ---- The fitter's thread ---------------------------------------------------------------------------------------

    void run() {
        base::lower_priority_of_this_thread();
        std::uint64_t seen = 0;
        while (true) {
            bool has_worked = take_new_lists();
            has_worked = line_.step([this](Turn& turn, Fit::State state) { take_news(turn, state); },
                                    [this] { return is_closed(); }) ||
                         has_worked;
            {
                const std::lock_guard lock(mutex_);
                counters_.waiting = line_.size();
            }
            std::unique_lock lock(wakeup_->mutex);
            if (!has_worked) {
                const auto is_called = [&] { return wakeup_->is_closed || wakeup_->calls != seen; };
                while (!wakeup_->changed.wait_for(lock, k_sweep, is_called)) {
                    lock.unlock();
                    sweep();
                    lock.lock();
                }
            }
            seen = wakeup_->calls;
            if (wakeup_->is_closed) return;
        }
    }

    bool is_closed() const {
        const std::lock_guard lock(wakeup_->mutex);
        return wakeup_->is_closed;
    }

    /// Lets go of what was fitted for lists that are gone.
    void sweep() {
        std::vector<Entries::node_type> gone;
        {
            const std::lock_guard lock(mutex_);
            for (auto entry = entries_.begin(); entry != entries_.end();) {
                const auto here = entry++;
                if (here->second.list.expired()) gone.push_back(entries_.extract(here));
            }
        }
        gone.clear();
        kept_.sweep();
    }

    bool take_new_lists() {
        std::vector<std::weak_ptr<const TrackerList>> lists;
        bool warms_up = false;
        {
            const std::lock_guard lock(mutex_);
            lists.swap(new_lists_);
            warms_up = std::exchange(warms_up_, false);
        }
        if (warms_up) make_background();
        if (!lists.empty()) sweep();
        for (const auto& weak : lists) {
            if (const auto list = weak.lock()) take(list);
        }
        return warms_up || !lists.empty();
    }

    /// Fits no phrases at all, of which the background's vectors come.
    void make_background() {
        const auto nothing = std::make_shared<const semantic::PhraseGroups>(std::vector<std::vector<std::string>>());
        Fit fit(instruments_, background_, keeper_, nothing, [wakeup = wakeup_] { wake(*wakeup); });
        line_.add({Fit::key(instruments_, *nothing), std::move(fit), {}, true});
    }

    void take(const std::shared_ptr<const TrackerList>& list) {
        const auto meaning = std::make_shared<const semantic::ListMeaning>(
            semantic::meaning_of(*list, tokenizer_, instruments_.default_threshold));
        const std::string key = Fit::key(instruments_, *meaning->groups);
        if (auto known = kept_.find(key); known && known->groups() == *meaning->groups) {
            return publish(list, {meaning, std::move(known)}, true);
        }
        if (Turn* turn = line_.find(key, *meaning->groups)) {
            turn->users.push_back(list);
            return publish(list, {meaning, turn->fit.fitted()}, false);
        }
        publish(list, {meaning, nullptr}, false);
        Fit fit(instruments_, background_, keeper_, meaning->groups, [wakeup = wakeup_] { wake(*wakeup); });
        line_.add({key, std::move(fit), {list}});
    }

    void take_news(Turn& turn, Fit::State state) {
        if (turn.fit.groups().size() == 0 && turn.users.empty()) return;  // the background alone
        const bool is_over = state == Fit::State::done || state == Fit::State::failed;
        if (is_over || state == Fit::State::given_up) count(turn, state);
        if (state == Fit::State::done) kept_.keep(turn.key, turn.fit.fitted());
        std::erase_if(turn.users, [](const auto& list) { return list.expired(); });
        for (const auto& weak : turn.users) {
            const auto list = weak.lock();
            if (!list) continue;
            // Where nothing came of it, nothing is told.
            publish(list, {find(*list).meaning, turn.fit.fitted()}, is_over && turn.fit.fitted());
        }
    }

    void count(const Turn& turn, Fit::State state) {
        const std::lock_guard lock(mutex_);
        if (state == Fit::State::given_up)
            ++counters_.given_up;
        else if (state == Fit::State::failed)
            ++counters_.failed;
        else
            ++(turn.fit.came_from_keeper() ? counters_.from_cache : counters_.fitted);
    }

    void publish(const std::shared_ptr<const TrackerList>& list, FittedMeaning meaning, bool is_ready) {
        std::vector<std::function<void()>> ready;
        {
            const std::lock_guard lock(mutex_);
            Entry& entry = entries_[list.get()];
            entry.list = list;
            std::swap(entry.meaning, meaning);  // the former one ends behind the lock
            entry.is_ready = is_ready;
            if (is_ready) ready.swap(entry.waiting);
        }
        for (const auto& tell : ready) tell();
    }

    const Instruments& instruments_;
    ValueKeeper* keeper_;
    std::shared_ptr<Wakeup> wakeup_ = std::make_shared<Wakeup>();

    mutable std::mutex mutex_;  // of what follows, up to the blank line; never held for long, since I/O threads take it
    Entries entries_;
    std::vector<std::weak_ptr<const TrackerList>> new_lists_;
    bool warms_up_ = false;
    FitterCounters counters_;

    // Of the fitter's thread.
    text::Tokenizer tokenizer_;
    BackgroundVectors background_;
    FitLine line_;
    KeptLists kept_;

    std::thread thread_;  // last: it uses all of the above
};

Fitter::Fitter(const Instruments& instruments, ValueKeeper* keeper, std::size_t memory_bytes)
    : impl_(std::make_unique<Impl>(instruments, keeper, memory_bytes)) {}

Fitter::~Fitter() = default;

void Fitter::prepare(const std::shared_ptr<const TrackerList>& list, std::function<void()> ready) {
    impl_->prepare(list, std::move(ready));
}

void Fitter::warm_up() {
    impl_->warm_up();
}

FittedMeaning Fitter::find(const TrackerList& list) const {
    return impl_->find(list);
}

bool Fitter::is_ready(const TrackerList& list) const {
    return impl_->is_ready(list);
}

FitterCounters Fitter::counters() const {
    return impl_->counters();
}

}  // namespace earshot::meaning
