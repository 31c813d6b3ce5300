#pragma once

#include "earshot/base/ids.hpp"

#include <random>

namespace earshot::app {

/// Ids for a running server: version 4 UUIDs and numbers of 16 digits, from a generator seeded by the system.
/// They are unlike each other, not secret. One source belongs to one thread.
class RandomIdSource final : public base::IdSource {
public:
    RandomIdSource();

    std::string make_uuid() override;
    std::string make_digits() override;

private:
    std::mt19937_64 generator_;
};

}  // namespace earshot::app
