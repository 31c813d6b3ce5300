#include "earshot/match/vocabulary.hpp"

#include <cassert>

namespace earshot::match {
namespace {

// Slots for `words` words: half of them stay free, so that three buckets in a hundred overflow.
std::size_t slots_for(std::size_t words) {
    return words * 2;
}

}  // namespace

Vocabulary::Vocabulary() : buckets_(1), entries_(1) {}

WordId Vocabulary::insert(const WordKey& word) {
    assert(hashes_.size() == size() && "insert after shrink");
    const WordId known = find(word);
    if (known != k_no_word) return known;

    const auto id = static_cast<WordId>(size());
    entries_.push_back({word.head, word.tail, static_cast<std::uint32_t>(long_words_.size()),
                        static_cast<std::uint32_t>(word.text.size())});
    if (word.text.size() > k_head) long_words_.insert(long_words_.end(), word.text.begin(), word.text.end());
    hashes_.push_back(word.hash);
    if (buckets_.size() * k_slots < slots_for(size())) {
        rehash(2 * slots_for(size()) / k_slots + 1);
    } else {
        place(word.hash, id);
    }
    return id;
}

void Vocabulary::shrink() {
    rehash(slots_for(size()) / k_slots + 1);
    entries_.shrink_to_fit();
    long_words_.shrink_to_fit();
    std::vector<std::uint64_t>().swap(hashes_);
}

void Vocabulary::rehash(std::size_t bucket_count) {
    buckets_ = std::vector<Bucket>(bucket_count);
    bucket_count_ = bucket_count;
    for (std::size_t id = 0; id < size(); ++id) place(hashes_[id], static_cast<WordId>(id));
}

void Vocabulary::place(std::uint64_t hash, WordId id) {
    for (std::size_t at = home_bucket(hash);; at = at + 1 == buckets_.size() ? 0 : at + 1) {
        Bucket& bucket = buckets_[at];
        const auto free = std::find(bucket.ids.begin(), bucket.ids.end(), k_no_word);
        if (free != bucket.ids.end()) {
            bucket.tags.set(static_cast<std::size_t>(free - bucket.ids.begin()), hash);
            *free = id;
            return;
        }
        bucket.tags.set_overflowed();
    }
}

WordId Vocabulary::find_slowly(std::string_view word, std::uint64_t hash) const noexcept {
    for (std::size_t at = home_bucket(hash);; at = at + 1 == buckets_.size() ? 0 : at + 1) {
        for (const WordId id : buckets_[at].ids) {
            if (id != k_no_word && this->word(id) == word) return id;
        }
        if (buckets_[at].tags.overflowed() == 0) return k_no_word;
    }
}

std::size_t Vocabulary::memory_bytes() const noexcept {
    return buckets_.capacity() * sizeof(Bucket) + entries_.capacity() * sizeof(Entry) + long_words_.capacity() +
           hashes_.capacity() * sizeof(std::uint64_t);
}

}  // namespace earshot::match
