#include "support/net/test_server.hpp"

#include "earshot/proto/json_writer.hpp"

#include "support/net/test_certificate.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <stdexcept>

namespace earshot::testing {
namespace {

/// Numbers that no two threads share.
class NumberedIds final : public base::IdSource {
public:
    std::string make_uuid() override {
        char text[48];
        std::snprintf(text, sizeof text, "%08x-0000-4000-8000-000000000000", static_cast<unsigned>(++last()));
        return text;
    }
    std::string make_digits() override { return std::to_string(1'000'000'000'000'000 + ++last()); }

private:
    static std::atomic<std::uint32_t>& last() {
        static std::atomic<std::uint32_t> number = 0;
        return number;
    }
};

}  // namespace

base::Result<net::Caller> RecordingHooks::authenticate(std::span<const std::string> tokens, std::string_view) {
    if (valid_token.empty()) return net::Caller{"default", account_trackers};
    if (std::find(tokens.begin(), tokens.end(), valid_token) != tokens.end())
        return net::Caller{"default", account_trackers};
    return base::Error{base::Errc::unauthorized, "the token is not known", {}, {}};
}

void RecordingHooks::answer_tokens(std::function<void(net::TokenRequest, net::HttpDone)> answer) {
    const std::lock_guard lock(mutex_);
    answer_token_ = std::move(answer);
}

void RecordingHooks::issue_token(net::TokenRequest request, net::HttpDone done) {
    std::unique_lock lock(mutex_);
    const auto answer = answer_token_;
    lock.unlock();
    if (answer) return answer(std::move(request), std::move(done));
    done({200, R"({"accessToken":"t","expiresIn":60,"asked":)" + std::to_string(request.body.size()) + "}"});
}

std::unique_ptr<base::IdSource> RecordingHooks::make_ids() {
    return std::make_unique<NumberedIds>();
}

void RecordingHooks::on_traffic(const net::Traffic& traffic) {
    change([&](Counts& counts) {
        counts.traffic.chunks += traffic.chunks;
        counts.traffic.utterances += traffic.utterances;
        for (const auto& [tier, hits] : traffic.confirmed_hits) counts.traffic.confirmed_hits[tier] += hits;
        counts.traffic.interim_dropped += traffic.interim_dropped;
        counts.traffic.limit_hits += traffic.limit_hits;
        counts.traffic.errors += traffic.errors;
        counts.traffic.slow_clients += traffic.slow_clients;
    });
}

void RecordingHooks::on_session_opened() {
    change([](Counts& counts) { ++counts.opened; });
}

void RecordingHooks::on_session_closed(net::SessionEnd end) {
    change([&](Counts& counts) { ++counts.closed[end]; });
}

void RecordingHooks::on_refused(base::Errc code) {
    change([&](Counts& counts) { ++counts.refused[code]; });
}

void RecordingHooks::on_http_request(std::string_view route, unsigned status, std::optional<base::Duration> took) {
    change([&](Counts& counts) {
        ++counts.requests[{std::string(route), status}];
        if (took) counts.request_times.push_back(*took);
    });
}

void RecordingHooks::on_compiled(std::size_t, base::Duration) {
    change([](Counts& counts) { ++counts.compiled; });
}

void RecordingHooks::log(net::LogLevel level, std::string_view message, std::span<const net::LogField> fields) {
    if (level != net::LogLevel::warning) return;
    std::string line(message);
    for (const net::LogField& field : fields) line.append(" ").append(field.key).append("=").append(field.value);
    change([&](Counts& counts) {
        ++counts.warnings;
        counts.warned.push_back(line);
    });
}

RecordingHooks::Counts RecordingHooks::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

net::ServerOptions on_loopback(net::ServerOptions options, Transport transport) {
    options.host = "127.0.0.1";
    options.port = 0;
    if (transport == Transport::tls && !options.tls) {
        options.tls = net::TlsFiles{any_certificate().certificate_file(), any_certificate().key_file()};
    }
    return options;
}

TestServer::TestServer(net::ServerOptions options, std::string valid_token, Transport transport,
                       const net::Stores& stores)
    : server_(on_loopback(std::move(options), transport), hooks_, pool_, nullptr, stores) {
    hooks_.valid_token = std::move(valid_token);
    const auto port = server_.start();
    if (!port) throw std::runtime_error(port.error().message);
    port_ = Port(*port, transport);
}

std::string start_message(std::string_view trackers, std::string_view config, std::string_view more) {
    std::string message = R"({"type":"start_request","config":{)" + std::string(config) + "}";
    if (!trackers.empty()) message += R"(,"trackers":)" + std::string(trackers);
    if (!more.empty()) message += "," + std::string(more);
    return message + "}";
}

std::string final_chunk(std::string_view text) {
    std::string message;
    proto::JsonWriter(message).begin_object().member("type", "transcript").member("text", text).end_object();
    return message;
}

std::string kind(const std::string& message) {
    const boost::json::object object = boost::json::parse(message).as_object();
    const std::string type(object.at("type").as_string());
    return type == "message" ? type + "/" + std::string(object.at("message").at("type").as_string()) : type;
}

std::vector<std::string> kinds(const std::vector<std::string>& messages) {
    std::vector<std::string> result;
    for (const std::string& message : messages) result.push_back(kind(message));
    return result;
}

}  // namespace earshot::testing
