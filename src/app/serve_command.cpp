#include "earshot/app/serve_command.hpp"

#include "earshot/app/application.hpp"
#include "earshot/app/tracker_file.hpp"

#include <csignal>
#include <filesystem>
#include <ostream>
#include <thread>

extern "C" char** environ;

namespace earshot::app {
namespace {

constexpr const char* k_default_file = "configs/earshot.yaml";

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

}  // namespace

int serve(const ServeOptions& options, std::ostream& out, std::ostream& err) {
    SettingsSources sources;
    sources.file_name = options.config_file;
    if (sources.file_name.empty() && std::filesystem::exists(k_default_file)) sources.file_name = k_default_file;
    if (!sources.file_name.empty()) {
        auto text = read_file(sources.file_name);
        if (!text) {
            err << describe(text.error(), sources.file_name) << '\n';
            return 2;
        }
        sources.file_text = std::move(*text);
    }
    sources.environment = settings_environment(environ);
    sources.flags = options.flags;
    const LoadedSettings loaded = load_settings(sources);
    for (const SettingsProblem& problem : loaded.problems) err << problem.where << ": " << problem.message << '\n';
    if (!loaded.problems.empty()) return 2;
    const Settings& settings = loaded.settings;
    if (options.print_config) {
        out << settings_document(settings);
        return 0;
    }
    if (!is_loopback(settings.listen.host)) {
        err << "listen: without credentials the server listens on loopback only, not on " << settings.listen.host
            << '\n';
        return 2;
    }

    if (settings.tls.certificate.empty() != settings.tls.key.empty()) {
        err << "tls.cert and tls.key: TLS needs both, or neither is given\n";
        return 2;
    }

    const auto key = load_token_key(settings.data.directory);
    if (!key) {
        err << describe(key.error(), settings.data.directory + "/token.key") << '\n';
        return 1;
    }

    // Blocked before any thread begins, so that none of them takes the signal and sigwait below does.
    const sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const Logger logger(settings.log);
    Application application(settings, *key, logger);
    net::ComputePool pool(compute_thread_count(settings, cores), settings.transport.compute_tasks);
    const net::ServerOptions server_settings = server_options(settings, cores);
    net::Server server(server_settings, application, pool, nullptr);
    const auto port = server.start();
    if (!port) {
        err << describe(port.error(), to_string(settings.listen)) << '\n';
        return port.error().code == base::Errc::invalid_value ? 2 : 1;
    }
    logger.info("listening", {{"host", settings.listen.host},
                              {"port", *port},
                              {"ioThreads", server_settings.io_threads},
                              {"computeThreads", pool.threads()}});
    int signal = 0;
    sigwait(&signals, &signal);
    logger.info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    server.request_stop();
    server.wait();
    logger.info("stopped");
    return 0;
}

}  // namespace earshot::app
