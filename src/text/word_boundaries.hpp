#pragma once

#include "code_points.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace earshot::text {

/// One code point of a text with its place in it.
struct TextPoint {
    std::uint32_t byte_begin = 0;
    std::uint32_t byte_end = 0;
    std::uint32_t utf16_begin = 0;
    std::uint32_t utf16_end = 0;
    PointTraits traits;
};

/// Code points [0, size) of a run form one segment; it is a word or it is not.
struct Segment {
    std::size_t size = 0;
    bool is_word = false;
};

/// The first segment of `run`, by docs/words.md. `run` is not empty and holds no `boundary` and no `nothing`.
/// Runs are cut from left to right: each segment's rules look only at the code points behind its start.
Segment first_segment(std::span<const TextPoint> run) noexcept;

}  // namespace earshot::text
