#include "earshot/detect/tracker_language.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace earshot::detect {

bool is_for_language(const TrackerDefinition& tracker, std::string_view language) noexcept {
    const auto equal = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
    const auto is_it = [&](const std::string& code) {
        return std::equal(code.begin(), code.end(), language.begin(), language.end(), equal);
    };
    return tracker.languages.empty() || std::any_of(tracker.languages.begin(), tracker.languages.end(), is_it);
}

}  // namespace earshot::detect
