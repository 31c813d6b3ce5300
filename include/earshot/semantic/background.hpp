#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace earshot::semantic {

/// Talk of any call that no tracker is made for: hesitating, waiting, spelling, places, everyday stories, in English
/// and Spanish. Every head learns to stay below its threshold on these lines, so that a list of one tracker knows what
/// it is not. They hold no intent on purpose: a line that says what a tracker listens for would teach its head to be
/// deaf. More lines, or ones cut at random, made hearing worse.
///
/// Each line is in normal order of words and has at least one; the views live as long as the program.
std::span<const std::string_view> background_lines() noexcept;

/// Changes with any line: part of the key of all that is fitted.
std::uint64_t background_hash() noexcept;

}  // namespace earshot::semantic
