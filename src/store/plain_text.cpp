#include "plain_text.hpp"

#include "earshot/text/utf8.hpp"

#include <algorithm>
#include <utility>

namespace earshot::store {
namespace {

constexpr std::size_t k_longest_name = 256;
constexpr std::string_view k_replacement = "\xEF\xBF\xBD";

// U+0001 begins a pair: of itself, or of U+0000.
constexpr char k_escape = '\x01';
constexpr char k_zero = '\x02';

}  // namespace

bool is_plain_text(std::string_view text) noexcept {
    return text.find('\0') == std::string_view::npos && !text::find_invalid_utf8(text);
}

bool is_account_name(std::string_view name) noexcept {
    return name.size() <= k_longest_name && is_plain_text(name);
}

base::Error no_account_name() {
    return {base::Errc::invalid_value, "no account can have this name", {}, {}};
}

bool is_id(std::string_view id) noexcept {
    return id.size() <= k_longest_name && is_plain_text(id);
}

std::string as_plain_text(std::string text) {
    std::replace(text.begin(), text.end(), '\0', ' ');
    auto invalid = text::find_invalid_utf8(text);
    if (!invalid) return text;
    std::string plain;
    std::string_view rest = text;
    for (; invalid; invalid = text::find_invalid_utf8(rest)) {
        plain.append(rest.substr(0, *invalid)).append(k_replacement);
        rest.remove_prefix(*invalid + 1);
    }
    return plain.append(rest);
}

std::string without_zeros(std::string text) {
    if (text.find_first_of(std::string_view("\0\x01", 2)) == std::string::npos) return text;
    std::string escaped;
    for (const char c : text) {
        if (c == '\0' || c == k_escape) escaped.push_back(k_escape);
        escaped.push_back(c == '\0' ? k_zero : c);
    }
    return escaped;
}

std::string with_zeros(std::string text) {
    if (text.find(k_escape) == std::string::npos) return text;
    std::string whole;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_pair = text[i] == k_escape && i + 1 < text.size();
        if (is_pair) ++i;
        whole.push_back(is_pair && text[i] == k_zero ? '\0' : text[i]);
    }
    return whole;
}

}  // namespace earshot::store
