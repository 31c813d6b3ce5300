#include "earshot/app/application.hpp"

#include "earshot/app/random_ids.hpp"
#include "earshot/proto/json_writer.hpp"
#include "earshot/proto/server_codec.hpp"

#include <boost/json.hpp>

#include <chrono>

namespace earshot::app {
namespace {

constexpr std::string_view k_open_account = "default";

base::WallTime wall_now() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

net::HttpAnswer refusal(unsigned status, std::string_view message) {
    return {status, proto::rest_error(message)};
}

/// The first thing that is wrong with a token request; empty if nothing is.
std::string problem_of(std::string_view body) {
    boost::system::error_code failure;
    const boost::json::value parsed = boost::json::parse(boost::json::string_view(body.data(), body.size()), failure);
    if (failure || !parsed.is_object()) return "the body must be a JSON object";
    for (const char* member : {"appId", "appSecret"}) {
        const boost::json::value* value = parsed.get_object().if_contains(member);
        if (!value || !value->is_string() || value->get_string().empty()) {
            return "\"" + std::string(member) + "\" must be a string";
        }
    }
    const boost::json::value* type = parsed.get_object().if_contains("type");
    if (type && (!type->is_string() || type->get_string() != "application")) return "\"type\" must be \"application\"";
    return {};
}

LogLevel level_of(net::LogLevel level) {
    switch (level) {
        case net::LogLevel::debug:
            return LogLevel::debug;
        case net::LogLevel::info:
            return LogLevel::info;
        case net::LogLevel::warning:
            return LogLevel::warn;
        case net::LogLevel::error:
            return LogLevel::error;
    }
    return LogLevel::error;
}

}  // namespace

net::ServerOptions server_options(const Settings& settings, std::size_t cores) {
    net::ServerOptions options;
    options.host = settings.listen.host;
    options.port = settings.listen.port;
    if (!settings.tls.certificate.empty()) options.tls = net::TlsFiles{settings.tls.certificate, settings.tls.key};
    options.io_threads = io_thread_count(settings, cores);
    options.max_sockets = settings.transport.sockets;
    options.replay_bytes = settings.transport.replay_bytes;
    options.conversation.trackers = settings.socket.messages.trackers;
    options.conversation.phrases = settings.socket.messages.phrases;
    options.http.header_bytes = settings.transport.request_header_bytes;
    options.http.body_bytes = settings.transport.management_body_bytes;
    options.http.connection_id_bytes = settings.transport.connection_id_bytes;
    options.http.handshake = settings.transport.handshake;
    options.http.transfer = settings.transport.transfer;
    options.http.answer = settings.transport.answer;
    options.http.keep_alive = settings.transport.keep_alive;
    options.http.refusal_delay = settings.transport.refusal_delay;
    options.ws.frame_bytes = settings.transport.frame_bytes;
    options.socket = settings.socket;
    options.conversation = settings.conversation;
    options.management.trackers = settings.manage.trackers;
    options.management.serial_writes = settings.manage.serial_writes;
    if (settings.manage.vocabulary_punctuation == VocabularyPunctuation::strict) {
        options.management.punctuation = proto::Punctuation::strict;
    }
    options.shutdown_grace = settings.shutdown_grace;
    return options;
}

Application::Application(const Settings& settings, const TokenKey& key, Logger logger)
    : tokens_(key, settings.auth.token_life), logger_(std::move(logger)) {}

base::Result<net::Caller> Application::authenticate(std::span<const std::string>, std::string_view) {
    return net::Caller{std::string(k_open_account)};
}

void Application::issue_token(net::TokenRequest request, net::HttpDone done) {
    if (const std::string problem = problem_of(request.body); !problem.empty()) return done(refusal(400, problem));
    const auto issued = tokens_.issue(k_open_account, wall_now());
    if (!issued) return done(refusal(500, issued.error().message));
    net::HttpAnswer answer;
    proto::JsonWriter json(answer.body);
    json.begin_object().member("accessToken", issued->token);
    json.member("expiresIn", static_cast<std::int64_t>(issued->expires_in.count())).end_object();
    done(std::move(answer));
}

std::string Application::metrics_text() {
    return metrics_.exposition();
}

bool Application::is_ready() {
    return true;
}

std::unique_ptr<base::IdSource> Application::make_ids() {
    return std::make_unique<RandomIdSource>();
}

void Application::on_traffic(const net::Traffic& traffic) {
    metrics_.add(traffic);
}

void Application::on_session_opened() {
    metrics_.session_opened();
}

void Application::on_session_closed(net::SessionEnd end) {
    metrics_.session_closed(end);
}

void Application::on_refused(base::Errc code) {
    metrics_.session_refused(code);
}

void Application::on_http_request(std::string_view route, unsigned status) {
    metrics_.http_answered(route, status);
}

void Application::on_compiled(std::size_t phrases, base::Duration took) {
    metrics_.list_compiled(took);
    logger_.debug("trackers compiled", {{"phrases", phrases}, {"seconds", base::to_seconds(took)}});
}

void Application::log(net::LogLevel level, std::string_view message, std::span<const net::LogField> fields) {
    if (!logger_.writes(level_of(level))) return;
    std::vector<LogField> converted;
    for (const net::LogField& field : fields) converted.emplace_back(field.key, field.value);
    logger_.log(level_of(level), message, converted);
}

}  // namespace earshot::app
