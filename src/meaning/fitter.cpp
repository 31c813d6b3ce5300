#include "earshot/meaning/fitter.hpp"

#include "earshot/text/tokenizer.hpp"

#include "fit.hpp"
#include "kept_lists.hpp"
#include "low_priority.hpp"

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace earshot::meaning {

using detect::TrackerList;
using semantic::FittedList;

class Fitter::Impl {
public:
    Impl(const Instruments& instruments, ValueKeeper* keeper, std::size_t memory_bytes)
        : instruments_(instruments), keeper_(keeper), kept_(memory_bytes), thread_([this] { run(); }) {}

    ~Impl() {
        {
            const std::lock_guard lock(wakeup_->mutex);
            wakeup_->is_closed = true;
        }
        wakeup_->changed.notify_all();
        thread_.join();
    }

    void prepare(const std::shared_ptr<const TrackerList>& list, std::function<void()> ready) {
        bool is_ready = false;
        {
            const std::lock_guard lock(mutex_);
            Entry& entry = entries_[list.get()];
            if (entry.list.expired()) {  // new, or another list stood at this address
                entry = {};
                entry.list = list;
                new_lists_.push_back(list);
            }
            is_ready = entry.is_ready;
            if (!is_ready) entry.waiting.push_back(std::move(ready));
        }
        if (is_ready) return ready();
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
        counters.waiting = new_lists_.size() + turns_.size();
        return counters;
    }

private:
    struct Entry {
        std::weak_ptr<const TrackerList> list;
        FittedMeaning meaning;
        bool is_ready = false;
        std::vector<std::function<void()>> waiting;
    };

    /// A set of phrases that is being fitted, for all lists that have it.
    struct Turn {
        std::string key;
        Fit fit;
        std::vector<std::weak_ptr<const TrackerList>> users;
    };

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
        lower_priority_of_this_thread();
        std::uint64_t seen = 0;
        while (true) {
            bool has_worked = take_new_lists();
            has_worked = give_turns() || has_worked;
            std::unique_lock lock(wakeup_->mutex);
            if (!has_worked) wakeup_->changed.wait(lock, [&] { return wakeup_->is_closed || wakeup_->calls != seen; });
            seen = wakeup_->calls;
            if (wakeup_->is_closed) return;
        }
    }

    bool take_new_lists() {
        std::vector<std::weak_ptr<const TrackerList>> lists;
        {
            const std::lock_guard lock(mutex_);
            lists.swap(new_lists_);
            if (!lists.empty()) std::erase_if(entries_, [](const auto& item) { return item.second.list.expired(); });
        }
        for (const auto& weak : lists) {
            if (const auto list = weak.lock()) take(list);
        }
        return !lists.empty();
    }

    void take(const std::shared_ptr<const TrackerList>& list) {
        const auto meaning = std::make_shared<const semantic::ListMeaning>(semantic::meaning_of(*list, tokenizer_));
        const std::string key = Fit::key(instruments_, *meaning->groups);
        if (auto known = kept_.find(key)) return publish(list, {meaning, std::move(known)}, true);
        for (Turn& turn : turns_) {
            if (turn.key != key) continue;
            turn.users.push_back(list);
            publish(list, {meaning, turn.fit.fitted()}, false);
            return;
        }
        publish(list, {meaning, nullptr}, false);
        Turn turn{
            key, Fit(instruments_, background_, keeper_, meaning->groups, [wakeup = wakeup_] { wake(*wakeup); }), {}};
        turn.users.push_back(list);
        const std::lock_guard lock(mutex_);
        turns_.push_back(std::move(turn));
    }

    /// A step for each set of phrases that does not wait. False: there was nothing to do.
    bool give_turns() {
        bool has_worked = false;
        for (auto turn = turns_.begin(); turn != turns_.end();) {
            std::erase_if(turn->users, [](const auto& list) { return list.expired(); });
            const auto before = turn->fit.fitted();
            const bool is_used = !turn->users.empty();
            const bool was_waiting = turn->fit.state() == Fit::State::waiting;
            const Fit::State state = is_used ? turn->fit.step() : Fit::State::failed;
            const bool is_over = state == Fit::State::done || state == Fit::State::failed;
            has_worked = has_worked || is_over || !was_waiting;
            if (is_over) count(*turn, state, is_used);
            if (is_used && (turn->fit.fitted() != before || is_over)) tell_users(*turn, state);
            const std::lock_guard lock(mutex_);
            turn = is_over ? turns_.erase(turn) : std::next(turn);
        }
        return has_worked;
    }

    void tell_users(const Turn& turn, Fit::State state) {
        const bool is_over = state == Fit::State::done || state == Fit::State::failed;
        if (state == Fit::State::done) kept_.keep(turn.key, turn.fit.fitted());
        for (const auto& weak : turn.users) {
            const auto list = weak.lock();
            if (!list) continue;
            publish(list, {find(*list).meaning, turn.fit.fitted()}, is_over);
        }
    }

    void count(const Turn& turn, Fit::State state, bool is_used) {
        const std::lock_guard lock(mutex_);
        if (!is_used)
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
            entry.meaning = std::move(meaning);
            entry.is_ready = is_ready;
            if (is_ready) ready.swap(entry.waiting);
        }
        for (const auto& tell : ready) tell();
    }

    const Instruments& instruments_;
    ValueKeeper* keeper_;
    std::shared_ptr<Wakeup> wakeup_ = std::make_shared<Wakeup>();

    mutable std::mutex mutex_;  // of what follows, up to the blank line; turns_ is changed by the fitter's thread alone
    std::unordered_map<const TrackerList*, Entry> entries_;
    std::vector<std::weak_ptr<const TrackerList>> new_lists_;
    FitterCounters counters_;
    std::list<Turn> turns_;

    // Of the fitter's thread.
    text::Tokenizer tokenizer_;
    BackgroundVectors background_;
    KeptLists kept_;

    std::thread thread_;  // last: it uses all of the above
};

Fitter::Fitter(const Instruments& instruments, ValueKeeper* keeper, std::size_t memory_bytes)
    : impl_(std::make_unique<Impl>(instruments, keeper, memory_bytes)) {}

Fitter::~Fitter() = default;

void Fitter::prepare(const std::shared_ptr<const TrackerList>& list, std::function<void()> ready) {
    impl_->prepare(list, std::move(ready));
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
