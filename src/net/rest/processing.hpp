#pragma once

#include "earshot/base/ids.hpp"
#include "earshot/net/compute_pool.hpp"
#include "earshot/net/http_call.hpp"
#include "earshot/net/job_desk.hpp"
#include "earshot/net/server.hpp"
#include "earshot/proto/process_codec.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace earshot::net {

class Conversations;

/// The asynchronous API, as docs/protocol.md tells it: what was said in a call becomes a job, and jobs are told of.
/// Requests are read on the compute pool, since they may be large. Any thread. Owned by what the server's threads
/// share; calls under way keep it alive.
class Processing : public std::enable_shared_from_this<Processing> {
public:
    /// `desk` and `pool` outlive all calls. `ids`: for conversations.
    Processing(const ServerOptions& options, JobDesk& desk, ComputePool& pool,
               std::shared_ptr<Conversations> conversations, std::unique_ptr<base::IdSource> ids);

    /// A call as text, which becomes a conversation.
    void text(HttpCall call, HttpDone done);

    /// Further text of a conversation.
    void more_text(HttpCall call, HttpDone done);

    /// How it is with a job.
    void job(const HttpCall& call, HttpDone done);

private:
    /// Runs `read` on the compute pool.
    void read(HttpCall call, HttpDone done, std::function<void(const HttpCall&, const HttpDone&)> read);
    store::NewJob new_job(const HttpCall& call, std::string conversation, std::string webhook_url) const;
    void submit(store::NewJob job, HttpDone done);
    HttpAnswer refusal(const base::Error& error) const;
    std::string make_conversation_id();

    const proto::ProcessRules rules_;
    const detect::Keeping keeping_;
    JobDesk& desk_;
    ComputePool& pool_;
    const std::shared_ptr<Conversations> conversations_;
    std::mutex mutex_;  // of the ids
    const std::unique_ptr<base::IdSource> ids_;
};

}  // namespace earshot::net
