#include "earshot/semantic/windows.hpp"

namespace earshot::semantic {

void append_windows_at(std::uint32_t last_word, std::vector<Window>& out) {
    const std::uint32_t known = last_word + 1;
    for (const std::uint32_t words : k_window_words) {
        out.push_back({known > words ? known - words : 0, last_word});
        if (known <= words) return;  // a longer one would be the same
    }
}

std::vector<Window> windows_of(std::uint32_t words) {
    std::vector<Window> windows;
    for (std::uint32_t known = k_window_step; known < words; known += k_window_step) {
        append_windows_at(known - 1, windows);
    }
    if (words > 0) append_windows_at(words - 1, windows);
    return windows;
}

}  // namespace earshot::semantic
