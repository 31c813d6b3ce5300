#pragma once

#include "connection.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace earshot::store {

/// The keys of statements that take many of them at once. Such a statement is bound to it, so it belongs to one
/// connection and stays where it is.
template <typename Key>
class KeyList {
public:
    /// The statement `before` (:key_0, :key_1, …) `after`, bound to the keys and to `bound`.
    template <typename... Bound>
    soci::statement prepare(soci::session& sql, std::string before, const std::string& after, const Bound&... bound) {
        soci::statement statement(sql);
        for (std::size_t number = 0; number < k_keys; ++number) {
            const std::string name = "key_" + std::to_string(number);
            before += (number == 0 ? " (:" : ", :") + name;
            statement.exchange(soci::use(keys_[number], name));
        }
        (statement.exchange(bound), ...);
        statement.alloc();
        statement.prepare(before + ") " + after);
        statement.define_and_bind();
        return statement;
    }

    /// Calls `run` with the statement bound to one piece of `keys` after the other.
    template <typename Run>
    void for_each_piece(const std::vector<Key>& keys, Run run) {
        for (std::size_t begin = 0; begin < keys.size(); begin += k_keys) {
            // What is left over repeats the last key.
            for (std::size_t i = 0; i < k_keys; ++i) keys_[i] = keys[std::min(begin + i, keys.size() - 1)];
            run();
        }
    }

private:
    static constexpr std::size_t k_keys = 64;

    std::array<Key, k_keys> keys_{};
};

}  // namespace earshot::store
