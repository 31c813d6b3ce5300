#pragma once

#include "earshot/app/accounts.hpp"
#include "earshot/app/after_call.hpp"
#include "earshot/app/logging.hpp"
#include "earshot/app/metrics.hpp"
#include "earshot/app/semantic_tier.hpp"
#include "earshot/app/settings.hpp"
#include "earshot/app/tokens.hpp"
#include "earshot/archive/recorder.hpp"
#include "earshot/net/server.hpp"
#include "earshot/store/database.hpp"

#include <memory>
#include <vector>

namespace earshot::app {

/// The server's settings in the terms of module net.
net::ServerOptions server_options(const Settings& settings, std::size_t cores);

/// What is shown in the metrics; null: there is none.
struct MetricSources {
    const store::Database* database = nullptr;
    const SemanticTier* semantic = nullptr;
    const archive::Recorder* recorder = nullptr;
    const AfterCall* after_call = nullptr;
};

/// What a running server asks and tells: accounts, metrics, log lines. Safe for all of the server's threads.
class Application final : public net::ServerHooks {
public:
    /// What `sources` names outlives it.
    Application(const Settings& settings, std::vector<App> apps, const TokenKeys& keys, Logger logger,
                const MetricSources& sources = {});

    base::Result<net::Caller> authenticate(std::span<const std::string> tokens, std::string_view client) override;
    void issue_token(net::TokenRequest request, net::HttpDone done) override;
    std::string metrics_text() override;
    bool is_ready() override;
    std::unique_ptr<base::IdSource> make_ids() override;
    void on_traffic(const net::Traffic& traffic) override;
    void on_session_opened() override;
    void on_session_closed(net::SessionEnd end) override;
    void on_refused(base::Errc code) override;
    void on_http_request(std::string_view route, unsigned status, std::optional<base::Duration> took) override;
    void on_compiled(std::size_t phrases, base::Duration took) override;
    void log(net::LogLevel level, std::string_view message, std::span<const net::LogField> fields) override;

private:
    const MetricSources sources_;
    Logger logger_;
    Metrics metrics_;
    Accounts accounts_;
};

}  // namespace earshot::app
