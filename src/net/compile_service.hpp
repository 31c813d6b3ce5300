#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_list.hpp"
#include "earshot/match/pattern_set.hpp"
#include "earshot/match/phrase_set.hpp"
#include "earshot/net/server_hooks.hpp"
#include "earshot/text/tokenizer.hpp"

#include "content_cache.hpp"

#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace earshot::net {

/// Compiles lists of trackers so that sessions with equal definitions share them, and lists with equal phrases share
/// those. What is shared lives as long as somebody uses it. Equal lists at the same time are compiled once. Any thread.
class CompileService {
public:
    using List = std::shared_ptr<const detect::TrackerList>;

    /// `hooks` outlive the service.
    CompileService(const match::PatternLimits& limits, ServerHooks& hooks);
    CompileService(const CompileService&) = delete;
    CompileService& operator=(const CompileService&) = delete;

    /// The list of `definition`, on the calling thread, which waits where another compiles the same. Errors: those of
    /// TrackerList::compile, Errc::internal (it was thrown at, for want of memory perhaps).
    base::Result<List> compile(detect::TrackerListDefinition definition, text::Tokenizer& tokenizer);

    /// How many different lists and phrase sets are in use, for metrics and tests.
    std::size_t lists() const;
    std::size_t phrase_sets() const;

    /// How many phrases, exclusions and patterns they have together.
    static std::size_t phrases_of(const std::vector<detect::TrackerDefinition>& trackers) noexcept;

private:
    /// What others may wait for, so an exception becomes an error.
    base::Result<List> compile_new(std::uint64_t hash, const detect::TrackerListDefinition& definition,
                                   text::Tokenizer& tokenizer);

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

    const match::PatternLimits limits_;
    ServerHooks& hooks_;
    SharedPhraseSets phrase_sets_;
    mutable std::mutex mutex_;
    ContentCache<detect::TrackerListDefinition, detect::TrackerList> lists_;
    std::unordered_multimap<std::uint64_t, std::shared_ptr<Pending>> pending_;  // by hash
};

}  // namespace earshot::net
