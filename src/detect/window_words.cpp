#include "window_impl.hpp"

#include <algorithm>

namespace earshot::detect {

void SpeakerWindow::Impl::place_behind_ended(Utterance& utterance) {
    utterance.base = ended_bytes_;
    utterance.first_word = static_cast<std::uint32_t>(ended_words_);
    if (streams_.size() < lists_.size()) streams_.resize(lists_.size());
    if (utterance.hearing.size() < streams_.size()) utterance.hearing.resize(streams_.size());
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        ListHearing& list = utterance.hearing[i];
        list.committed = streams_[i].state;
        list.ids = streams_[i].tail;
        list.committed_ids = list.ids.size();
        list.exact.clear();
        list.inflected.clear();
        list.committed_exact = list.committed_inflected = 0;
    }
}

void SpeakerWindow::Impl::hear_ended(std::size_t slot) {
    streams_[slot] = {};
    if (!lists_.hears(slot)) return;
    ListHearing heard;
    for (const auto& utterance : ended_) {
        advance(*utterance, slot, 0, utterance->said.words().words.size(), heard.committed, heard);
    }
    keep_reach(slot, heard);
}

void SpeakerWindow::Impl::move_told(const ListChange& change, Hit& hit) const {
    if (hit.slot != change.slot || hit.list != change.before || !change.now[hit.tracker]) return;
    hit.list = lists_.list(change.slot);
    hit.tracker = *change.now[hit.tracker];
}

void SpeakerWindow::Impl::take_back_gone(const ListChange& change, std::vector<Hit>& told,
                                         std::vector<HitChange>& changes) {
    std::erase_if(told, [&](Hit& hit) {
        const bool is_gone = hit.slot == change.slot && hit.list == change.before && !change.now[hit.tracker];
        if (is_gone) changes.push_back({HitState::retracted, std::move(hit)});
        return is_gone;
    });
}

void SpeakerWindow::Impl::hear_anew(Utterance& utterance) {
    place_behind_ended(utterance);
    hear(utterance, 0);
}

void SpeakerWindow::Impl::undo_hypothesis(Utterance& utterance) {
    for (ListHearing& list : utterance.hearing) {
        list.ids.resize(list.committed_ids);
        list.exact.resize(list.committed_exact);
        list.inflected.resize(list.committed_inflected);
    }
}

void SpeakerWindow::Impl::hear(Utterance& utterance, std::size_t from) {
    const std::size_t committed = utterance.said.committed_words();
    const std::size_t all = utterance.said.words().words.size();
    for (std::size_t i = 0; i < lists_.size(); ++i) {
        if (!lists_.hears(i)) continue;
        ListHearing& list = utterance.hearing[i];
        if (from < committed) {
            advance(utterance, i, from, committed, list.committed, list);
            list.committed_ids = list.ids.size();
            list.committed_exact = list.exact.size();
            list.committed_inflected = list.inflected.size();
        }
        match::PhraseState state = list.committed;
        if (committed < all) advance(utterance, i, committed, all, state, list);
    }
}

void SpeakerWindow::Impl::advance(const Utterance& utterance, std::size_t index, std::size_t from, std::size_t to,
                                  match::PhraseState& state, ListHearing& list) {
    const match::PhraseSet& phrases = lists_.list(index)->phrases();
    const bool inflects = phrases.definition().inflection == match::Inflection::on;
    match::StemCache* stems = inflects ? &tools_.stems(phrases.definition().language) : nullptr;
    phrases.advance(utterance.said.words(), from, to, utterance.first_word, state, stems, list.ids, list.exact,
                    list.inflected);
}

void SpeakerWindow::Impl::take_over(Utterance& utterance) {
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        streams_[i].tail.clear();
        streams_[i].state = {};
        if (lists_.hears(i)) keep_reach(i, utterance.hearing[i]);
    }
    ended_words_ += utterance.said.words().words.size();
    ended_bytes_ += utterance.said.text().size() + 1;
}

void SpeakerWindow::Impl::keep_reach(std::size_t slot, const ListHearing& heard) {
    const std::uint32_t longest = lists_.list(slot)->phrases().max_words();
    const std::size_t reach = std::min<std::size_t>(longest > 0 ? longest - 1 : 0, heard.ids.size());
    streams_[slot].state = heard.committed;
    streams_[slot].tail.assign(heard.ids.end() - static_cast<std::ptrdiff_t>(reach), heard.ids.end());
}

void SpeakerWindow::Impl::forget_out_of_reach() {
    std::uint32_t longest = 0;
    for (std::size_t i = 0; i < lists_.size(); ++i) {
        if (lists_.list(i)) longest = std::max(longest, lists_.list(i)->phrases().max_words());
    }
    const std::uint64_t reach = longest > 0 ? longest - 1 : 0;
    while (!ended_.empty() && !ended_.front()->awaits_verdict && ended_.front()->end_word() + reach <= ended_words_) {
        recycle(std::move(ended_.front()));
        ended_.pop_front();
    }
}

void SpeakerWindow::Impl::recycle(std::unique_ptr<Utterance> utterance) {
    constexpr std::size_t k_spare = 2;
    constexpr std::size_t k_spare_bytes = 32 * 1024;
    if (spare_.size() >= k_spare || utterance->memory_bytes() > k_spare_bytes) return;
    utterance->clear();
    spare_.push_back(std::move(utterance));
}

}  // namespace earshot::detect
