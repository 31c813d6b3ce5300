#pragma once

#include <filesystem>
#include <string>

namespace earshot::testing {

/// A certificate for localhost and 127.0.0.1 that signs itself, and its key, as PEM files in a folder of their own. The
/// files go with the object.
class TestCertificate {
public:
    TestCertificate();
    ~TestCertificate();
    TestCertificate(const TestCertificate&) = delete;
    TestCertificate& operator=(const TestCertificate&) = delete;

    std::string certificate_file() const { return (folder_ / "certificate.pem").string(); }
    std::string key_file() const { return (folder_ / "key.pem").string(); }

    /// Puts another certificate, with another key, into the files.
    void renew();

    /// The serial number of the certificate in the file; each has its own.
    long serial() const noexcept { return serial_; }

private:
    std::filesystem::path folder_;
    long serial_ = 0;
};

/// One for whoever does not care which, made when it is first asked for.
const TestCertificate& any_certificate();

}  // namespace earshot::testing
