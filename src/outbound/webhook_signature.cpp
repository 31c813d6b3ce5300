#include "earshot/outbound/webhook_signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>

namespace earshot::outbound {
namespace {

constexpr std::string_view k_prefix = "whsec_";
constexpr std::size_t k_shortest_key = 24;  // bytes; these two are the standard's
constexpr std::size_t k_longest_key = 64;
constexpr std::size_t k_longest_text = (k_longest_key + 2) / 3 * 4;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

/// None: `text` is not what base64() makes of any bytes.
std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes(text.size(), '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(text), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size));
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) {
        if (bytes.empty()) return std::nullopt;
        text.remove_suffix(1);
        bytes.pop_back();  // OpenSSL decodes padding as zeros
    }
    // It also takes white space around the text, bits behind the last byte, and padding inside.
    const std::string again = base64(bytes);
    if (again.substr(0, again.find('=')) != text) return std::nullopt;
    return bytes;
}

}  // namespace

base::Result<WebhookSecret> WebhookSecret::parse(std::string_view text) {
    const base::Error malformed{base::Errc::invalid_value,
                                "a webhook's secret must be " + std::to_string(k_shortest_key) + " to " +
                                    std::to_string(k_longest_key) + " bytes as base64, with or without " +
                                    std::string(k_prefix) + " in front",
                                {},
                                {}};
    if (text.starts_with(k_prefix)) text.remove_prefix(k_prefix.size());
    if (text.size() > k_longest_text || text.size() % 4 != 0) return malformed;
    auto key = from_base64(text);
    if (!key || key->size() < k_shortest_key || key->size() > k_longest_key) return malformed;
    return WebhookSecret(std::move(*key));
}

std::string WebhookSecret::sign(std::string_view id, base::WallTime sent, std::string_view body) const {
    std::string content(id);
    content += '.';
    content += webhook_timestamp(sent);
    content += '.';
    content += body;
    std::array<unsigned char, EVP_MAX_MD_SIZE> code;
    unsigned size = 0;
    if (!HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes_of(content), content.size(), code.data(),
              &size)) {
        throw std::runtime_error("OpenSSL has no SHA-256");
    }
    return "v1," + base64({reinterpret_cast<const char*>(code.data()), size});
}

std::string webhook_timestamp(base::WallTime sent) {
    return std::to_string(std::chrono::floor<std::chrono::seconds>(sent.time_since_epoch()).count());
}

}  // namespace earshot::outbound
