#include "earshot/app/application.hpp"

#include "earshot/app/random_ids.hpp"
#include "earshot/net/wall_clock.hpp"

#include <chrono>
#include <utility>

namespace earshot::app {
namespace {

base::Now now() {
    return {std::chrono::steady_clock::now(), net::wall_now()};
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
    options.http.header_bytes = settings.transport.request_header_bytes;
    options.http.body_bytes = settings.transport.management_body_bytes;
    options.http.import_bytes = settings.transport.import_body_bytes;
    options.http.process_bytes = settings.transport.process_body_bytes;
    options.http.connection_id_bytes = settings.transport.connection_id_bytes;
    options.http.handshake = settings.transport.handshake;
    options.http.transfer = settings.transport.transfer;
    options.http.answer = settings.transport.answer;
    options.http.keep_alive = settings.transport.keep_alive;
    options.http.refusal_delay = settings.transport.refusal_delay;
    options.ws.frame_bytes = settings.transport.frame_bytes;
    options.socket = settings.socket;
    options.conversation = settings.conversation;
    options.conversation.trackers = settings.socket.messages.trackers;
    options.conversation.phrases = settings.socket.messages.phrases;
    options.allow_private_webhooks = settings.webhooks.allow_private;
    options.management.trackers = settings.manage.trackers;
    options.management.serial_writes = settings.manage.serial_writes;
    options.management.punctuation = settings.manage.vocabulary_punctuation;
    options.shutdown_grace = settings.shutdown_grace;
    return options;
}

Application::Application(const Settings& settings, std::vector<App> apps, const TokenKeys& keys, Logger logger,
                         const MetricSources& sources)
    : sources_(sources),
      logger_(std::move(logger)),
      accounts_(accounts_options(settings), std::move(apps), keys, logger_) {}

base::Result<net::Caller> Application::authenticate(std::span<const std::string> tokens, std::string_view) {
    return accounts_.authenticate(tokens, now());
}

void Application::issue_token(net::TokenRequest request, net::HttpDone done) {
    accounts_.issue_token(std::move(request), now(), std::move(done));
}

std::string Application::metrics_text() {
    if (const store::Database* database = sources_.database) {
        metrics_.store_seen({database->waiting(), database->is_reachable(), database->retries()});
    }
    if (sources_.semantic) metrics_.semantic_seen(sources_.semantic->figures());
    if (sources_.after_call) metrics_.after_call_seen(sources_.after_call->figures());
    if (sources_.recorder) metrics_.recorder_seen(sources_.recorder->figures());
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

void Application::on_http_request(std::string_view route, unsigned status, std::optional<base::Duration> took) {
    metrics_.http_answered(route, status, took);
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
