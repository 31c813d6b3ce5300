#include "conversation_locks.hpp"

#include "earshot/base/hash.hpp"

#include <cstdint>
#include <set>

namespace earshot::store {
namespace {

/// Conversations share locks: a server holds a bounded number of them, and one transaction may change thousands of
/// conversations. Those that share one wait for each other for nothing.
constexpr std::uint64_t k_locks = 512;

}  // namespace

void lock_conversations(Connection& connection, const std::vector<std::string>& conversations) {
    std::set<std::uint64_t> numbers;  // everybody takes them in the same order
    for (const std::string& id : conversations) numbers.insert(base::hash_bytes(id) % k_locks);
    for (const std::uint64_t number : numbers) connection.lock("earshot:conversations:" + std::to_string(number));
}

}  // namespace earshot::store
