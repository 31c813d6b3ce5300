#include "earshot/store/sql_job_store.hpp"

#include "earshot/text/utf8.hpp"

#include "connection.hpp"
#include "job_changes.hpp"
#include "plain_text.hpp"

#include <utility>

namespace earshot::store {
namespace {

std::optional<base::Error> find_problem(const NewJob& job) {
    if (!is_account_name(job.account)) return no_account_name();
    if (!is_id(job.id)) return base::Error{base::Errc::invalid_value, "no job can have this id", {}, {}};
    if (!is_id(job.conversation)) return unknown_conversation();
    if (text::find_invalid_utf8(job.request)) {
        return base::Error{base::Errc::invalid_utf8, "the job's request is no UTF-8", {}, {}};
    }
    return std::nullopt;
}

}  // namespace

SqlJobStore::SqlJobStore(Database& database, std::function<std::string()> make_id)
    : database_(database), make_id_(std::make_shared<const std::function<std::string()>>(std::move(make_id))) {}

template <typename T>
void SqlJobStore::change(std::function<base::Result<T>(JobChanges&)> work, Done<T> done) {
    database_.run<T>(
        Access::write,
        [work = std::move(work), make_id = make_id_](Connection& connection) {
            JobChanges changes(connection, *make_id);
            return work(changes);
        },
        std::move(done));
}

void SqlJobStore::create(NewJob job, std::size_t at_most, std::optional<Lease> claim, base::WallTime now,
                         Done<JobRecord> done) {
    if (auto error = find_problem(job)) return done(std::move(*error));
    change<JobRecord>([job = std::move(job), at_most, claim = std::move(claim),
                       now](JobChanges& changes) { return changes.create(job, at_most, claim, now); },
                      std::move(done));
}

void SqlJobStore::get(std::string account, std::string id, Done<JobRecord> done) {
    if (!is_account_name(account)) return done(no_account_name());
    if (!is_id(id)) return done(unknown_job());
    database_.run<JobRecord>(
        Access::read,
        [account = std::move(account), id = std::move(id)](Connection& connection) -> base::Result<JobRecord> {
            auto kept = connection.prepared<JobRows>().of_id(id);
            if (!kept) return kept.error();
            if (kept->job.account != account) return unknown_job();
            return std::move(kept->job);
        },
        std::move(done));
}

void SqlJobStore::claim(Lease lease, base::WallTime now, Done<std::optional<ClaimedJob>> done) {
    change<std::optional<ClaimedJob>>(
        [lease = std::move(lease), now](JobChanges& changes) { return changes.claim(lease, now); }, std::move(done));
}

void SqlJobStore::renew(std::string id, Lease lease, double progress, Done<bool> done) {
    if (!is_id(id)) return done(false);
    database_.run<bool>(
        Access::write,
        [id = std::move(id), lease = std::move(lease), progress](Connection& connection) {
            return base::Result<bool>(connection.prepared<JobRows>().renew(id, lease, progress));
        },
        std::move(done));
}

void SqlJobStore::finish(std::string id, std::string owner, JobOutcome outcome, base::WallTime now, Done<bool> done) {
    if (outcome.state != JobState::completed && outcome.state != JobState::failed) {
        return done(base::Error{base::Errc::invalid_value, "a job ends completed or failed", {}, {}});
    }
    if (!is_id(id)) return done(false);
    change<bool>([id = std::move(id), owner = std::move(owner), outcome = std::move(outcome),
                  now](JobChanges& changes) { return changes.finish(id, owner, outcome, now); },
                 std::move(done));
}

void SqlJobStore::release(std::string id, std::string owner, Done<bool> done) {
    if (!is_id(id)) return done(false);
    database_.run<bool>(
        Access::write,
        [id = std::move(id), owner = std::move(owner)](Connection& connection) {
            return base::Result<bool>(connection.prepared<JobRows>().release(id, owner));
        },
        std::move(done));
}

void SqlJobStore::forget(base::WallTime before, Done<bool> done) {
    change<bool>(
        [before](JobChanges& changes) {
            changes.forget(before);
            return base::Result<bool>(true);
        },
        std::move(done));
}

void SqlJobStore::take_deliveries(std::size_t at_most, base::WallTime now, base::WallTime until,
                                  Done<std::vector<Delivery>> done) {
    database_.run<std::vector<Delivery>>(
        Access::write,
        [at_most, now, until](Connection& connection) {
            connection.lock("earshot:deliveries");
            auto& rows = connection.prepared<DeliveryRows>();
            std::vector<Delivery> taken = rows.due(at_most, now);
            std::erase_if(taken, [&](const Delivery& each) { return !rows.hold(each.id, now, until); });
            return base::Result<std::vector<Delivery>>(std::move(taken));
        },
        std::move(done));
}

void SqlJobStore::end_delivery(std::string id, Done<bool> done) {
    if (!is_id(id)) return done(false);
    database_.run<bool>(
        Access::write,
        [id = std::move(id)](Connection& connection) {
            return base::Result<bool>(connection.prepared<DeliveryRows>().end(id));
        },
        std::move(done));
}

void SqlJobStore::retry_delivery(std::string id, base::WallTime when, Done<bool> done) {
    if (!is_id(id)) return done(false);
    database_.run<bool>(
        Access::write,
        [id = std::move(id), when](Connection& connection) {
            return base::Result<bool>(connection.prepared<DeliveryRows>().retry(id, when));
        },
        std::move(done));
}

}  // namespace earshot::store
