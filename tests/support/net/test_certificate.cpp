#include "support/net/test_certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace earshot::testing {
namespace {

constexpr long k_valid_seconds = 24 * 3600;
constexpr const char* k_names = "DNS:localhost,IP:127.0.0.1";

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

void require(bool succeeded, const char* what) {
    if (!succeeded) throw std::runtime_error(std::string("making a certificate: ") + what);
}

Certificate make_certificate(EVP_PKEY* key, long serial) {
    Certificate certificate(X509_new(), &X509_free);
    X509* x509 = certificate.get();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
    X509_gmtime_adj(X509_getm_notBefore(x509), -k_valid_seconds);
    X509_gmtime_adj(X509_getm_notAfter(x509), k_valid_seconds);
    X509_NAME* name = X509_get_subject_name(x509);
    const auto* host = reinterpret_cast<const unsigned char*>("localhost");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0);
    X509_set_issuer_name(x509, name);
    X509_set_pubkey(x509, key);
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, k_names);
    require(names && X509_add_ext(x509, names, -1) == 1, "its names");
    X509_EXTENSION_free(names);
    require(X509_sign(x509, key, EVP_sha256()) > 0, "its signature");
    return certificate;
}

File open(const std::string& path) {
    File file(std::fopen(path.c_str(), "w"), &std::fclose);
    require(file != nullptr, "opening its files");
    return file;
}

}  // namespace

TestCertificate::TestCertificate() {
    std::string folder = (std::filesystem::temp_directory_path() / "earshot-tls-XXXXXX").string();
    require(mkdtemp(folder.data()) != nullptr, "its folder");
    folder_ = folder;
    renew();
}

TestCertificate::~TestCertificate() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void TestCertificate::renew() {
    static std::atomic<long> last = 0;
    serial_ = ++last;
    const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const Certificate certificate = make_certificate(key.get(), serial_);
    require(PEM_write_X509(open(certificate_file()).get(), certificate.get()) == 1, "writing it");
    require(PEM_write_PrivateKey(open(key_file()).get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
            "writing its key");
}

const TestCertificate& any_certificate() {
    static const TestCertificate certificate;
    return certificate;
}

}  // namespace earshot::testing
