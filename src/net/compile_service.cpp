#include "compile_service.hpp"

#include "earshot/base/hash.hpp"

#include <bit>
#include <chrono>
#include <exception>
#include <utility>

namespace earshot::net {
namespace {

using base::Errc;

class Hasher {
public:
    void add(std::uint64_t number) { hash_ = base::mix(hash_, number); }
    void add(const std::string& text) { add(base::hash_bytes(text)); }
    void add(const std::vector<std::string>& texts) {
        add(texts.size());
        for (const std::string& text : texts) add(text);
    }
    void add(const std::optional<double>& number) { add(number ? std::bit_cast<std::uint64_t>(*number) : 1); }
    std::uint64_t hash() const noexcept { return hash_; }

private:
    std::uint64_t hash_ = 0;
};

std::uint64_t hash_of(const match::PhraseSetDefinition& definition) {
    Hasher hasher;
    hasher.add(definition.phrases);
    hasher.add(static_cast<std::uint64_t>(definition.inflection));
    hasher.add(definition.language);
    return hasher.hash();
}

// What tells lists apart in practice; the rest is found by the comparison.
std::uint64_t hash_of(const detect::TrackerListDefinition& definition) {
    Hasher hasher;
    hasher.add(definition.trackers.size());
    for (const detect::TrackerDefinition& tracker : definition.trackers) {
        hasher.add(tracker.id);
        hasher.add(tracker.name);
        hasher.add(tracker.vocabulary);
        hasher.add(tracker.exclude_vocabulary);
        hasher.add(tracker.patterns);
        hasher.add(tracker.threshold);
    }
    hasher.add(definition.settings.threshold);
    hasher.add(definition.settings.language);
    return hasher.hash();
}

}  // namespace

CompileService::CompileService(const match::PatternLimits& limits, ServerHooks& hooks)
    : limits_(limits), hooks_(hooks) {}

std::size_t CompileService::phrases_of(const std::vector<detect::TrackerDefinition>& trackers) noexcept {
    std::size_t phrases = 0;
    for (const detect::TrackerDefinition& tracker : trackers) {
        phrases += tracker.vocabulary.size() + tracker.exclude_vocabulary.size() + tracker.patterns.size();
    }
    return phrases;
}

base::Result<CompileService::List> CompileService::compile(detect::TrackerListDefinition definition,
                                                           text::Tokenizer& tokenizer) {
    const std::uint64_t hash = hash_of(definition);
    std::promise<base::Result<List>> promise;
    const auto pending = std::make_shared<Pending>(Pending{&definition, promise.get_future().share()});
    {
        std::unique_lock lock(mutex_);
        if (auto list = lists_.find(hash, definition)) return list;
        const auto [begin, end] = pending_.equal_range(hash);
        for (auto entry = begin; entry != end; ++entry) {
            if (*entry->second->definition != definition) continue;
            const auto answer = entry->second->answer;
            lock.unlock();
            return answer.get();
        }
        pending_.emplace(hash, pending);
    }

    auto answer = compile_new(hash, definition, tokenizer);
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(pending_, [&](const auto& entry) { return entry.second == pending; });
    }
    promise.set_value(answer);
    return answer;
}

base::Result<CompileService::List> CompileService::compile_new(std::uint64_t hash,
                                                               const detect::TrackerListDefinition& definition,
                                                               text::Tokenizer& tokenizer) {
    try {
        const auto begin = std::chrono::steady_clock::now();
        auto list = detect::TrackerList::compile(definition, limits_, tokenizer, phrase_sets_);
        hooks_.on_compiled(phrases_of(definition.trackers), std::chrono::steady_clock::now() - begin);
        if (!list) return list;
        const std::lock_guard lock(mutex_);
        return lists_.insert(hash, std::move(list.value()));
    } catch (const std::exception& error) {
        return base::Error{Errc::internal, "the trackers could not be compiled", {}, error.what()};
    }
}

std::size_t CompileService::lists() const {
    const std::lock_guard lock(mutex_);
    return lists_.size();
}

std::size_t CompileService::phrase_sets() const {
    return phrase_sets_.size();
}

std::shared_ptr<const match::PhraseSet> CompileService::SharedPhraseSets::get(match::PhraseSetDefinition definition) {
    const std::uint64_t hash = hash_of(definition);
    {
        const std::lock_guard lock(mutex_);
        if (auto set = cache_.find(hash, definition)) return set;
    }
    auto set = std::make_shared<const match::PhraseSet>(std::move(definition));
    const std::lock_guard lock(mutex_);
    return cache_.insert(hash, std::move(set));
}

std::size_t CompileService::SharedPhraseSets::size() const {
    const std::lock_guard lock(mutex_);
    return cache_.size();
}

}  // namespace earshot::net
