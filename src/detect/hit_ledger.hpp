#pragma once

#include "earshot/base/ids.hpp"
#include "earshot/detect/hit.hpp"

#include <vector>

namespace earshot::detect {

// Identity: a hit is the nth, by its place, of its (tracker, phrase) in the utterance where it ends, and keeps its id
// while there is an nth. All lists of hits here are in the order of keep_reported, which puts those of one phrase
// together, by place; `exact`, `pattern` and `inflected` alone are told before an utterance's end.

/// Gives `now` the ids of `told` (new ones where there was none), appends what changed to `changes` (first what is
/// gone), and makes `now` what is told.
void tell_difference(std::vector<Hit>& told, std::vector<Hit> now, base::IdSource& ids,
                     std::vector<HitChange>& changes);

/// The same at the end of an utterance: gives `last` their ids, moves what is gone from `told` to `retracted`.
void settle(std::vector<Hit>& told, std::vector<Hit>& last, base::IdSource& ids, std::vector<Hit>& retracted);

}  // namespace earshot::detect
