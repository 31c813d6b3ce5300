#include "ws_frame.hpp"

#include <cstdint>

namespace earshot::net {
namespace {

constexpr unsigned char k_final_text = 0x81;
constexpr unsigned char k_16_bit_size = 126;
constexpr unsigned char k_64_bit_size = 127;

void append_big_endian(std::uint64_t number, int bytes, std::string& out) {
    while (bytes-- > 0) out.push_back(static_cast<char>(number >> (8 * bytes) & 0xFF));
}

}  // namespace

void append_text_frame(std::string_view text, std::string& out) {
    out.push_back(static_cast<char>(k_final_text));
    if (text.size() < k_16_bit_size) {
        append_big_endian(text.size(), 1, out);
    } else if (text.size() <= 0xFFFF) {
        append_big_endian(k_16_bit_size, 1, out);
        append_big_endian(text.size(), 2, out);
    } else {
        append_big_endian(k_64_bit_size, 1, out);
        append_big_endian(text.size(), 8, out);
    }
    out.append(text);
}

}  // namespace earshot::net
