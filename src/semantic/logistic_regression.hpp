#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace earshot::semantic {

/// Vectors in the form that the solver takes, each with a bias behind it. One thread writes, then any number reads.
class SolverRows {
public:
    SolverRows(std::size_t dimensions, std::size_t capacity);
    ~SolverRows();
    SolverRows(SolverRows&&) noexcept;

    /// Adds a row, fewer than `capacity` so far; returns its number. `vector` has `dimensions` values.
    std::uint32_t add(std::span<const float> vector);

    std::size_t dimensions() const noexcept { return dimensions_; }
    std::uint32_t size() const noexcept { return size_; }

private:
    friend struct SolverProblem;
    struct Nodes;
    std::size_t dimensions_;
    std::uint32_t size_ = 0;
    std::unique_ptr<Nodes> nodes_;
};

/// A row of some SolverRows.
struct SolverRow {
    const SolverRows* rows = nullptr;
    std::uint32_t row = 0;
};

/// weights . x + bias, above 0 where x is more likely a positive.
struct LinearScore {
    std::vector<double> weights;
    double bias = 0;

    double operator()(std::span<const float> vector) const noexcept;
};

/// L2-regularised logistic regression (liblinear's L2R_LR: trust-region Newton, no random numbers): least
/// |weights|^2 / 2 + cost * (positive_weight * loss of positives + loss of negatives); the bias is all but free of the
/// penalty. The result depends on the rows and their order alone, bit for bit. Both kinds must be there, with rows of
/// equal dimensions. `start`: where to begin, of the same dimensions, or null; a near one saves most of the time.
LinearScore fit_logistic_regression(std::span<const SolverRow> positives, std::span<const SolverRow> negatives,
                                    double cost, double positive_weight, const LinearScore* start);

}  // namespace earshot::semantic
