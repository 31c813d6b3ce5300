#include "calibration.hpp"

#include <cmath>
#include <cstddef>

namespace earshot::semantic {

std::vector<double> shifts_of(const Calibration& calibration, std::span<const double> left_out) {
    double sum = 0;
    std::size_t known = 0;
    for (const double score : left_out) {
        if (std::isnan(score)) continue;
        sum += score;
        ++known;
    }
    const double mean = known > 0 ? sum / static_cast<double>(known) : calibration.typical;
    std::vector<double> shifts;
    for (const double score : left_out) {
        const double difference = std::isnan(score) ? 0 : score - mean;
        shifts.push_back(calibration.of_list * mean + calibration.of_group * difference + calibration.constant);
    }
    return shifts;
}

}  // namespace earshot::semantic
