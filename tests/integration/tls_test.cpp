#include "earshot/app/play.hpp"

#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/test_certificate.hpp"
#include "support/net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace earshot::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view k_health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

net::ServerOptions options_with(const TestCertificate& certificate) {
    net::ServerOptions options;
    options.tls = net::TlsFiles{certificate.certificate_file(), certificate.key_file(), milliseconds(20)};
    return options;
}

void overwrite(const std::string& file, std::string_view text) {
    std::ofstream(file) << text;
}

base::Result<std::uint16_t> start(const std::string& certificate, const std::string& key) {
    RecordingHooks hooks;
    net::ComputePool pool(1, 1);
    net::ServerOptions options;
    options.port = 0;
    options.tls = net::TlsFiles{certificate, key};
    net::Server server(options, hooks, pool, nullptr);
    return server.start();
}

// ---- What all others stand on that hold for both

class EachTransportTest : public EachTransport {};

TEST_P(EachTransportTest, a_server_speaks_what_the_tests_name_says) {
    TestServer server;

    EXPECT_EQ(TcpClient(server.port()).certificate_serial() != 0, transport() == Transport::tls);
}

INSTANTIATE_TEST_SUITE_P(Over, EachTransportTest, each_transport(), transport_name);

// ---- Certificates

TEST(TlsCertificateTest, a_new_one_is_given_to_new_connections) {
    TestCertificate certificate;
    TestServer server(options_with(certificate), {}, Transport::tls);
    TcpClient old(server.port());
    EXPECT_EQ(old.certificate_serial(), certificate.serial());

    certificate.renew();
    const auto end = std::chrono::steady_clock::now() + k_patience;
    while (TcpClient(server.port()).certificate_serial() != certificate.serial()) {
        ASSERT_LT(std::chrono::steady_clock::now(), end);
    }

    old.send(k_health);
    EXPECT_EQ(old.read_response().status, 200);
}

TEST(TlsCertificateTest, one_that_is_not_usable_leaves_the_old_one_in_force) {
    TestCertificate certificate;
    TestServer server(options_with(certificate), {}, Transport::tls);
    const long serial = certificate.serial();

    overwrite(certificate.certificate_file(), "no certificate");
    ASSERT_TRUE(server.hooks().wait_for([](const auto& counts) { return counts.warnings == 1; }));
    EXPECT_EQ(TcpClient(server.port()).certificate_serial(), serial);
    overwrite(certificate.key_file(), "no key either");
    ASSERT_TRUE(server.hooks().wait_for([](const auto& counts) { return counts.warnings == 2; }));

    EXPECT_EQ(TcpClient(server.port()).certificate_serial(), serial);
}

// Such a file can be opened, and then not be read. Afterwards the files must still be looked at.
TEST(TlsCertificateTest, a_directory_in_its_place_leaves_the_old_one_in_force_until_there_is_a_new_one) {
    TestCertificate certificate;
    TestServer server(options_with(certificate), {}, Transport::tls);
    const long serial = certificate.serial();

    std::filesystem::remove(certificate.certificate_file());
    ASSERT_TRUE(server.hooks().wait_for([](const auto& counts) { return counts.warnings == 1; }));
    std::filesystem::create_directory(certificate.certificate_file());
    ASSERT_TRUE(server.hooks().wait_for([](const auto& counts) { return counts.warnings == 2; }));
    EXPECT_EQ(TcpClient(server.port()).certificate_serial(), serial);

    std::filesystem::remove(certificate.certificate_file());
    certificate.renew();
    const auto end = std::chrono::steady_clock::now() + k_patience;
    while (TcpClient(server.port()).certificate_serial() != certificate.serial()) {
        ASSERT_LT(std::chrono::steady_clock::now(), end);
    }
}

TEST(TlsCertificateTest, files_that_are_not_usable_are_told_at_the_start) {
    TestCertificate one;
    TestCertificate other;
    const auto absent = start(one.certificate_file() + ".absent", one.key_file());
    const auto not_one = start(one.key_file(), one.key_file());
    const auto foreign = start(one.certificate_file(), other.key_file());
    const auto directory = start("/", one.key_file());

    ASSERT_FALSE(absent || not_one || foreign || directory);
    EXPECT_THAT(directory.error().message, HasSubstr("/: the file cannot be read"));
    EXPECT_EQ(absent.error().code, base::Errc::invalid_value);
    EXPECT_THAT(absent.error().message, HasSubstr("certificate.pem.absent: the file cannot be read"));
    EXPECT_THAT(not_one.error().message, HasSubstr("key.pem: there is no usable PEM certificate"));
    EXPECT_THAT(foreign.error().message, HasSubstr(other.key_file()));
}

// ---- The end of a connection

class TlsEndTest : public ::testing::Test {
protected:
    TestServer server_{{}, {}, Transport::tls};
};

TEST_F(TlsEndTest, of_an_answer_that_is_the_last_is_said) {
    TcpClient client(server_.port());
    client.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    EXPECT_THAT(client.read_all(), HasSubstr(R"({"status":"ok"})"));
    EXPECT_TRUE(client.was_closed_properly());
}

TEST_F(TlsEndTest, of_a_refusal_in_front_of_a_long_body_is_said) {
    TcpClient client(server_.port());
    client.send_as_far_as_taken("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" +
                                std::string(1'000'000, 'x'));

    EXPECT_THAT(client.read_all(), HasSubstr("404"));
    EXPECT_TRUE(client.was_closed_properly());
}

TEST_F(TlsEndTest, of_a_websocket_is_said) {
    TcpClient client(server_.port());
    client.send(upgrade_request("/v1/streaming/x") + std::string("\x88\x82\0\0\0\0\x03\xE8", 8));

    client.read_all();

    EXPECT_TRUE(client.was_closed_properly());
    EXPECT_TRUE(server_.hooks().wait_for(
        [](const auto& counts) { return counts.closed.contains(net::SessionEnd::completed); }));
}

TEST_F(TlsEndTest, of_a_websocket_that_broke_the_protocol_is_said) {
    TcpClient client(server_.port());
    client.send(upgrade_request("/v1/streaming/x") + std::string("\xF1\x80\0\0\0\0", 6));

    client.read_all();

    EXPECT_TRUE(client.was_closed_properly());
}

TEST(TlsIdleEndTest, of_silence_is_said) {
    net::ServerOptions options;
    options.http.keep_alive = milliseconds(200);
    TestServer server(options, {}, Transport::tls);
    TcpClient client(server.port());
    client.send(k_health);
    EXPECT_EQ(client.read_response().status, 200);

    EXPECT_EQ(client.read_some(), "");
    EXPECT_TRUE(client.was_closed_properly());
}

// ---- Who does not speak it

TEST(TlsHandshakeTest, what_is_no_tls_is_the_end) {
    TestServer server({}, {}, Transport::tls);
    TcpClient client(Port(server.port().number(), Transport::plain));

    client.send_as_far_as_taken(k_health);

    EXPECT_THAT(client.read_all(), ::testing::Not(HasSubstr("HTTP")));
    TcpClient other(server.port());
    other.send(k_health);
    EXPECT_EQ(other.read_response().status, 200);
}

TEST(TlsHandshakeTest, half_of_one_is_cut_at_its_deadline) {
    net::ServerOptions options;
    options.http.handshake = milliseconds(200);
    TestServer server(options, {}, Transport::tls);
    TcpClient silent(Port(server.port().number(), Transport::plain));
    TcpClient half(Port(server.port().number(), Transport::plain));
    half.send(std::string_view("\x16\x03\x01\x02", 4));

    EXPECT_LT(silent.wait_for_end(), std::chrono::seconds(5));
    EXPECT_LT(half.wait_for_end(), std::chrono::seconds(5));
}

// ---- The program's own client

class TlsPlayTest : public ::testing::Test {
protected:
    ~TlsPlayTest() override { unsetenv("SSL_CERT_FILE"); }

    int play(const std::string& host, bool insecure) { return play(server_.port(), host, insecure); }

    int play(Port port, const std::string& host, bool insecure) {
        app::PlayOptions options;
        options.call_file = EARSHOT_SOURCE_DIR "/configs/calls/sample.jsonl";
        options.trackers_file = EARSHOT_SOURCE_DIR "/configs/trackers/call-center.json";
        options.url = "wss://" + host + ":" + std::to_string(port.number());
        options.speed = "max";
        options.insecure = insecure;
        err_.str({});
        return app::play(options, out_, err_);
    }

    TestServer server_{{}, {}, Transport::tls};
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(TlsPlayTest, a_certificate_that_nobody_vouches_for_is_refused_unless_that_is_wanted) {
    EXPECT_EQ(play("localhost", false), 1);
    EXPECT_THAT(err_.str(), HasSubstr("not trusted"));
    EXPECT_EQ(server_.hooks().counts().opened, 0);

    EXPECT_EQ(play("localhost", true), 0);
    EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(TlsPlayTest, one_that_is_trusted_must_be_of_the_host) {
    setenv("SSL_CERT_FILE", any_certificate().certificate_file().c_str(), 1);

    EXPECT_EQ(play("localhost", false), 0) << err_.str();
    EXPECT_EQ(play("127.0.0.1", false), 0) << err_.str();

    const TestCertificate foreign("DNS:elsewhere.example");
    TestServer elsewhere(options_with(foreign), {}, Transport::tls);
    setenv("SSL_CERT_FILE", foreign.certificate_file().c_str(), 1);
    EXPECT_EQ(play(elsewhere.port(), "localhost", false), 1);
    EXPECT_THAT(err_.str(), HasSubstr("not trusted"));
    EXPECT_EQ(play(elsewhere.port(), "localhost", true), 0);
}

}  // namespace
}  // namespace earshot::testing
