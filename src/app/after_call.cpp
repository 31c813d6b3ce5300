#include "earshot/app/after_call.hpp"

#include "earshot/app/random_ids.hpp"
#include "earshot/app/tracker_file.hpp"
#include "earshot/jobs/retention.hpp"
#include "earshot/jobs/text_worker.hpp"
#include "earshot/outbound/http_client.hpp"
#include "earshot/outbound/webhook_signature.hpp"
#include "earshot/store/random_uuid.hpp"
#include "earshot/text/utf8.hpp"

#include <optional>
#include <utility>

namespace earshot::app {
namespace {

base::Result<std::optional<outbound::WebhookSecret>> read_secret(const std::string& file) {
    if (file.empty()) return std::optional<outbound::WebhookSecret>();
    const auto text = read_file(file);
    if (!text) return base::Error{text.error().code, "webhooks.secretFile: " + describe(text.error(), file), {}, {}};
    auto secret = outbound::WebhookSecret::parse(text::trim(*text));
    if (!secret) {
        return base::Error{secret.error().code, "webhooks.secretFile: " + describe(secret.error(), file), {}, {}};
    }
    return std::optional(std::move(*secret));
}

jobs::HearingOptions hearing_options(const net::ServerOptions& server) {
    jobs::HearingOptions hearing;
    hearing.trackers = server.conversation.trackers;
    hearing.phrases = server.conversation.phrases;
    hearing.patterns = server.conversation.patterns;
    hearing.utterance_bytes = server.conversation.utterance_bytes;
    hearing.speakers = server.conversation.speakers;
    hearing.default_threshold = server.scorer.default_threshold;
    return hearing;
}

outbound::HttpClientOptions client_options(const Settings& settings) {
    outbound::HttpClientOptions options;
    options.guard = outbound::AddressGuard(settings.webhooks.allow_private);
    return options;
}

outbound::CourierOptions courier_options(std::optional<outbound::WebhookSecret> secret, const Logger& logger) {
    outbound::CourierOptions options;
    options.version = EARSHOT_VERSION;
    options.secret_of = [secret = std::move(secret)](const std::string&) { return secret; };
    options.on_given_up = [logger](const store::Delivery& delivery, const std::string& reason) {
        logger.warn("a webhook was given up", {{"job", delivery.topic}, {"reason", reason}});
    };
    return options;
}

jobs::RunnerOptions runner_options(const Settings& settings, std::size_t cores, outbound::WebhookCourier& courier,
                                   const Logger& logger) {
    jobs::RunnerOptions options;
    options.owner = store::random_uuid();
    options.threads = job_thread_count(settings, cores);
    options.account_jobs = settings.jobs.of_account;
    options.on_change = [&courier] { courier.poke(); };
    options.on_trouble = [logger](const store::JobRecord& job, const std::string& what) {
        logger.warn("a job failed", {{"job", job.id}, {"attempt", job.attempts}, {"reason", what}});
    };
    return options;
}

jobs::RetentionPeriods retention_periods(const Settings& settings) {
    jobs::RetentionPeriods periods;
    if (settings.store.retention_days > 0) periods.conversations = std::chrono::days(settings.store.retention_days);
    periods.jobs = std::chrono::days(settings.jobs.retention_days);
    return periods;
}

}  // namespace

/// In the order in which they need each other.
struct AfterCall::Parts {
    Parts(const Settings& settings, const net::ServerOptions& server, const Sources& sources, std::size_t cores,
          std::optional<outbound::WebhookSecret> secret, const Logger& logger)
        : client(client_options(settings)),
          courier(sources.jobs, client, courier_options(std::move(secret), logger)),
          text(
              {sources.conversations, sources.trackers, sources.scorer}, net::process_rules(server),
              hearing_options(server), [] { return std::make_unique<RandomIdSource>(); },
              [logger](const store::JobRecord& job, const std::string& tier, const std::string& reason,
                       std::uint64_t windows) {
                  logger.warn("a job was not heard in full",
                              {{"job", job.id}, {"tier", tier}, {"reason", reason}, {"windows", windows}});
              }),
          runner(sources.jobs, {{net::k_text_job, &text}}, runner_options(settings, cores, courier, logger)),
          retention(sources.conversations, sources.jobs, retention_periods(settings), [logger](std::size_t deleted) {
              logger.info("conversations were kept for long enough", {{"deleted", deleted}});
          }) {}

    outbound::HttpClient client;
    outbound::WebhookCourier courier;
    jobs::TextWorker text;
    jobs::JobRunner runner;
    jobs::Retention retention;
};

base::Result<std::unique_ptr<AfterCall>> AfterCall::start(const Settings& settings, const net::ServerOptions& server,
                                                          const Sources& sources, std::size_t cores,
                                                          const Logger& logger) {
    auto secret = read_secret(settings.webhooks.secret_file);
    if (!secret) return secret.error();
    return std::unique_ptr<AfterCall>(
        new AfterCall(std::make_unique<Parts>(settings, server, sources, cores, std::move(*secret), logger)));
}

AfterCall::AfterCall(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

AfterCall::~AfterCall() = default;

net::JobDesk& AfterCall::desk() noexcept {
    return parts_->runner;
}

AfterCallFigures AfterCall::figures() const {
    return {parts_->runner.figures(), parts_->courier.counters(), parts_->retention.deleted()};
}

}  // namespace earshot::app
