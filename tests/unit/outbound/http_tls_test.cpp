#include "earshot/outbound/http_client.hpp"

#include "support/net/test_certificate.hpp"
#include "unit/outbound/awaited_posts.hpp"
#include "unit/outbound/local_server.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <csignal>
#include <memory>
#include <string>

namespace earshot::outbound {
namespace {

using earshot::testing::any_certificate;
using earshot::testing::TestCertificate;

/// Answers a request over TLS, where the client trusts it.
LocalServer::Handler over_tls(const TestCertificate& certificate) {
    return [&certificate](const ServedConnection& connection) {
        // OpenSSL writes to clients that have gone. Only this thread may: the client's has to look to itself.
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()),
                                                                        &SSL_CTX_free);
        SSL_CTX_use_certificate_file(context.get(), certificate.certificate_file().c_str(), SSL_FILETYPE_PEM);
        SSL_CTX_use_PrivateKey_file(context.get(), certificate.key_file().c_str(), SSL_FILETYPE_PEM);
        const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), &SSL_free);
        SSL_set_fd(tls.get(), connection.socket());
        char bytes[4096];
        if (SSL_accept(tls.get()) != 1 || SSL_read(tls.get(), bytes, sizeof bytes) <= 0) return;
        const std::string text = answer(200, "private");
        SSL_write(tls.get(), text.data(), static_cast<int>(text.size()));
        connection.wait_until_closed();
    };
}

HttpClientOptions trusting(const TestCertificate& certificate) {
    HttpClientOptions options = local_options();
    options.ca_file = certificate.certificate_file();
    return options;
}

std::string url_of(const LocalServer& server) {
    return "https://127.0.0.1:" + server.port() + '/';
}

TEST(HttpTlsTest, carries_requests_to_whom_is_trusted) {
    LocalServer server(over_tls(any_certificate()));
    HttpClient client(trusting(any_certificate()));

    for (int i = 0; i < 3; ++i) EXPECT_EQ(post(client, request_to(url_of(server))).body, "private");

    EXPECT_EQ(server.connections(), 3U);
}

TEST(HttpTlsTest, does_not_trust_a_certificate_of_nobody_known) {
    LocalServer server(over_tls(any_certificate()));
    HttpClient client(local_options());

    EXPECT_EQ(failure_of(client, request_to(url_of(server))), HttpFailure::no_tls);
}

TEST(HttpTlsTest, does_not_trust_a_certificate_of_another_host) {
    const TestCertificate other("DNS:other.example");
    LocalServer server(over_tls(other));
    HttpClient client(trusting(other));

    EXPECT_EQ(failure_of(client, request_to(url_of(server))), HttpFailure::no_tls);
}

TEST(HttpTlsTest, trusts_nobody_where_its_file_is_missing) {
    LocalServer server(over_tls(any_certificate()));
    HttpClientOptions options = local_options();
    options.ca_file = any_certificate().certificate_file() + ".missing";
    HttpClient client(options);

    EXPECT_EQ(failure_of(client, request_to(url_of(server))), HttpFailure::no_tls);
}

TEST(HttpTlsTest, tells_a_server_without_tls) {
    LocalServer server([](const ServedConnection& connection) {
        connection.send(answer(400));
        connection.wait_until_closed();
    });
    HttpClient client(trusting(any_certificate()));

    EXPECT_EQ(failure_of(client, request_to(url_of(server))), HttpFailure::no_tls);
}

}  // namespace
}  // namespace earshot::outbound
