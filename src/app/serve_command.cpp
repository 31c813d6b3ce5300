#include "earshot/app/serve_command.hpp"

#include "earshot/app/after_call.hpp"
#include "earshot/app/application.hpp"
#include "earshot/app/semantic_tier.hpp"
#include "earshot/app/tracker_file.hpp"
#include "earshot/archive/recorder.hpp"
#include "earshot/store/sql_conversation_store.hpp"
#include "earshot/store/sql_job_store.hpp"
#include "earshot/store/sql_tracker_store.hpp"
#include "earshot/store/value_cache.hpp"

#include "command_settings.hpp"
#include "descriptor_limit.hpp"
#include "stored_values.hpp"

#include <csignal>
#include <filesystem>
#include <ostream>
#include <thread>
#include <utility>

namespace earshot::app {
namespace {

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

sigset_t stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

store::DatabaseOptions database_options(const Settings& settings, const Logger& logger) {
    return {.url = settings.store.url,
            .threads = settings.store.threads,
            .queue = settings.store.queue,
            .on_change = [logger](const base::Error* away) {
                away ? logger.warn("the store is away", {{"details", away->details}})
                     : logger.info("the store is back");
            }};
}

/// The tier that hears other words; null, and the log says why: it is absent.
std::unique_ptr<SemanticTier> load_semantic_tier(const Settings& settings, meaning::ValueKeeper& keeper,
                                                 const Logger& logger) {
    if (settings.semantic.model.empty()) {
        logger.info("the tier semantic is absent", {{"reason", "semantic.model is empty"}});
        return nullptr;
    }
    auto tier = SemanticTier::load(settings.semantic, &keeper, {}, settings.conversation.verdict);
    if (!tier) {
        logger.warn("the tier semantic is absent", {{"reason", describe(tier.error())}});
        return nullptr;
    }
    logger.info("the tier semantic is there", {{"by", (*tier)->description()}});
    return std::move(*tier);
}

archive::RecorderOptions recorder_options(const Settings& settings, const Logger& logger) {
    archive::RecorderOptions options;
    options.spool = std::filesystem::path(settings.data.directory) / "spool";
    options.spool_bytes = settings.store.spool_bytes;
    options.on_change = [logger](const base::Error* trouble) {
        trouble
            ? logger.warn("conversations are spooled", {{"reason", trouble->message}, {"details", trouble->details}})
            : logger.info("conversations are stored again");
    };
    options.on_loss = [logger](const std::string& message) { logger.error(message); };
    return options;
}

/// Beyond what the system allows, connections wait for others to end.
void raise_limit_for(const Settings& settings, const Logger& logger) {
    const std::size_t wanted = settings.transport.sockets + net::ServerOptions::k_spare_connections;
    const std::size_t allowed = raise_descriptor_limit();
    if (allowed >= wanted) return;
    logger.warn("the system allows fewer open files than limits.sockets may need",
                {{"allowed", allowed}, {"wanted", wanted}});
}

/// Where what outlives the server is kept.
struct Kept {
    store::Database& database;
    store::SqlTrackerStore& trackers;
    store::SqlConversationStore& conversations;
    store::SqlJobStore& jobs;
};

/// Serves until one of `signals` comes. Gives the exit code.
int serve_on(const Kept& kept, const Settings& settings, std::vector<App> apps, const TokenKeys& keys,
             const sigset_t& signals, const Logger& logger, std::ostream& err) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    store::ValueCache values(kept.database, settings.semantic.stored_bytes);
    StoredValues keeper(values);
    const std::unique_ptr<SemanticTier> semantic = load_semantic_tier(settings, keeper, logger);
    meaning::SemanticScorer* const scorer = semantic ? &semantic->scorer() : nullptr;
    net::ServerOptions server_settings = server_options(settings, cores);
    if (semantic) {
        server_settings.scorer.semantic = proto::TierStatus::ready;
        server_settings.scorer.default_threshold = semantic->default_threshold();
    }
    const auto after_call = AfterCall::start(settings, server_settings,
                                             {kept.trackers, kept.conversations, kept.jobs, scorer}, cores, logger);
    if (!after_call) {
        err << after_call.error().message << '\n';
        return 2;
    }
    net::ComputePool pool(compute_thread_count(settings, cores), settings.transport.compute_tasks);
    // Before what uses it, but after the pool: whoever still waits for what it writes goes on there.
    const auto recorder = archive::Recorder::open(kept.conversations, recorder_options(settings, logger));
    if (!recorder) {
        err << recorder.error().message << '\n';
        return 1;
    }
    Application application(settings, std::move(apps), keys, logger,
                            {&kept.database, semantic.get(), recorder->get(), after_call->get()});
    net::Server server(server_settings, application, pool, scorer,
                       {&kept.trackers, &kept.conversations, recorder->get(), &(*after_call)->desk()});
    const auto port = server.start();
    if (!port) {
        err << describe(port.error(), to_string(settings.listen)) << '\n';
        return port.error().code == base::Errc::invalid_value ? 2 : 1;
    }
    logger.info("listening", {{"host", settings.listen.host},
                              {"port", *port},
                              {"ioThreads", server_settings.io_threads},
                              {"computeThreads", pool.threads()},
                              {"jobThreads", job_thread_count(settings, cores)}});
    int signal = 0;
    sigwait(&signals, &signal);
    logger.info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    server.request_stop();
    server.wait();
    logger.info("stopped");
    return 0;
}

}  // namespace

int serve(const ServeOptions& options, std::ostream& out, std::ostream& err) {
    const auto read = read_command_settings(options.config_file, options.flags, err);
    if (!read) return 2;
    const Settings& settings = *read;
    if (options.print_config) {
        out << settings_document(settings);
        return 0;
    }
    LoadedApps apps;
    if (!settings.auth.apps_file.empty()) {
        apps = load_apps(settings.auth.apps_file);
        if (!tell_problems(apps.problems, err)) return 2;
    } else if (!is_loopback(settings.listen.host)) {
        err << "listen: without credentials (auth.appsFile) the server listens on loopback only, not on "
            << settings.listen.host << '\n';
        return 2;
    }
    if (settings.tls.certificate.empty() != settings.tls.key.empty()) {
        err << "tls.cert and tls.key: TLS needs both, or neither is given\n";
        return 2;
    }

    const auto keys = load_token_keys(settings.data.directory);
    if (!keys) {
        err << keys.error().message << '\n';
        return 1;
    }

    // Blocked before any thread begins, so that none of them takes the signal and sigwait below does.
    const sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const Logger logger(settings.log);
    raise_limit_for(settings, logger);
    auto database = store::Database::open(database_options(settings, logger));
    if (!database) {
        err << "store.url: " << database.error().message << (database.error().details.empty() ? "" : ": ")
            << database.error().details << '\n';
        return database.error().code == base::Errc::invalid_value ? 2 : 1;
    }
    store::SqlTrackerStore trackers(**database, {}, settings.manage.account_bytes);
    store::SqlConversationStore conversations(**database);
    store::SqlJobStore jobs(**database);
    const int exit_code = serve_on({**database, trackers, conversations, jobs}, settings, std::move(apps.apps), *keys,
                                   signals, logger, err);
    database->reset();  // before the stores: what it still answers may ask them again
    return exit_code;
}

}  // namespace earshot::app
