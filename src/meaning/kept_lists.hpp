#pragma once

#include "earshot/semantic/fitted_list.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace earshot::meaning {

/// Fitted lists by their keys: those that somebody uses, and within a bound of bytes those that were used last. One
/// thread.
class KeptLists {
public:
    using Fitted = std::shared_ptr<const semantic::FittedList>;

    explicit KeptLists(std::size_t at_most_bytes) : at_most_bytes_(at_most_bytes) {}

    /// Null: it is not there.
    Fitted find(const std::string& key) {
        if (const auto found = places_.find(key); found != places_.end()) {
            order_.splice(order_.begin(), order_, found->second);
            return found->second->second;
        }
        const auto found = used_.find(key);
        return found == used_.end() ? nullptr : found->second.lock();
    }

    void keep(const std::string& key, Fitted fitted) {
        used_[key] = fitted;
        if (places_.contains(key) || fitted->memory_bytes() > at_most_bytes_) return;
        bytes_ += fitted->memory_bytes();
        order_.emplace_front(key, std::move(fitted));
        places_.emplace(key, order_.begin());
        while (bytes_ > at_most_bytes_) {
            bytes_ -= order_.back().second->memory_bytes();
            places_.erase(order_.back().first);
            order_.pop_back();
        }
    }

    /// Forgets what nobody uses any more and is not kept.
    void sweep() {
        std::erase_if(used_, [](const auto& item) { return item.second.expired(); });
    }

    std::size_t size() const noexcept { return order_.size(); }

private:
    std::size_t at_most_bytes_;
    std::size_t bytes_ = 0;
    std::list<std::pair<std::string, Fitted>> order_;  // the last used first
    std::unordered_map<std::string, std::list<std::pair<std::string, Fitted>>::iterator> places_;
    std::unordered_map<std::string, std::weak_ptr<const semantic::FittedList>> used_;
};

}  // namespace earshot::meaning
