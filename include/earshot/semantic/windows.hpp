#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace earshot::semantic {

/// A stretch of an utterance's words that is held against the trackers.
struct Window {
    std::uint32_t first_word = 0;
    std::uint32_t last_word = 0;  ///< included
    friend bool operator==(const Window&, const Window&) = default;
};

/// A window ends at every fifth word of an utterance and at its last one. Phrases are about as long as the shorter
/// ones; the longest is the whole utterance as far as it was said.
inline constexpr std::uint32_t k_window_step = 5;
inline constexpr std::uint32_t k_window_words[] = {8, 12, 24};

/// Appends the windows that end at word `last_word` (from 0): of 8, of 12 and of up to 24 words, each once.
void append_windows_at(std::uint32_t last_word, std::vector<Window>& out);

/// The windows of an utterance of `words` words, by their ends. Those of a prefix that end at a fifth word are among
/// those of the whole.
std::vector<Window> windows_of(std::uint32_t words);

}  // namespace earshot::semantic
