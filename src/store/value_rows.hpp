#pragma once

#include "connection.hpp"

#include <cstdint>
#include <string>

namespace earshot::store {

/// The statements on the table `made_values`. One of each connection. Throws soci::soci_error.
class ValueRows {
public:
    explicit ValueRows(soci::session& sql);
    ValueRows(const ValueRows&) = delete;
    ValueRows& operator=(const ValueRows&) = delete;

    /// The value, and when it was last used; empty, and `used_on` as it was: there is none.
    std::string of_key(const std::string& key, long long& used_on);

    void use_key(const std::string& key, long long day);

    /// A key that is there already stays as it is.
    void insert(const std::string& key, const std::string& value, long long day);

    /// Removes those used longest ago, until the rest holds at most `bytes`.
    void trim(std::uint64_t bytes);

private:
    std::string key_;
    std::string value_;
    long long bytes_ = 0;
    long long day_ = 0;

    soci::statement of_key_;
    soci::statement use_;
    soci::statement insert_;
    soci::statement trim_;
};

}  // namespace earshot::store
