#pragma once

#include "connection.hpp"

#include <string>
#include <vector>

namespace earshot::store {

/// Holds up others that change one of `conversations` (ids) until the transaction ends. Once in a transaction, before
/// all other locks, so that transactions do not wait for each other. Throws soci::soci_error.
void lock_conversations(Connection& connection, const std::vector<std::string>& conversations);

/// Holds up others that hand out or create jobs. The last lock of a transaction.
inline void lock_jobs(Connection& connection) {
    connection.lock("earshot:jobs");
}

}  // namespace earshot::store
