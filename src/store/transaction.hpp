#pragma once

#include "earshot/base/error.hpp"

#include "connection.hpp"

#include <functional>
#include <optional>

namespace earshot::store {

/// Why a transaction is not known to be in force.
struct TransactionFailure {
    Trouble trouble = Trouble::failed;
    base::Error error;
    bool is_in_doubt = false;  ///< lost while being committed
};

/// Runs `work` once in a transaction and commits it, or rolls it back if `work` gives false. None: so it happened.
/// After a failure the transaction is rolled back, and a connection is fit for the next one only after
/// Trouble::conflict.
std::optional<TransactionFailure> run_once(Connection& connection, Access access,
                                           const std::function<bool(Connection&)>& work);

/// How often a transaction is run before it gives way for good.
inline constexpr int k_most_attempts = 4;

}  // namespace earshot::store
