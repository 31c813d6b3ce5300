#include "principal_axes.hpp"

#include <Eigen/Dense>

namespace earshot::encoder {

std::vector<float> along_principal_axes(std::span<const float> rows, std::size_t dimensions, std::size_t kept) {
    using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto width = static_cast<Eigen::Index>(dimensions);
    const auto height = static_cast<Eigen::Index>(rows.size() / dimensions);
    const Eigen::MatrixXd from = Eigen::Map<const Rows>(rows.data(), height, width).cast<double>();

    const Eigen::MatrixXd centred = from.rowwise() - from.colwise().mean();
    const Eigen::MatrixXd covariance = centred.transpose() * centred;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(covariance);
    // Smallest first, so the ones to keep stand at the end.
    Eigen::MatrixXd axes = solved.eigenvectors().rightCols(static_cast<Eigen::Index>(kept)).rowwise().reverse();
    for (auto axis : axes.colwise()) {
        Eigen::Index largest = 0;
        axis.cwiseAbs().maxCoeff(&largest);
        if (axis(largest) < 0) axis = -axis;
    }

    std::vector<float> to(static_cast<std::size_t>(height) * kept);
    Eigen::Map<Rows>(to.data(), height, static_cast<Eigen::Index>(kept)) = (centred * axes).cast<float>();
    return to;
}

}  // namespace earshot::encoder
