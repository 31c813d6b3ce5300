#pragma once

#include "earshot/detect/tracker_list.hpp"
#include "earshot/meaning/instruments.hpp"
#include "earshot/meaning/value_keeper.hpp"

#include "fit.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace earshot::meaning {

/// A set of phrases that is to be fitted, for all lists that have it.
struct Turn {
    std::string key;
    Fit fit;
    std::vector<std::weak_ptr<const detect::TrackerList>> users;
    bool is_begun = false;  ///< has a place among those that are fitted now

    bool is_used() const;
};

/// Sets of phrases on their way through one thread. Only so many are fitted at a time, since each holds megabytes while
/// it is; these take turns, a head each. Large ones cannot take all places, so a small list is ready soon whatever else
/// is there. What nobody uses any more gives its place to whoever waits for one, and is otherwise finished when nothing
/// else is to do: a call may have been shorter than the fit, and the next one has the same trackers.
///
/// Of the fitter's thread.
class FitLine {
public:
    /// Something new is known of a turn's phrases, or it is over.
    using Tell = std::function<void(Turn& turn, Fit::State state)>;

    /// Looked at between steps: true ends a round.
    using IsClosed = std::function<bool()>;

    FitLine(const Instruments& instruments, const BackgroundVectors& background)
        : instruments_(instruments), background_(background) {}

    /// Null: there is none with that key and these phrases.
    Turn* find(const std::string& key, const semantic::PhraseGroups& groups);

    void add(Turn turn) { turns_.push_back(std::move(turn)); }

    /// A step for each set that has a place and does not wait. False: there was nothing to do.
    bool step(const Tell& tell, const IsClosed& is_closed);

    std::size_t size() const noexcept { return turns_.size(); }

private:
    using Place = std::list<Turn>::iterator;

    void give_places(const Tell& tell);
    bool may_begin(const Turn& turn) const;
    bool make_room(const Turn& wanting, const Tell& tell);
    bool has_background() const noexcept { return !instruments_.phrases || !background_.of_model.empty(); }
    bool step(Place& turn, const Tell& tell);
    void give_up(Place& turn, const Tell& tell);
    std::size_t begun(bool large) const;

    const Instruments& instruments_;
    const BackgroundVectors& background_;
    std::list<Turn> turns_;  // in the order in which they came
};

}  // namespace earshot::meaning
