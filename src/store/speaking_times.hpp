#pragma once

#include "earshot/detect/conversation_record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace earshot::store {

/// The moments that `spans` cover, as spans that do not touch, in their order. What ends before it begins covers none.
std::vector<detect::WallSpan> merged(std::vector<detect::WallSpan> spans);

/// How long `spans` cover together: what several cover counts once.
std::chrono::milliseconds covered(std::vector<detect::WallSpan> spans);

/// From when to when somebody spoke.
struct Spoken {
    std::size_t speaker;  ///< a small number
    detect::WallSpan time;
};

inline constexpr std::size_t k_nobody = SIZE_MAX;

/// For each of `messages` who spoke longest during it; of those that spoke equally long, the one with the smallest
/// number. k_nobody: nobody spoke. A message without a length is a millisecond long.
std::vector<std::size_t> longest_speakers(std::span<const detect::WallSpan> messages, std::span<const Spoken> spoken);

}  // namespace earshot::store
