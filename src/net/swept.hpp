#pragma once

#include "earshot/base/time.hpp"

#include <cstddef>
#include <vector>

namespace earshot::net {

/// A connection whose deadlines the thread's one timer watches.
class Swept {
public:
    /// Called every 100 ms or so.
    virtual void on_sweep(base::MonotonicTime now) = 0;

    /// The server is shutting down: end when what is due is told.
    virtual void on_drain() = 0;

    /// The grace of the shutdown is over: end at once.
    virtual void on_cut() = 0;

    std::size_t slot = 0;  ///< SweptList's own

protected:
    ~Swept() = default;
};

/// The connections of a thread. Any of them may leave the list while it is gone through.
class SweptList {
public:
    void add(Swept& swept) {
        swept.slot = list_.size();
        list_.push_back(&swept);
    }

    void remove(Swept& swept) noexcept {
        list_[swept.slot] = list_.back();
        list_[swept.slot]->slot = swept.slot;
        list_.pop_back();
    }

    /// From the back, so that one which leaves moves in only who was visited.
    template <typename Visit>
    void for_each(const Visit& visit) {
        for (std::size_t i = list_.size(); i-- > 0;) {
            if (i < list_.size()) visit(*list_[i]);
        }
    }

    bool empty() const noexcept { return list_.empty(); }
    std::size_t size() const noexcept { return list_.size(); }

private:
    std::vector<Swept*> list_;
};

}  // namespace earshot::net
