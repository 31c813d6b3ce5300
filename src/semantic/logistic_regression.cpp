#include "logistic_regression.hpp"

#include <cassert>
#include <linear.h>

namespace earshot::semantic {
namespace {

// liblinear penalises the bias as any other weight. As a feature of this value it pays 1/25 of what a weight pays; of a
// higher one the solver's steps get longer, and its measure of being done coarser.
constexpr double k_bias_feature = 5;
// Of the gradient's length at zero, times the share of positives. A hundredth of this moves a score by 0.005 on
// average.
constexpr double k_tolerance = 0.01;

void be_silent(const char*) {}

}  // namespace

struct SolverRows::Nodes {
    std::vector<feature_node> nodes;
};

SolverRows::SolverRows(std::size_t dimensions, std::size_t capacity)
    : dimensions_(dimensions), nodes_(std::make_unique<Nodes>()) {
    nodes_->nodes.reserve(capacity * (dimensions + 2));  // rows are pointed to, so they must not move
}
SolverRows::~SolverRows() = default;
SolverRows::SolverRows(SolverRows&&) noexcept = default;

std::uint32_t SolverRows::add(std::span<const float> vector) {
    auto& nodes = nodes_->nodes;
    assert(vector.size() == dimensions_ && nodes.capacity() - nodes.size() >= dimensions_ + 2);
    int index = 0;
    for (const float value : vector) nodes.push_back({++index, value});
    nodes.push_back({++index, k_bias_feature});
    nodes.push_back({-1, 0});  // the end of a row
    return size_++;
}

/// What liblinear is given: pointers to rows that live elsewhere.
struct SolverProblem {
    std::vector<feature_node*> rows;
    std::vector<double> labels;

    void add(std::span<const SolverRow> more, double label) {
        for (const SolverRow& row : more) {
            // The solver only reads, but its type does not say so.
            auto& nodes = row.rows->nodes_->nodes;
            rows.push_back(nodes.data() + std::size_t{row.row} * (row.rows->dimensions_ + 2));
            labels.push_back(label);
        }
    }
};

double LinearScore::operator()(std::span<const float> vector) const noexcept {
    double sum = bias;
    for (std::size_t i = 0; i < vector.size(); ++i) sum += weights[i] * static_cast<double>(vector[i]);
    return sum;
}

LinearScore fit_logistic_regression(std::span<const SolverRow> positives, std::span<const SolverRow> negatives,
                                    double cost, double positive_weight, const LinearScore* start) {
    static const bool silenced = (set_print_string_function(be_silent), true);
    assert(silenced && !positives.empty() && !negatives.empty());
    const std::size_t dimensions = positives.front().rows->dimensions();
    SolverProblem rows;
    rows.add(positives, 1);  // first, since the first label seen is the one whose side the weights take
    rows.add(negatives, -1);
    std::vector<double> from;
    if (start != nullptr) {
        from = start->weights;
        from.push_back(start->bias / k_bias_feature);
    }

    int positive = 1;
    problem problem{};
    problem.l = static_cast<int>(rows.rows.size());
    problem.n = static_cast<int>(dimensions + 1);
    problem.y = rows.labels.data();
    problem.x = rows.rows.data();
    problem.bias = -1;  // ours stands in the rows
    parameter parameter{};
    parameter.solver_type = L2R_LR;
    parameter.eps = k_tolerance;
    parameter.C = cost;
    parameter.nr_weight = 1;
    parameter.weight_label = &positive;
    parameter.weight = &positive_weight;
    parameter.init_sol = from.empty() ? nullptr : from.data();

    const std::unique_ptr<model, void (*)(model*)> fitted(train(&problem, &parameter),
                                                          [](model* m) { free_and_destroy_model(&m); });
    LinearScore score;
    score.weights.assign(fitted->w, fitted->w + dimensions);
    score.bias = fitted->w[dimensions] * k_bias_feature;
    return score;
}

}  // namespace earshot::semantic
