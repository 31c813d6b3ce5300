// The transcripts that need no more than clients, played against a server on the loopback. Nothing waits for time to
// pass: where a transcript lets it, what the server then says is waited for.
#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/forgetful_keeper.hpp"
#include "support/net/test_server.hpp"
#include "support/transcript.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace earshot::testing {
namespace {

class LoopbackDriver final : public support::TranscriptDriver {
public:
    explicit LoopbackDriver(Transport transport) : server_({}, {}, transport, net::Stores{.keeper = &keeper_}) {}

    void connect(const std::string& socket, const std::string& connection_id) override {
        clients_.erase(socket);
        clients_.emplace(socket, WsClient(server_.port(), "/v1/streaming/" + connection_id));
    }
    void subscribe(const std::string& socket, const std::string& connection_id,
                   const session::Subscription& subscription) override {
        std::string path = "/v1/subscribe/" + connection_id + "?revisions=";
        path += subscription.wishes.revisions ? "true" : "false";
        if (subscription.resume_from) path += "&resumeFrom=" + std::to_string(*subscription.resume_from);
        clients_.erase(socket);
        clients_.emplace(socket, WsClient(server_.port(), path));
    }
    void send_text(const std::string& socket, const std::string& text) override { clients_.at(socket).send(text); }
    void send_binary(const std::string& socket, std::size_t bytes) override {
        clients_.at(socket).send_binary(std::string(bytes, '\0'));
    }
    bool cause(const std::string& socket, const std::string& event) override {
        if (event != "lose") return false;
        clients_.at(socket).drop();
        return true;
    }
    void pass(base::Duration) override {}
    std::optional<std::string> next_frame(const std::string& socket) override { return clients_.at(socket).receive(); }
    std::optional<std::string> next_event(const std::string& socket) override {
        return "close " + std::to_string(clients_.at(socket).close_code());
    }
    bool knows_what_is_left() const override { return false; }

private:
    ForgetfulKeeper keeper_;
    TestServer server_;
    std::map<std::string, WsClient> clients_;
};

const std::map<std::string, support::Transcript>& transcripts() {
    static const auto all = support::read_transcripts(EARSHOT_SOURCE_DIR "/tests/transcripts");
    return all;
}

std::vector<std::string> names() {
    std::vector<std::string> result;
    for (const auto& [name, transcript] : transcripts()) {
        if (!transcript.header.is_for_core_only()) result.push_back(name);
    }
    return result;
}

class TranscriptIntegrationTest : public EachTransportAnd<std::string> {};

TEST_P(TranscriptIntegrationTest, is_what_the_server_says) {
    const support::Transcript& transcript = transcripts().at(std::get<std::string>(GetParam()));
    LoopbackDriver driver(transport());

    EXPECT_EQ(play(transcript, driver), "") << transcript.header.name;
}

INSTANTIATE_TEST_SUITE_P(Over, TranscriptIntegrationTest, each_transport(::testing::ValuesIn(names())), transport_name);

}  // namespace
}  // namespace earshot::testing
