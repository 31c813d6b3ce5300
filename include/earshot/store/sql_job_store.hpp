#pragma once

#include "earshot/store/database.hpp"
#include "earshot/store/job_store.hpp"
#include "earshot/store/random_uuid.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace earshot::store {

class JobChanges;

/// The jobs of a SQL database, beside its conversations.
///
/// What goes beyond `JobStore`:
/// - Who creates a job with an id that the account has already is given that job, so that a create whose answer was
///   lost may be asked for again; another account's id is Errc::invalid_value. So are an account's name that is no
///   UTF-8, holds U+0000 or is longer than 256 bytes, and such an id; a request that is no UTF-8 is Errc::invalid_utf8.
/// - A lease is over from its `until` on. Until somebody else has the job, its owner may go on with it; the owner's own
///   claims may give it to the owner once more.
/// - Progress begins at 0 with each claim and is 1 once a job is completed.
/// - finish() adds changes as SqlConversationStore::apply does, also those of other conversations. A state that is no
///   end is Errc::invalid_value.
/// - end_delivery() and retry_delivery() give whether there was such a delivery.
class SqlJobStore final : public JobStore {
public:
    /// `database` must outlive the calls of this object. Operations under way survive the object. `make_id` gives
    /// UUIDs, on any thread of the database.
    explicit SqlJobStore(Database& database, std::function<std::string()> make_id = random_uuid);

    void create(NewJob job, std::size_t at_most, std::optional<Lease> claim, base::WallTime now,
                Done<JobRecord> done) override;
    void get(std::string account, std::string id, Done<JobRecord> done) override;
    void claim(Lease lease, base::WallTime now, Done<std::optional<ClaimedJob>> done) override;
    void renew(std::string id, Lease lease, double progress, Done<bool> done) override;
    void finish(std::string id, std::string owner, JobOutcome outcome, base::WallTime now, Done<bool> done) override;
    void release(std::string id, std::string owner, Done<bool> done) override;
    void forget(base::WallTime before, Done<bool> done) override;

    void take_deliveries(std::size_t at_most, base::WallTime now, base::WallTime until,
                         Done<std::vector<Delivery>> done) override;
    void end_delivery(std::string id, Done<bool> done) override;
    void retry_delivery(std::string id, base::WallTime when, Done<bool> done) override;

private:
    template <typename T>
    void change(std::function<base::Result<T>(JobChanges&)> work, Done<T> done);

    Database& database_;
    std::shared_ptr<const std::function<std::string()>> make_id_;
};

}  // namespace earshot::store
