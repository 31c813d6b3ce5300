#pragma once

#include <span>
#include <vector>

namespace earshot::semantic {

/// How raw scores of a stage become told ones: told = sigmoid((raw - shift) / spread).
struct Calibration {
    double of_list;   ///< how much of the list's mean of left-out scores is shift
    double of_group;  ///< how much of a group's difference to that mean is
    double constant;  ///< and what always is
    double spread;    ///< raw score by which the odds change by e
    double typical;   ///< left-out score where no group of the list can tell
};

/// Chosen on 171 trackers of five domains, in lists of 1 to 62: one threshold for all of them.
inline constexpr Calibration k_full_calibration{0.5, 0.25, 0.0, 1.0, 0.0};
inline constexpr Calibration k_static_calibration{0.5, 0.25, 0.0, 1.0, 0.0};

/// By group: its shift. `left_out` holds the groups' mean scores of left-out phrases, not a number where a group has
/// but one phrase: such a group counts as a middling one of its list.
std::vector<double> shifts_of(const Calibration& calibration, std::span<const double> left_out);

}  // namespace earshot::semantic
