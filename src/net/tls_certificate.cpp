#include "tls_certificate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <optional>
#include <sys/stat.h>
#include <utility>

namespace earshot::net {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

/// Those of TLS 1.2 that have forward secrecy and authenticate what they encrypt; all of TLS 1.3 have and do.
constexpr const char* k_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

base::Error unusable(const std::string& path, const std::string& why) {
    return {base::Errc::invalid_value, path + ": " + why, {}, {}};
}

std::optional<std::string> read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text;
    std::array<char, 4 * 1024> part;
    // Not by iterators: they throw where the system cannot read what it could open, such as a directory.
    do {
        file.read(part.data(), part.size());
        text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    } while (file);
    if (!file.is_open() || file.bad()) return std::nullopt;
    return text;
}

void restrict(ssl::context& context) {
    SSL_CTX* native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(native, k_ciphers);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);  // clients that come back bring tickets
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);          // most connections are idle most of the time
}

}  // namespace

base::Result<void> TlsCertificate::load() {
    read_ = stamps();
    const auto certificate = read(files_.certificate);
    if (!certificate) return unusable(files_.certificate, "the file cannot be read");
    const auto key = read(files_.key);
    if (!key) return unusable(files_.key, "the file cannot be read");

    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    restrict(*context);
    error_code error;
    // Otherwise whoever started the server would be asked on the terminal.
    context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); }, error);
    context->use_certificate_chain(boost::asio::buffer(*certificate), error);
    if (error)
        return unusable(files_.certificate, "there is no usable PEM certificate in it (" + error.message() + ")");
    context->use_private_key(boost::asio::buffer(*key), ssl::context::pem, error);
    if (error) {
        return unusable(files_.key, "there is no PEM key without a password for the certificate in " +
                                        files_.certificate + " in it (" + error.message() + ")");
    }
    context_ = std::move(context);
    return {};
}

base::Result<bool> TlsCertificate::refresh() {
    if (stamps() == read_) return false;
    if (const auto loaded = load(); !loaded) return loaded.error();
    return true;
}

TlsCertificate::Stamp TlsCertificate::stamp_of(const std::string& path) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) return {};
    return {status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size};
}

}  // namespace earshot::net
