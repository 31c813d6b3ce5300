#pragma once

#include "earshot/store/tracker_store.hpp"

#include <functional>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace earshot::support {

/// Waits for what `start` begins.
template <typename T>
base::Result<T> await(const std::function<void(store::Done<T>)>& start) {
    auto answer = std::make_shared<std::promise<base::Result<T>>>();
    auto future = answer->get_future();
    start([answer](base::Result<T> result) { answer->set_value(std::move(result)); });
    return future.get();
}

/// A TrackerStore whose operations wait for their answers.
class AwaitedStore {
public:
    using Definitions = std::vector<detect::TrackerDefinition>;
    using Record = base::Result<detect::TrackerRecord>;
    using Records = base::Result<std::vector<detect::TrackerRecord>>;

    explicit AwaitedStore(store::TrackerStore& store) : store_(store) {}

    Records list(const std::string& account, std::optional<std::string> name = std::nullopt) {
        return await<std::vector<detect::TrackerRecord>>([&](auto done) { store_.list(account, name, done); });
    }
    Record get(const std::string& account, const std::string& id) {
        return await<detect::TrackerRecord>([&](auto done) { store_.get(account, id, done); });
    }
    Records create(const std::string& account, const Definitions& trackers, std::size_t at_most = 1000) {
        return await<std::vector<detect::TrackerRecord>>(
            [&](auto done) { store_.create(account, trackers, at_most, done); });
    }
    Record update(const std::string& account, const std::string& id, store::TrackerStore::Edit edit) {
        return await<detect::TrackerRecord>([&](auto done) { store_.update(account, id, edit, done); });
    }
    Record remove(const std::string& account, const std::string& id) {
        return await<detect::TrackerRecord>([&](auto done) { store_.remove(account, id, done); });
    }
    Records replace_all(const std::string& account, const Definitions& trackers, std::size_t at_most = 1000) {
        return await<std::vector<detect::TrackerRecord>>(
            [&](auto done) { store_.replace_all(account, trackers, at_most, done); });
    }

private:
    store::TrackerStore& store_;
};

}  // namespace earshot::support
