#pragma once

#include "earshot/base/ids.hpp"

#include <cstdint>
#include <cstdio>
#include <string>

namespace earshot::support {

/// Ids that count, so that a test knows them beforehand and they never repeat.
class CountingIds final : public base::IdSource {
public:
    std::string make_uuid() override {
        char id[64];
        std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012llu", static_cast<unsigned long long>(++uuids_));
        return id;
    }

    std::string make_digits() override { return std::to_string(1'000'000'000'000'000ULL + ++digits_); }

private:
    std::uint64_t uuids_ = 0;
    std::uint64_t digits_ = 0;
};

}  // namespace earshot::support
