#include "hit_ledger.hpp"

#include <algorithm>
#include <tuple>

namespace earshot::detect {
namespace {

// A slot's list may have changed since a hit was told, and several slots may share one list. The order of addresses is
// not the order of keep_reported, hence the search for groups by equality instead of a merge.
auto phrase_key(const Hit& hit) {
    return std::tuple(hit.slot, hit.list.get(), hit.tracker, hit.tier == Tier::pattern, hit.phrase);
}

bool looks_the_same(const Hit& a, const Hit& b) {
    const auto same_part = [](const HitPart& x, const HitPart& y) {
        return x.message_id == y.message_id && x.begin == y.begin && x.end == y.end;
    };
    return a.tier == b.tier && a.score == b.score &&
           std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(), same_part);
}

// Calls `pair(now, told or null)` for each of `now`; what was told and has no successor is left with its id in place,
// the others' ids are moved out of `told`.
template <typename Pair>
void match_up(std::vector<Hit>& told, std::vector<Hit>& now, Pair&& pair) {
    for (std::size_t i = 0; i < now.size(); ++i) {
        std::size_t nth = 0;
        while (nth < i && phrase_key(now[i - nth - 1]) == phrase_key(now[i])) ++nth;
        Hit* before = nullptr;
        for (Hit& hit : told) {
            if (phrase_key(hit) == phrase_key(now[i]) && nth-- == 0) {
                before = &hit;
                break;
            }
        }
        pair(now[i], before);
    }
}

}  // namespace

void tell_difference(std::vector<Hit>& told, std::vector<Hit> now, base::IdSource& ids,
                     std::vector<HitChange>& changes) {
    std::vector<HitChange> news;
    std::vector<bool> goes_on(told.size());
    match_up(told, now, [&](Hit& hit, Hit* before) {
        if (before == nullptr) {
            hit.id = ids.make_uuid();
            news.push_back({HitState::created, hit});
            return;
        }
        goes_on[static_cast<std::size_t>(before - told.data())] = true;
        hit.id = before->id;
        if (!looks_the_same(hit, *before)) news.push_back({HitState::updated, hit});
    });
    for (std::size_t i = 0; i < told.size(); ++i) {
        if (!goes_on[i]) changes.push_back({HitState::retracted, std::move(told[i])});
    }
    std::move(news.begin(), news.end(), std::back_inserter(changes));
    told = std::move(now);
}

void settle(std::vector<Hit>& told, std::vector<Hit>& last, base::IdSource& ids, std::vector<Hit>& retracted) {
    std::vector<bool> goes_on(told.size());
    match_up(told, last, [&](Hit& hit, Hit* before) {
        if (before) goes_on[static_cast<std::size_t>(before - told.data())] = true;
        hit.id = before ? before->id : ids.make_uuid();
    });
    for (std::size_t i = 0; i < told.size(); ++i) {
        if (!goes_on[i]) retracted.push_back(std::move(told[i]));
    }
    told.clear();
}

}  // namespace earshot::detect
