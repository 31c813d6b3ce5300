#pragma once

#include "earshot/store/sql_job_store.hpp"

#include "conversations.hpp"
#include "support/store/awaited_jobs.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace earshot::store {

inline NewJob job_of(const std::string& id, const std::string& conversation = "c1",
                     const std::string& account = "ann") {
    NewJob job;
    job.id = id;
    job.account = account;
    job.conversation = conversation;
    job.begin = detect::ConversationBegin{.name = {}, .source = detect::ConversationSource::text, .started = at(0)};
    job.kind = "text";
    job.request = "{\"request\": \"" + id + "\"}";
    job.webhook_url = "https://example.com/hook";
    return job;
}

inline Lease lease_of(const std::string& owner, std::int64_t until = 1000) {
    return {owner, at(until)};
}

/// Completed, with messages of these ids.
inline JobOutcome outcome_of(const std::vector<std::string>& messages, const std::string& conversation = "c1") {
    JobOutcome outcome;
    outcome.changes.push_back(change_of(conversation));
    for (const std::string& id : messages) outcome.changes.back().messages.push_back(message_of(id));
    return outcome;
}

/// A database with jobs and conversations.
class JobStoreTest : public ConversationStoreTest {
protected:
    void SetUp() override {
        ConversationStoreTest::SetUp();
        if (IsSkipped()) return;
        job_store_ = std::make_unique<SqlJobStore>(*database_);
        jobs_.emplace(*job_store_);
    }

    /// Which job is claimed next; empty: none.
    std::string claim(const std::string& owner = "server", std::int64_t now = 0, std::int64_t until = 1000) {
        const auto claimed = jobs_->claim(lease_of(owner, until), at(now)).value();
        return claimed ? claimed->job.id : "";
    }

    /// What is to be told, in the order in which it is given, until nothing is left.
    std::vector<std::string> told() {
        std::vector<std::string> bodies;
        while (true) {
            const auto taken = jobs_->take_deliveries(100, at(1'000'000), at(1'000'001)).value();
            if (taken.empty()) return bodies;
            for (const Delivery& delivery : taken) {
                bodies.push_back(delivery.body);
                EXPECT_TRUE(jobs_->end_delivery(delivery.id).value());
            }
        }
    }

    std::unique_ptr<SqlJobStore> job_store_;
    std::optional<support::AwaitedJobs> jobs_;
};

}  // namespace earshot::store
