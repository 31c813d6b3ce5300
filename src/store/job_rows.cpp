#include "job_rows.hpp"

#include "plain_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace earshot::store {
namespace {

using soci::into;
using soci::use;

constexpr std::array k_all_states{JobState::scheduled, JobState::in_progress, JobState::completed, JobState::failed};

std::optional<JobState> find_job_state(std::string_view name) noexcept {
    for (const JobState state : k_all_states) {
        if (job_state_name(state) == name) return state;
    }
    return std::nullopt;
}

/// What ends a job, whoever does.
const std::string k_end =
    "UPDATE jobs SET state = :state, error = :error, done_on = :now, updated_on = :updated_on,"
    " progress = CASE WHEN CAST(:is_completed AS BIGINT) = 1 THEN 1 ELSE progress END, request = '', webhook_url = '',"
    " owner = '', lease_until = NULL WHERE id = :id AND done_on IS NULL";

/// An owner's job.
const std::string k_own = " WHERE id = :id AND owner = :owner AND state = 'in_progress'";

}  // namespace

base::Error unknown_job() {
    return {base::Errc::unknown_job, "no job has this id", {}, {}};
}

std::string_view job_state_name(JobState state) noexcept {
    switch (state) {
        case JobState::scheduled:
            return "scheduled";
        case JobState::in_progress:
            return "in_progress";
        case JobState::completed:
            return "completed";
        case JobState::failed:
            return "failed";
    }
    return "";
}

template <typename... Used>
soci::statement JobRows::select(soci::session& sql, const std::string& rest, const Used&... used) {
    return prepare(sql,
                   "SELECT jobs.id, jobs.account, conversation, kind, state, webhook_url, progress, error,"
                   " attempts, claimed_on, created_on, updated_on FROM jobs" +
                       rest,
                   into(out_.id), into(out_.account), into(out_.conversation), into(out_.kind), into(out_.state),
                   into(out_.webhook_url), into(out_.progress), into(out_.error), into(out_.attempts),
                   into(out_.claimed_on.number, out_.claimed_on.is_there), into(out_.created_on), into(out_.updated_on),
                   used...);
}

JobRows::JobRows(soci::session& sql)
    : of_id_(select(sql, " WHERE id = :id", use(in_.id, "id"))),
      next_(select(sql,
                   " LEFT JOIN job_turns ON job_turns.account = jobs.account WHERE done_on IS NULL"
                   " AND (state = 'scheduled' OR lease_until <= :now) AND NOT EXISTS (SELECT 1 FROM jobs AS earlier"
                   " WHERE earlier.conversation = jobs.conversation AND earlier.position < jobs.position"
                   " AND earlier.done_on IS NULL) ORDER BY coalesce(turn, 0), position LIMIT 1",
                   use(now_, "now"))),
      to_do_(select(sql, " WHERE conversation = :conversation AND done_on IS NULL ORDER BY position",
                    use(in_.conversation, "conversation"))),
      request_((sql.prepare << "SELECT request FROM jobs WHERE id = :id", use(in_.id, "id"), into(out_.request))),
      count_to_do_((sql.prepare << "SELECT count(*) FROM jobs WHERE account = :account AND done_on IS NULL",
                    use(in_.account, "account"), into(count_))),
      insert_((sql.prepare << "INSERT INTO jobs (id, account, conversation, kind, state, request, webhook_url,"
                              " progress, error, attempts, owner, created_on, updated_on) VALUES (:id, :account,"
                              " :conversation, :kind, 'scheduled', :request, :webhook_url, 0, '', 0, '', :created_on,"
                              " :updated_on) ON CONFLICT (id) DO NOTHING",
               use(in_.id, "id"), use(in_.account, "account"), use(in_.conversation, "conversation"),
               use(in_.kind, "kind"), use(in_.request, "request"), use(in_.webhook_url, "webhook_url"),
               use(now_, "created_on"), use(now_, "updated_on"))),
      claim_((sql.prepare << "UPDATE jobs SET state = 'in_progress', owner = :owner, lease_until = :lease_until,"
                             " attempts = attempts + 1, progress = 0, claimed_on = coalesce(claimed_on, :claimed_on),"
                             " updated_on = :updated_on WHERE id = :id AND done_on IS NULL"
                             " AND (state = 'scheduled' OR lease_until <= :now)",
              use(in_.owner, "owner"), use(until_, "lease_until"), use(now_, "claimed_on"), use(now_, "updated_on"),
              use(in_.id, "id"), use(now_, "now"))),
      // The condition tells the databases that what follows is no join's.
      take_turn_((sql.prepare << "INSERT INTO job_turns (account, turn) SELECT CAST(:account AS TEXT),"
                                 " coalesce(max(turn), 0) + 1 FROM job_turns WHERE 1 = 1"
                                 " ON CONFLICT (account) DO UPDATE SET turn = excluded.turn",
                  use(in_.account, "account"))),
      renew_(prepare(sql, "UPDATE jobs SET lease_until = :lease_until, progress = :progress" + k_own,
                     use(until_, "lease_until"), use(in_.progress, "progress"), use(in_.id, "id"),
                     use(in_.owner, "owner"))),
      release_(prepare(
          sql, "UPDATE jobs SET state = 'scheduled', owner = '', lease_until = NULL, attempts = attempts - 1" + k_own,
          use(in_.id, "id"), use(in_.owner, "owner"))),
      end_(prepare(sql, k_end + " AND owner = :owner AND state = 'in_progress'", use(in_.state, "state"),
                   use(in_.error, "error"), use(now_, "now"), use(now_, "updated_on"),
                   use(is_completed_, "is_completed"), use(in_.id, "id"), use(in_.owner, "owner"))),
      fail_(prepare(sql, k_end, use(in_.state, "state"), use(in_.error, "error"), use(now_, "now"),
                    use(now_, "updated_on"), use(is_completed_, "is_completed"), use(in_.id, "id"))),
      forget_(
          (sql.prepare << "DELETE FROM jobs WHERE done_on IS NOT NULL AND done_on < :before", use(before_, "before"))),
      forget_turns_((sql.prepare << "DELETE FROM job_turns WHERE NOT EXISTS"
                                    " (SELECT 1 FROM jobs WHERE jobs.account = job_turns.account)")) {}

base::Result<JobRows::Kept> JobRows::of_id(const std::string& id) {
    in_.id = id;
    return read_one(of_id_);
}

base::Result<JobRows::Kept> JobRows::next(base::WallTime now) {
    now_ = number_of(now);
    return read_one(next_);
}

base::Result<std::vector<JobRows::Kept>> JobRows::to_do(const std::string& conversation) {
    in_.conversation = conversation;
    return read(to_do_);
}

std::string JobRows::request(const std::string& id) {
    in_.id = id;
    std::string request;
    for_each_row(request_, [&] { request = with_zeros(std::move(out_.request)); });
    return request;
}

std::size_t JobRows::count_to_do(const std::string& account) {
    in_.account = account;
    for_each_row(count_to_do_, [] {});
    return static_cast<std::size_t>(count_);
}

bool JobRows::insert(const NewJob& job, base::WallTime now) {
    in_.id = job.id;
    in_.account = job.account;
    in_.conversation = job.conversation;
    in_.kind = as_plain_text(job.kind);
    in_.request = without_zeros(job.request);
    in_.webhook_url = as_plain_text(job.webhook_url);
    now_ = number_of(now);
    const bool is_new = execute(insert_) == 1;
    in_.request = {};  // it may be large
    return is_new;
}

bool JobRows::claim(const JobRecord& job, const Lease& lease, base::WallTime now) {
    in_.id = job.id;
    in_.account = job.account;
    in_.owner = as_plain_text(lease.owner);
    until_ = number_of(lease.until);
    now_ = number_of(now);
    if (execute(claim_) != 1) return false;
    execute(take_turn_);
    return true;
}

bool JobRows::renew(const std::string& id, const Lease& lease, double progress) {
    in_.id = id;
    in_.owner = as_plain_text(lease.owner);
    until_ = number_of(lease.until);
    in_.progress = std::isfinite(progress) ? std::clamp(progress, 0.0, 1.0) : 0;
    return execute(renew_) == 1;
}

bool JobRows::release(const std::string& id, const std::string& owner) {
    in_.id = id;
    in_.owner = as_plain_text(owner);
    return execute(release_) == 1;
}

bool JobRows::end(const std::string& id, const std::string& owner, JobState state, const std::string& error,
                  base::WallTime now) {
    in_.id = id;
    in_.owner = as_plain_text(owner);
    in_.state = job_state_name(state);
    is_completed_ = state == JobState::completed ? 1 : 0;
    in_.error = as_plain_text(error);
    now_ = number_of(now);
    return execute(end_) == 1;
}

bool JobRows::fail(const std::string& id, const std::string& error, base::WallTime now) {
    in_.id = id;
    in_.state = job_state_name(JobState::failed);
    is_completed_ = 0;
    in_.error = as_plain_text(error);
    now_ = number_of(now);
    return execute(fail_) == 1;
}

void JobRows::forget(base::WallTime before) {
    before_ = number_of(before);
    execute(forget_);
    execute(forget_turns_);
}

base::Result<std::vector<JobRows::Kept>> JobRows::read(soci::statement& query) {
    std::vector<Kept> found;
    std::optional<base::Error> error;
    for_each_row(query, [&] {
        const auto state = find_job_state(out_.state);
        if (!state) {
            error = {base::Errc::io_failed, "a stored job cannot be read: " + out_.id, {}, {}};
            return;
        }
        JobRecord job{out_.id,
                      out_.account,
                      out_.conversation,
                      out_.kind,
                      *state,
                      out_.progress,
                      out_.error,
                      out_.attempts,
                      time_of(out_.created_on),
                      time_of(out_.updated_on)};
        found.push_back({std::move(job), out_.webhook_url, out_.claimed_on.get().has_value()});
    });
    if (error) return *error;
    return found;
}

base::Result<JobRows::Kept> JobRows::read_one(soci::statement& query) {
    auto found = read(query);
    if (!found) return found.error();
    if (found->empty()) return unknown_job();
    return std::move(found->front());
}

}  // namespace earshot::store
