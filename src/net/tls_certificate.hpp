#pragma once

#include "earshot/base/error.hpp"
#include "earshot/net/server.hpp"

#include <boost/asio/ssl/context.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace earshot::net {

/// The certificate that connections are shown, read from its files and again when they change. One thread.
class TlsCertificate {
public:
    explicit TlsCertificate(TlsFiles files) : files_(std::move(files)) {}

    /// Reads the files, once. Errors: Errc::invalid_value, with the path and what is wrong.
    base::Result<void> load();

    /// Reads the files if they have changed since they were last read. True if a new certificate is in force. A
    /// failure, with errors as of load, is told once for each change and leaves the certificate as it was.
    base::Result<bool> refresh();

    /// What new connections use. A connection that was made with it does not need it any more.
    const std::shared_ptr<boost::asio::ssl::context>& context() const noexcept { return context_; }

private:
    /// What changes with a file.
    struct Stamp {
        std::uint64_t inode = 0;
        std::int64_t seconds = 0;
        std::int64_t nanoseconds = 0;
        std::int64_t bytes = -1;
        friend bool operator==(const Stamp&, const Stamp&) = default;
    };
    using Stamps = std::array<Stamp, 2>;

    static Stamp stamp_of(const std::string& path);
    Stamps stamps() const { return {stamp_of(files_.certificate), stamp_of(files_.key)}; }

    TlsFiles files_;
    Stamps read_{};
    std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace earshot::net
