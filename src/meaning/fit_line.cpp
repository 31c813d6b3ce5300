#include "fit_line.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace earshot::meaning {
namespace {

// Of up to 2,000 negatives each holds 6 KB for one, and the phrases' vectors beside.
constexpr std::size_t k_large_phrases = 2'000;
constexpr std::size_t k_large_at_a_time = 2;
constexpr std::size_t k_small_at_a_time = 6;

bool is_large(const Turn& turn) {
    return turn.fit.groups().phrases().size() > k_large_phrases;
}

}  // namespace

bool Turn::is_used() const {
    return std::any_of(users.begin(), users.end(), [](const auto& list) { return !list.expired(); });
}

Turn* FitLine::find(const std::string& key, const semantic::PhraseGroups& groups) {
    for (Turn& turn : turns_) {
        if (turn.key == key && turn.fit.groups() == groups) return &turn;
    }
    return nullptr;
}

bool FitLine::step(const Tell& tell, const IsClosed& is_closed) {
    give_places(tell);
    bool has_worked = false;
    for (const bool used : {true, false}) {
        if (!used && has_worked) break;
        for (auto turn = turns_.begin(); turn != turns_.end();) {
            if (is_closed()) return has_worked;
            if (turn->is_used() == used && (turn->is_begun || turn->fit.is_looking())) {
                has_worked = step(turn, tell) || has_worked;
            } else {
                ++turn;
            }
        }
    }
    return has_worked;
}

/// In the order in which they came, as far as there is room.
void FitLine::give_places(const Tell& tell) {
    for (auto turn = turns_.begin(); turn != turns_.end();) {
        if (turn->is_begun || turn->fit.is_looking()) {
            ++turn;
        } else if (!turn->is_used()) {
            give_up(turn, tell);
        } else {
            while (!may_begin(*turn) && make_room(*turn, tell)) {
            }
            turn->is_begun = may_begin(*turn);
            ++turn;
        }
    }
}

bool FitLine::may_begin(const Turn& turn) const {
    // The background's vectors are made by the first, for all.
    const bool large = is_large(turn);
    if (!has_background()) return begun(false) + begun(true) == 0;
    return begun(large) < (large ? k_large_at_a_time : k_small_at_a_time);
}

/// Ends one that nobody uses, and whose place is one for `wanting`. False: there is none.
bool FitLine::make_room(const Turn& wanting, const Tell& tell) {
    for (auto turn = turns_.begin(); turn != turns_.end(); ++turn) {
        if (!turn->is_begun || turn->is_used()) continue;
        if (has_background() && is_large(*turn) != is_large(wanting)) continue;
        give_up(turn, tell);
        return true;
    }
    return false;
}

std::size_t FitLine::begun(bool large) const {
    return static_cast<std::size_t>(std::count_if(
        turns_.begin(), turns_.end(), [&](const Turn& turn) { return turn.is_begun && is_large(turn) == large; }));
}

/// True if there was something to do. Goes on to the next turn.
bool FitLine::step(Place& turn, const Tell& tell) {
    const auto before = turn->fit.fitted();
    const bool was_waiting = turn->fit.state() == Fit::State::waiting;
    const Fit::State state = turn->fit.step();
    const bool is_over = state == Fit::State::done || state == Fit::State::failed;
    if (is_over || turn->fit.fitted() != before) tell(*turn, state);
    turn = is_over ? turns_.erase(turn) : std::next(turn);
    return is_over || !was_waiting;
}

void FitLine::give_up(Place& turn, const Tell& tell) {
    turn->fit.give_up();
    tell(*turn, turn->fit.state());
    turn = turns_.erase(turn);
}

}  // namespace earshot::meaning
