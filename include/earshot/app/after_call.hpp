#pragma once

#include "earshot/app/logging.hpp"
#include "earshot/app/settings.hpp"
#include "earshot/base/error.hpp"
#include "earshot/jobs/job_runner.hpp"
#include "earshot/net/job_desk.hpp"
#include "earshot/net/scorer.hpp"
#include "earshot/net/server.hpp"
#include "earshot/outbound/webhook_courier.hpp"
#include "earshot/store/conversation_store.hpp"
#include "earshot/store/job_store.hpp"
#include "earshot/store/tracker_store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace earshot::app {

/// What AfterCall tells of itself, for metrics.
struct AfterCallFigures {
    jobs::RunnerFigures jobs;
    outbound::CourierCounters webhooks;
    std::uint64_t deleted_conversations = 0;  ///< by retention
};

/// What a server does after calls: jobs and their webhooks, and deleting what was kept for long enough. Its threads
/// run from the beginning to the end.
class AfterCall {
public:
    /// All outlive it.
    struct Sources {
        store::TrackerStore& trackers;
        store::ConversationStore& conversations;
        store::JobStore& jobs;
        net::Scorer* scorer = nullptr;  ///< null: nothing is heard in other words
    };

    /// `server`: what requests and hearing keep to, as for live sessions. Errors: those of the file with the webhooks'
    /// secret, with a message for the operator.
    static base::Result<std::unique_ptr<AfterCall>> start(const Settings& settings, const net::ServerOptions& server,
                                                          const Sources& sources, std::size_t cores,
                                                          const Logger& logger);
    ~AfterCall();

    net::JobDesk& desk() noexcept;

    /// Any thread.
    AfterCallFigures figures() const;

private:
    struct Parts;
    explicit AfterCall(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace earshot::app
