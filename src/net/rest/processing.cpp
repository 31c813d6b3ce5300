#include "rest/processing.hpp"

#include "earshot/net/wall_clock.hpp"
#include "earshot/outbound/address_guard.hpp"
#include "earshot/outbound/url_check.hpp"
#include "earshot/proto/conversation_codec.hpp"
#include "earshot/proto/server_codec.hpp"
#include "earshot/store/random_uuid.hpp"

#include "rest/conversations.hpp"
#include "rest/store_refusal.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace earshot::net {
namespace {

using base::Errc;

/// When the call began, as far as its messages tell.
base::WallTime begin_of(const proto::TextRequest& request, base::WallTime otherwise) {
    std::optional<base::WallTime> first;
    for (const proto::SaidMessage& said : request.messages) {
        if (said.time && !said.is_from_begin) first = std::min(first.value_or(said.time->start), said.time->start);
    }
    return first.value_or(otherwise);
}

/// As for whoever sends a request; whoever works on it later need not look again.
proto::ProcessRules request_rules(const ServerOptions& options) {
    proto::ProcessRules rules = process_rules(options);
    rules.takes_none = false;
    rules.url_problem = [guard = outbound::AddressGuard(options.allow_private_webhooks)](
                            std::string_view url) -> std::optional<std::string> {
        const auto taken = outbound::check_url(url, guard);
        return taken ? std::nullopt : std::optional("cannot be called: " + taken.error().message);
    };
    return rules;
}

}  // namespace

Processing::Processing(const ServerOptions& options, JobDesk& desk, ComputePool& pool,
                       std::shared_ptr<Conversations> conversations, std::unique_ptr<base::IdSource> ids)
    : rules_(request_rules(options)),
      keeping_(options.conversation.keeping),
      desk_(desk),
      pool_(pool),
      conversations_(std::move(conversations)),
      ids_(std::move(ids)) {}

void Processing::text(HttpCall call, HttpDone done) {
    read(std::move(call), std::move(done), [self = shared_from_this()](const HttpCall& taken, const HttpDone& answer) {
        const auto request = proto::read_text_request(taken.query, taken.body, self->rules_);
        if (!request) return answer(findings_refusal(request.error()));
        const proto::ProcessOptions& options = request->options;
        const detect::Keeping keeping = options.keeping.value_or(self->keeping_);
        if (keeping == detect::Keeping::none) {
            return answer(findings_refusal(
                {{{"", "This server keeps nothing of a conversation unless \"config.store\" says so."}}}));
        }
        store::NewJob job = self->new_job(taken, self->make_conversation_id(), options.webhook_url);
        const base::WallTime now = wall_now();
        job.begin = detect::ConversationBegin{
            options.name, detect::ConversationSource::text, keeping, begin_of(*request, now), now, options.metadata};
        self->submit(std::move(job), answer);
    });
}

void Processing::more_text(HttpCall call, HttpDone done) {
    // What was heard of a live call up to now is to be there before it.
    conversations_->settle(
        std::move(call), std::move(done), [self = shared_from_this()](HttpCall settled, HttpDone later) {
            self->read(std::move(settled), std::move(later), [self](const HttpCall& taken, const HttpDone& answer) {
                const auto request = proto::read_text_request(taken.query, taken.body, self->rules_);
                if (!request) return answer(findings_refusal(request.error()));
                const proto::ProcessOptions& options = request->options;
                store::NewJob job = self->new_job(taken, taken.ids.front(), options.webhook_url);
                if (!options.name.empty()) job.edit.name = options.name;
                if (!options.metadata.empty()) job.edit.metadata = options.metadata;
                self->submit(std::move(job), answer);
            });
        });
}

void Processing::job(const HttpCall& call, HttpDone done) {
    desk_.show(
        call.account, call.ids.front(),
        [self = shared_from_this(), done = std::move(done)](const base::Result<store::JobRecord>& job) {
            if (!job) return done(self->refusal(job.error()));
            done({200, proto::job_answer(job->id, store::job_state_name(job->state), job->progress, job->error)});
        });
}

void Processing::read(HttpCall call, HttpDone done, std::function<void(const HttpCall&, const HttpDone&)> read_there) {
    const auto shared = std::make_shared<HttpCall>(std::move(call));
    if (!pool_.post([shared, done, read_there = std::move(read_there)] { read_there(*shared, done); })) {
        done(away("Too many requests are being read."));
    }
}

store::NewJob Processing::new_job(const HttpCall& call, std::string conversation, std::string webhook_url) const {
    store::NewJob job;
    job.id = store::random_uuid();
    job.account = call.account;
    job.conversation = std::move(conversation);
    job.kind = k_text_job;
    job.request = proto::write_kept_request(call.query, call.body);
    job.webhook_url = std::move(webhook_url);
    return job;
}

void Processing::submit(store::NewJob job, HttpDone done) {
    const std::string conversation = job.conversation;
    desk_.submit(std::move(job), [self = shared_from_this(), conversation,
                                  done = std::move(done)](const base::Result<store::JobRecord>& kept) {
        if (!kept) return done(self->refusal(kept.error()));
        done({201, proto::accepted_answer(conversation, kept->id)});
    });
}

HttpAnswer Processing::refusal(const base::Error& error) const {
    if (error.code == Errc::unknown_job) return {404, proto::rest_error("There is no job with this id.")};
    if (error.code == Errc::too_many) {
        return too_many(error.message);
    }
    return conversations_->refusal(error);
}

std::string Processing::make_conversation_id() {
    const std::lock_guard lock(mutex_);
    return ids_->make_digits();
}

}  // namespace earshot::net
