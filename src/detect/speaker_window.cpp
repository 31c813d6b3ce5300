#include "earshot/detect/speaker_window.hpp"

#include "hit_ledger.hpp"
#include "window_impl.hpp"

#include <algorithm>

namespace earshot::detect {

Utterance* SpeakerWindow::Impl::find(std::string_view id) const noexcept {
    for (const auto& utterance : open_) {
        if (utterance->id == id) return utterance.get();
    }
    return nullptr;
}

Utterance& SpeakerWindow::Impl::open(std::string_view id) {
    if (Utterance* known = find(id)) return *known;
    std::unique_ptr<Utterance> utterance;
    if (spare_.empty()) {
        utterance = std::make_unique<Utterance>();
    } else {
        utterance = std::move(spare_.back());
        spare_.pop_back();
    }
    utterance->id = id;
    utterance->epoch = lists_.epoch();
    place_behind_ended(*utterance);
    open_.push_back(std::move(utterance));
    return *open_.back();
}

void SpeakerWindow::Impl::follow(const ListChange& change, std::vector<HitChange>* changes) {
    if (streams_.size() < lists_.size()) streams_.resize(lists_.size());
    hear_ended(change.slot);
    cooldowns_.follow(change);
    for (const auto& utterance : ended_) {
        move_to_new_list(change, utterance->confirmed);
        move_to_new_list(change, utterance->exclusions);
        for (Hit& hit : utterance->told) move_told(change, hit);
        if (changes) take_back_gone(change, utterance->told, *changes);
    }
    for (const auto& utterance : open_) {
        move_to_new_list(change, utterance->assumptions, &Assumption::verdict);
        for (Hit& hit : utterance->told) move_told(change, hit);
        hear_anew(*utterance);
        if (changes) tell(*utterance, *changes);
    }
}

void SpeakerWindow::Impl::hypothesize(Utterance& utterance, const SpokenText& spoken) {
    undo_hypothesis(utterance);
    const std::size_t from = utterance.said.committed_words();
    utterance.said.hypothesize(spoken, tools_.tokenizer());
    hear(utterance, from);
}

void SpeakerWindow::Impl::commit(Utterance& utterance, const SpokenText& spoken) {
    undo_hypothesis(utterance);
    const std::size_t from = utterance.said.committed_words();
    utterance.said.commit(spoken, tools_.tokenizer());
    hear(utterance, from);
}

void SpeakerWindow::Impl::commit_hypothesis(Utterance& utterance) {
    if (!utterance.said.has_hypothesis()) return;  // an empty one says nothing, not even when
    const std::size_t from = utterance.said.committed_words();
    undo_hypothesis(utterance);
    utterance.said.commit_hypothesis();
    hear(utterance, from);
}

void SpeakerWindow::Impl::tell(Utterance& utterance, std::vector<HitChange>& changes) {
    if (utterance.told.empty() && !has_candidates(utterance)) return;
    tell_difference(utterance.told, hits_of(utterance), ids_, changes);
}

EndedUtterance SpeakerWindow::Impl::end(Utterance& utterance, std::vector<HitChange>* changes) {
    undo_hypothesis(utterance);
    utterance.said.drop_hypothesis();
    EndedUtterance ended;
    const auto place =
        std::find_if(open_.begin(), open_.end(), [&](const auto& open) { return open.get() == &utterance; });
    std::unique_ptr<Utterance> owned = std::move(*place);
    open_.erase(place);
    if (owned->said.text().empty()) {
        for (Hit& hit : owned->told) ended.retracted.push_back(std::move(hit));
        recycle(std::move(owned));
        return ended;
    }

    owned->assumptions.clear();
    std::vector<Hit> hits;
    if (has_candidates(*owned)) {
        hits = hits_of(*owned);
    } else {  // what was worked out for a hypothesis must not outlive it
        owned->exclusions.clear();
        owned->confirmed.clear();
    }
    std::vector<Hit> assumed;  // goes on until the verdict
    const bool awaits_verdict = wants_verdict(*owned);
    if (awaits_verdict) {
        std::copy_if(owned->told.begin(), owned->told.end(), std::back_inserter(assumed),
                     [](const Hit& hit) { return !is_immediate(hit.tier); });
        std::erase_if(owned->told, [](const Hit& hit) { return !is_immediate(hit.tier); });
    }
    settle(owned->told, hits, ids_, ended.retracted);
    owned->told = std::move(assumed);
    ended.confirmed = std::move(hits);
    ended.number = owned->number = ++ended_count_;
    ended.base = owned->base;
    ended.bytes = owned->said.text().size();
    place_messages(*owned);
    for (const PlacedMessage& message : owned->messages) ended.messages.push_back(message_of(*owned, message));
    owned->awaits_verdict = ended.needs_verdict = awaits_verdict;
    note_cooldowns(*owned, owned->confirmed);
    take_over(*owned);
    ended_.push_back(std::move(owned));
    forget_out_of_reach();
    for (const auto& other : open_) {
        place_behind_ended(*other);
        hear_anew(*other);
        if (changes) tell(*other, *changes);
    }
    return ended;
}

EndedUtterance SpeakerWindow::Impl::cut(Utterance& utterance, std::size_t max_bytes, std::vector<HitChange>* changes) {
    UtteranceText rest;
    utterance.said.split_off(utterance.said.last_boundary_within(max_bytes), rest, tools_.tokenizer());
    hear_anew(utterance);
    const std::string id = utterance.id;
    const std::uint64_t epoch = utterance.epoch;
    EndedUtterance ended = end(utterance, changes);
    Utterance& next = open(id);
    next.epoch = epoch;
    next.said = std::move(rest);
    hear_anew(next);
    if (changes) tell(next, *changes);
    return ended;
}

std::vector<Hit> SpeakerWindow::Impl::open_hits() const {
    std::vector<Hit> hits;
    for (const auto& utterance : ended_) hits.insert(hits.end(), utterance->told.begin(), utterance->told.end());
    for (const auto& utterance : open_) hits.insert(hits.end(), utterance->told.begin(), utterance->told.end());
    return hits;
}

const Utterance* SpeakerWindow::Impl::find_ended(std::uint64_t number) const noexcept {
    for (const auto& utterance : ended_) {
        if (utterance->number == number) return utterance.get();
    }
    return nullptr;
}

Utterance* SpeakerWindow::Impl::find_ended(std::uint64_t number) noexcept {
    return const_cast<Utterance*>(std::as_const(*this).find_ended(number));
}

std::size_t SpeakerWindow::Impl::memory_bytes() const noexcept {
    std::size_t bytes = sizeof(*this);
    for (const auto& utterance : open_) bytes += utterance->memory_bytes();
    for (const auto& utterance : ended_) bytes += utterance->memory_bytes();
    for (const auto& utterance : spare_) bytes += utterance->memory_bytes();
    for (const auto& stream : streams_) bytes += sizeof(stream) + stream.tail.capacity() * sizeof(match::WordIds);
    return bytes;
}

// ---- The window -----------------------------------------------------------------------------------------------------

SpeakerWindow::SpeakerWindow(const ActiveLists& lists, SpeakerTraits traits, std::string language, LanguageTools& tools,
                             base::IdSource& ids)
    : impl_(std::make_unique<Impl>(lists, std::move(traits), std::move(language), tools, ids)) {}

SpeakerWindow::~SpeakerWindow() = default;
SpeakerWindow::SpeakerWindow(SpeakerWindow&&) noexcept = default;

void SpeakerWindow::set_role(std::string role) {
    impl_->set_role(std::move(role));
}

void SpeakerWindow::follow(const ListChange& change, std::vector<HitChange>* changes) {
    impl_->follow(change, changes);
}

void SpeakerWindow::open(std::string_view id) {
    impl_->open(id);
}

bool SpeakerWindow::is_open(std::string_view id) const noexcept {
    return impl_->find(id) != nullptr;
}

bool SpeakerWindow::has_hypothesis(std::string_view id) const noexcept {
    const Utterance* utterance = impl_->find(id);
    return utterance != nullptr && utterance->said.has_hypothesis();
}

void SpeakerWindow::hypothesize(std::string_view id, const SpokenText& spoken, std::vector<HitChange>* changes) {
    Utterance& utterance = impl_->open(id);
    impl_->hypothesize(utterance, spoken);
    if (changes) impl_->tell(utterance, *changes);
}

void SpeakerWindow::commit(std::string_view id, const SpokenText& spoken, std::vector<HitChange>* changes) {
    Utterance& utterance = impl_->open(id);
    impl_->commit(utterance, spoken);
    if (changes) impl_->tell(utterance, *changes);
}

void SpeakerWindow::commit_hypothesis(std::string_view id) {
    if (Utterance* utterance = impl_->find(id)) impl_->commit_hypothesis(*utterance);
}

void SpeakerWindow::tell(std::vector<HitChange>& changes) {
    for (const auto& utterance : impl_->open_utterances()) impl_->tell(*utterance, changes);
}

std::size_t SpeakerWindow::committed_bytes(std::string_view id) const noexcept {
    const Utterance* utterance = impl_->find(id);
    return utterance == nullptr ? 0 : utterance->said.committed_bytes();
}

std::size_t SpeakerWindow::settled_bytes(std::string_view id) const noexcept {
    const Utterance* utterance = impl_->find(id);
    return utterance == nullptr ? 0 : utterance->said.settled_bytes();
}

EndedUtterance SpeakerWindow::end(std::string_view id, std::vector<HitChange>* changes) {
    Utterance* utterance = impl_->find(id);
    return utterance == nullptr ? EndedUtterance{} : impl_->end(*utterance, changes);
}

EndedUtterance SpeakerWindow::cut(std::string_view id, std::size_t max_bytes, std::vector<HitChange>* changes) {
    Utterance* utterance = impl_->find(id);
    return utterance == nullptr ? EndedUtterance{} : impl_->cut(*utterance, max_bytes, changes);
}

std::string_view SpeakerWindow::ended_text(std::uint64_t number) const noexcept {
    const Utterance* utterance = std::as_const(*impl_).find_ended(number);
    return utterance == nullptr ? std::string_view() : std::string_view(utterance->said.text());
}

std::string_view SpeakerWindow::open_text(std::string_view id) const noexcept {
    const Utterance* utterance = impl_->find(id);
    return utterance == nullptr ? std::string_view() : std::string_view(utterance->said.text());
}

void SpeakerWindow::assume(std::string_view id, std::span<const Verdict> verdicts, double default_threshold,
                           std::vector<HitChange>& changes) {
    if (Utterance* utterance = impl_->find(id)) impl_->assume(*utterance, verdicts, default_threshold, changes);
}

Judged SpeakerWindow::judge(std::uint64_t number, std::span<const Verdict> verdicts, double default_threshold) {
    return impl_->judge(number, verdicts, default_threshold);
}

std::vector<Hit> SpeakerWindow::open_hits() const {
    return impl_->open_hits();
}

std::uint64_t SpeakerWindow::ended_words() const noexcept {
    return impl_->ended_words();
}

std::size_t SpeakerWindow::memory_bytes() const noexcept {
    return sizeof(*this) + impl_->memory_bytes();
}

}  // namespace earshot::detect
