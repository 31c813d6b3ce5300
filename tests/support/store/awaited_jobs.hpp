#pragma once

#include "earshot/store/job_store.hpp"

#include "support/store/awaited_store.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace earshot::support {

/// A JobStore whose operations wait for their answers.
class AwaitedJobs {
public:
    explicit AwaitedJobs(store::JobStore& store) : store_(store) {}

    base::Result<store::JobRecord> create(store::NewJob job, base::WallTime now = {}, std::size_t at_most = 1000,
                                          std::optional<store::Lease> claim = std::nullopt) {
        return await<store::JobRecord>([&](auto done) { store_.create(job, at_most, claim, now, done); });
    }
    base::Result<store::JobRecord> get(const std::string& account, const std::string& id) {
        return await<store::JobRecord>([&](auto done) { store_.get(account, id, done); });
    }
    base::Result<std::optional<store::ClaimedJob>> claim(store::Lease lease, base::WallTime now) {
        return await<std::optional<store::ClaimedJob>>([&](auto done) { store_.claim(lease, now, done); });
    }
    base::Result<bool> renew(const std::string& id, store::Lease lease, double progress) {
        return await<bool>([&](auto done) { store_.renew(id, lease, progress, done); });
    }
    base::Result<bool> finish(const std::string& id, const std::string& owner, store::JobOutcome outcome,
                              base::WallTime now = {}) {
        return await<bool>([&](auto done) { store_.finish(id, owner, std::move(outcome), now, done); });
    }
    base::Result<bool> release(const std::string& id, const std::string& owner) {
        return await<bool>([&](auto done) { store_.release(id, owner, done); });
    }
    base::Result<bool> forget(base::WallTime before) {
        return await<bool>([&](auto done) { store_.forget(before, done); });
    }
    base::Result<std::vector<store::Delivery>> take_deliveries(std::size_t at_most, base::WallTime now,
                                                               base::WallTime until) {
        return await<std::vector<store::Delivery>>(
            [&](auto done) { store_.take_deliveries(at_most, now, until, done); });
    }
    base::Result<bool> end_delivery(const std::string& id) {
        return await<bool>([&](auto done) { store_.end_delivery(id, done); });
    }
    base::Result<bool> retry_delivery(const std::string& id, base::WallTime when) {
        return await<bool>([&](auto done) { store_.retry_delivery(id, when, done); });
    }

private:
    store::JobStore& store_;
};

}  // namespace earshot::support
