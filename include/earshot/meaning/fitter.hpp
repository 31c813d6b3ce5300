#pragma once

#include "earshot/detect/tracker_list.hpp"
#include "earshot/meaning/instruments.hpp"
#include "earshot/meaning/value_keeper.hpp"
#include "earshot/semantic/fitted_list.hpp"
#include "earshot/semantic/phrase_groups.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace earshot::meaning {

/// A list as far as it can be heard by meaning.
struct FittedMeaning {
    std::shared_ptr<const semantic::ListMeaning> meaning;
    std::shared_ptr<const semantic::FittedList> fitted;
};

struct FitterCounters {
    std::uint64_t fitted = 0;      ///< lists fitted from the beginning
    std::uint64_t from_cache = 0;  ///< lists that had been fitted before
    std::uint64_t given_up = 0;    ///< lists that nobody used any more before they were fitted
    std::uint64_t failed = 0;      ///< lists for which the model failed
    std::size_t waiting = 0;       ///< lists under way
};

/// Fits lists of trackers in the background, on one thread of low priority. Lists of equal phrases are fitted once;
/// many at a time take turns, a head each; one that nobody uses any more is given up. The static stage comes first, and
/// can be used while the model's is on its way. What was fitted, and the vectors of phrases, are kept in memory within
/// a bound and by a ValueKeeper beyond a restart.
///
/// Any thread may call.
class Fitter {
public:
    /// `keeper` (null: nothing is kept) outlives the fitter. `memory_bytes`: of fitted lists that no conversation uses.
    Fitter(const Instruments& instruments, ValueKeeper* keeper, std::size_t memory_bytes = 64 * 1024 * 1024);

    /// Gives up what is under way, and joins. `ready` of those is never called.
    ~Fitter();
    Fitter(const Fitter&) = delete;
    Fitter& operator=(const Fitter&) = delete;

    /// Fits `list` unless it is or will be. `ready` is called once it is fitted as far as the instruments allow (where
    /// the model fails, that is the static stage), on the fitter's thread, or at once where it is; not at all if nobody
    /// holds the list any more before that.
    void prepare(const std::shared_ptr<const detect::TrackerList>& list, std::function<void()> ready);

    /// Makes what all lists need while nobody waits for it: the first list finds it, or goes on from where this was.
    void warm_up();

    /// What is there of a list that was prepared; both null: nothing yet.
    FittedMeaning find(const detect::TrackerList& list) const;

    /// True if the list is fitted as far as the instruments allow.
    bool is_ready(const detect::TrackerList& list) const;

    FitterCounters counters() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::meaning
