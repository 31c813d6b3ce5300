#pragma once

#include "earshot/session/tracker_job.hpp"

#include "stored_tracker_cache.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace earshot::net {

/// Answers that sessions share: of starts that want all stored trackers and no other, and of sessions with equal lists
/// that only follow a change. A job is worked out once, who asks meanwhile waits for that, and the answers that were
/// used last are kept. Any thread.
class SharedAnswers {
public:
    using Job = std::shared_ptr<const session::TrackerJob>;
    using Answer = session::TrackerJobResult;
    using Later = std::function<void(Answer)>;
    using Snapshot = StoredTrackerCache::Snapshot;

    /// How many are kept. Each may hold a compiled list that no session uses any more, and the settings that tell them
    /// apart are the clients' choice.
    static constexpr std::size_t k_kept_of_account = 4;
    static constexpr std::size_t k_kept = 256;

    /// Whether a job's answer may be shared.
    static bool is_shareable(const session::TrackerJob& job);

    /// A job that somebody works out.
    struct Pending;

    struct Found {
        std::optional<Answer> answer;    ///< at hand; else `later` will be called
        std::shared_ptr<Pending> begun;  ///< nobody works it out yet: the caller does, and settles it or lets it fail
    };

    /// The answer to a shareable job, given the account's trackers.
    Found find_or_wait(const Job& job, const std::string& account, const Snapshot& snapshot, Later later);

    /// Keeps the answer unless it is an error, and gives it to all that wait.
    void settle(const std::shared_ptr<Pending>& pending, const Answer& answer);

    /// It was not worked out: all that wait hear so.
    void fail(const std::shared_ptr<Pending>& pending, const base::Error& error);

    /// The account's stored trackers are others now: forgets what was kept for it. Gives the jobs of starts whose
    /// answer some session still uses, since others will start like it.
    std::vector<Job> forget(const std::string& account);

private:
    /// What an answer depends on.
    struct Question {
        Question(const session::TrackerJob& job, std::string account_of_it, Snapshot snapshot_of_it);
        bool is_like(const Question& other) const;

        std::string account;
        Snapshot snapshot;
        session::TrackerStep::Kind kind;
        std::weak_ptr<const detect::TrackerList> base;      // of a follower; weak, so as to keep no list that is over
        std::shared_ptr<const session::StoredShare> share;  // likewise
        detect::ListSettings settings;
        std::size_t max_trackers;
        std::size_t max_phrases;
    };

    struct Kept {
        Question question;
        Answer answer;
    };

    static Job start_job(const Question& question);
    std::vector<std::pair<Job, Later>> end(const std::shared_ptr<Pending>& pending);
    void keep(const Question& question, const Answer& answer);

    std::mutex mutex_;
    std::vector<Kept> kept_;  // the last used at the end
    std::vector<std::shared_ptr<Pending>> pending_;
};

}  // namespace earshot::net
