#pragma once

#include "earshot/detect/tracker_definition.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace earshot::support {

/// One input of a speaker's window. Utterances are named by small numbers.
struct WindowStep {
    enum class Kind : std::uint8_t {
        hypothesis,        ///< `text` in place of the hypothesis
        final_words,       ///< `text` committed
        end,               ///< the utterance ends; its hypothesis is dropped
        end_as_it_stands,  ///< the utterance ends; its hypothesis is committed
        change,            ///< `list` is put into `slot` in place of what is there
    };
    Kind kind = Kind::hypothesis;
    int utterance = 0;
    std::string text;
    double start = 0;  ///< not a number: unknown
    double end = 0;
    bool is_told = true;  ///< false: nobody listens to interims at this step
    std::size_t slot = 0;
    std::optional<std::size_t> list{};  ///< of the trial's; none: the slot becomes free
};

/// What one speaker says to a window, and for whom it is heard.
struct WindowTrial {
    std::vector<detect::TrackerListDefinition> lists;  ///< the first is in slot 0 from the beginning
    std::string user_id;
    std::string role;
    std::vector<WindowStep> steps;
};

/// Runs the trial, ends what is open, and holds the window to the contract after each step: what it tells adds up to
/// what it knows, and that is what the oracle hears in the words so far. Returns the first disagreement; empty if there
/// is none. `hits`, if given, is raised by the number of confirmed hits. A change of lists takes back the open hits of
/// trackers that are heard no more, and does nothing else.
std::string run_window_trial(const WindowTrial& trial, std::size_t* hits = nullptr);

/// The trial without the steps that its disagreement does not need, and in words what is left.
WindowTrial shrink(WindowTrial trial);
std::string describe(const WindowTrial& trial);

}  // namespace earshot::support
