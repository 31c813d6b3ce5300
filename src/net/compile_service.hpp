#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_list.hpp"
#include "earshot/match/pattern_set.hpp"
#include "earshot/match/phrase_set.hpp"
#include "earshot/net/compute_pool.hpp"
#include "earshot/net/server_hooks.hpp"
#include "earshot/session/tracker_job.hpp"
#include "earshot/text/tokenizer.hpp"

#include "content_cache.hpp"

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace earshot::net {

/// Works out what becomes of trackers that sessions bring, and compiles their lists so that sessions with equal
/// definitions share them, and lists with equal phrases share those. What is shared lives as long as somebody uses it.
/// Small lists of start messages are compiled by the calling thread, large ones and all changes on the pool; equal
/// lists at the same time are compiled once. Any thread.
class CompileService {
public:
    using List = std::shared_ptr<const detect::TrackerList>;
    using Answer = session::TrackerJobResult;
    using Later = std::function<void(Answer)>;

    /// `pool` and `hooks` outlive the service.
    CompileService(const match::PatternLimits& limits, ComputePool& pool, ServerHooks& hooks);

    /// Waits for what is being compiled on the pool.
    ~CompileService();
    CompileService(const CompileService&) = delete;
    CompileService& operator=(const CompileService&) = delete;

    /// What comes of `job`, at once, or none: then `later` is called with it, once, from another thread. Errors of its
    /// steps: those of work_out; Errc::queue_full if too much is being compiled.
    std::optional<Answer> work_out(session::TrackerJob job, text::Tokenizer& tokenizer, Later later);

    /// The list of `definition`, on the calling thread, which waits where another compiles the same. Errors: those of
    /// TrackerList::compile.
    base::Result<List> compile(detect::TrackerListDefinition definition, text::Tokenizer& tokenizer);

    /// How many different lists and phrase sets are in use, for metrics and tests.
    std::size_t lists() const;
    std::size_t phrase_sets() const;

private:
    // A list that is being compiled, for who else wants it.
    struct Pending {
        const detect::TrackerListDefinition* definition;
        std::shared_future<base::Result<List>> answer;
    };

    class SharedPhraseSets final : public detect::PhraseSetSource {
    public:
        std::shared_ptr<const match::PhraseSet> get(match::PhraseSetDefinition definition) override;
        std::size_t size() const;

    private:
        mutable std::mutex mutex_;
        ContentCache<match::PhraseSetDefinition, match::PhraseSet> cache_;
    };

    Answer work_out_here(const session::TrackerJob& job, text::Tokenizer& tokenizer);
    void begin_task();
    void end_task();

    const match::PatternLimits limits_;
    ComputePool& pool_;
    ServerHooks& hooks_;
    SharedPhraseSets phrase_sets_;
    mutable std::mutex mutex_;
    ContentCache<detect::TrackerListDefinition, detect::TrackerList> lists_;
    std::unordered_multimap<std::uint64_t, std::shared_ptr<Pending>> pending_;  // by hash
    std::size_t tasks_ = 0;                                                     // on the pool
    std::condition_variable no_tasks_;
};

}  // namespace earshot::net
