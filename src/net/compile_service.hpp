#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_list.hpp"
#include "earshot/match/pattern_set.hpp"
#include "earshot/match/phrase_set.hpp"
#include "earshot/net/compute_pool.hpp"
#include "earshot/net/server_hooks.hpp"
#include "earshot/text/tokenizer.hpp"

#include "content_cache.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace earshot::net {

/// Compiles lists of trackers so that sessions with equal definitions share them, and lists with equal phrases share
/// those. What is shared lives as long as somebody uses it. Small lists are compiled by the calling thread, large ones
/// on the pool; equal requests at the same time are compiled once. Any thread.
class CompileService {
public:
    using List = std::shared_ptr<const detect::TrackerList>;
    using Answer = base::Result<List>;
    using Later = std::function<void(Answer)>;

    /// `pool` and `hooks` outlive the service.
    CompileService(const match::PatternLimits& limits, ComputePool& pool, ServerHooks& hooks);

    /// Waits for what is being compiled on the pool.
    ~CompileService();
    CompileService(const CompileService&) = delete;
    CompileService& operator=(const CompileService&) = delete;

    /// The list of `definition`, at once, or none: then `later` is called with it, once, from another thread. Errors:
    /// those of TrackerList::compile; Errc::queue_full if too much is being compiled.
    std::optional<Answer> compile(detect::TrackerListDefinition definition, text::Tokenizer& tokenizer, Later later);

    /// How many different lists and phrase sets are in use, for metrics and tests.
    std::size_t lists() const;
    std::size_t phrase_sets() const;

    /// Phrases by the time that compiling them takes; up to PhraseSet::k_inline_phrases are compiled in place.
    static std::size_t weight(const detect::TrackerListDefinition& definition) noexcept;

private:
    // A list that is being compiled, and who else waits for it.
    struct Pending {
        const detect::TrackerListDefinition* definition;
        std::vector<Later> waiting;
    };

    class SharedPhraseSets final : public detect::PhraseSetSource {
    public:
        std::shared_ptr<const match::PhraseSet> get(match::PhraseSetDefinition definition) override;
        std::size_t size() const;

    private:
        mutable std::mutex mutex_;
        ContentCache<match::PhraseSetDefinition, match::PhraseSet> cache_;
    };

    std::optional<Answer> find_or_compile(detect::TrackerListDefinition definition, text::Tokenizer& tokenizer,
                                          Later& later);

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
