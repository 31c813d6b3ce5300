#include "rest/conversations.hpp"

#include "earshot/net/wall_clock.hpp"
#include "earshot/proto/management_codec.hpp"
#include "earshot/proto/server_codec.hpp"

#include "rest/store_refusal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace earshot::net {
namespace {

using base::Errc;

constexpr std::size_t k_default_limit = 20;
constexpr std::size_t k_most_listed = 1000;
constexpr std::size_t k_id_bytes = 64;
constexpr std::string_view k_unknown = "The conversationId is either invalid or does not exist.";

HttpAnswer unknown_conversation() {
    return {404, proto::rest_error(k_unknown)};
}

/// An id that a conversation may have; others need not be looked for.
bool is_id(std::string_view id) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !id.empty() && id.size() <= k_id_bytes && std::all_of(id.begin(), id.end(), is_digit);
}

/// Seconds from the conversation's begin; those that do not end last as long as there is time.
base::WallTime wall_time(base::WallTime begin, double seconds) {
    if (std::isinf(seconds)) return base::WallTime::max();
    return begin + std::chrono::round<std::chrono::milliseconds>(base::from_seconds(seconds));
}

}  // namespace

HttpAnswer Conversations::refusal(const base::Error& error) const {
    if (error.code == Errc::unknown_conversation) {
        // It may be among those that could not be written yet.
        const std::lock_guard lock(mutex_);
        if (!is_closed_ && keeper_ && keeper_->is_behind()) return away("Conversations are still being written.");
        return unknown_conversation();
    }
    if (error.code == Errc::unknown_member) return {404, proto::rest_error("The conversation has no such member.")};
    return store_refusal(failures_, error);
}

void Conversations::settle(HttpCall call, HttpDone done, std::function<void(HttpCall, HttpDone)> next) {
    if (!is_id(call.ids.front())) return done(unknown_conversation());
    if (!keeper_) return next(std::move(call), std::move(done));
    const std::string id = call.ids.front();
    keeper_->when_settled(id, [call = std::move(call), done = std::move(done), next = std::move(next)]() mutable {
        next(std::move(call), std::move(done));
    });
}

void Conversations::settle_all(std::function<void()> next) {
    keeper_ ? keeper_->when_settled(std::nullopt, std::move(next)) : next();
}

void Conversations::find(HttpCall call, HttpDone done, std::function<void(HttpCall, HttpDone, Record)> next) {
    settle(std::move(call), std::move(done),
           [self = shared_from_this(), next = std::move(next)](HttpCall taken, HttpDone answer) {
               const std::string account = taken.account;
               const std::string id = taken.ids.front();
               self->store_.get(account, id,
                                [self, next, taken = std::move(taken),
                                 answer = std::move(answer)](base::Result<Record> record) mutable {
                                    if (!record) return answer(self->refusal(record.error()));
                                    next(std::move(taken), std::move(answer), std::move(*record));
                                });
           });
}

void Conversations::close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
}

void Conversations::list(HttpCall call, HttpDone done) {
    const auto query = proto::read_list_query(call.query);
    if (!query) return done(findings_refusal(query.error()));
    store::ConversationQuery wanted;
    wanted.limit = std::min(query->limit.value_or(k_default_limit), k_most_listed);
    wanted.offset = query->offset;
    wanted.newest_first = !query->is_ascending.value_or(false);
    wanted.after = query->after;
    wanted.before = query->before;
    settle_all([self = shared_from_this(), account = std::move(call.account), wanted, done = std::move(done)] {
        self->store_.list(account, wanted, [self, done](const base::Result<std::vector<Record>>& records) {
            done(records ? HttpAnswer{200, proto::conversations_answer(*records)} : self->refusal(records.error()));
        });
    });
}

void Conversations::show(HttpCall call, HttpDone done) {
    find(std::move(call), std::move(done), [](const HttpCall&, const HttpDone& answer, Record record) {
        answer({200, proto::conversation_answer(std::move(record))});
    });
}

void Conversations::edit(HttpCall call, HttpDone done) {
    auto body = proto::read_conversation_body(call.body, k_metadata_bytes);
    if (!body) return done(findings_refusal(body.error()));
    settle(std::move(call), std::move(done),
           [self = shared_from_this(), body = std::move(*body)](const HttpCall& taken, const HttpDone& answer) {
               self->store_.edit(taken.account, taken.ids.front(), {body.name, body.metadata},
                                 [self, answer](base::Result<Record> record) {
                                     if (!record) return answer(self->refusal(record.error()));
                                     answer({200, proto::conversation_answer(std::move(*record))});
                                 });
           });
}

void Conversations::remove(HttpCall call, HttpDone done) {
    settle(std::move(call), std::move(done),
           [self = shared_from_this()](const HttpCall& taken, const HttpDone& answer) {
               self->store_.remove(taken.account, taken.ids.front(), wall_now(),
                                   [self, answer](const base::Result<bool>& removed) {
                                       if (!removed) return answer(self->refusal(removed.error()));
                                       answer({200, proto::rest_error("successfully deleted the conversation")});
                                   });
           });
}

void Conversations::messages(HttpCall call, HttpDone done) {
    const auto query = proto::read_list_query(call.query);
    if (!query) return done(findings_refusal(query.error()));
    find(std::move(call), std::move(done),
         [self = shared_from_this(), query = *query](const HttpCall& taken, const HttpDone& answer, Record record) {
             store::MessageQuery wanted;
             wanted.limit = query.limit.value_or(wanted.limit);
             wanted.offset = query.offset;
             self->store_.messages(taken.account, taken.ids.front(), wanted,
                                   [self, answer, verbose = query.verbose, conversation = std::move(record)](
                                       const base::Result<std::vector<detect::MessageRecord>>& messages) {
                                       if (!messages) return answer(self->refusal(messages.error()));
                                       answer({200, proto::messages_answer(conversation, *messages, verbose)});
                                   });
         });
}

void Conversations::members(HttpCall call, HttpDone done) {
    find(std::move(call), std::move(done), [](const HttpCall&, const HttpDone& answer, const Record& record) {
        answer({200, proto::members_answer(record.members)});
    });
}

void Conversations::rename_member(HttpCall call, HttpDone done) {
    auto body = proto::read_member_body(call.body, call.ids.back());
    if (!body) return done(findings_refusal(body.error()));
    settle(std::move(call), std::move(done),
           [self = shared_from_this(), body = std::move(*body)](const HttpCall& taken, const HttpDone& answer) {
               const std::string& conversation = taken.ids.front();
               self->store_.rename(taken.account, conversation, body,
                                   [self, answer, conversation](const base::Result<detect::MemberRecord>& member) {
                                       if (!member) return answer(self->refusal(member.error()));
                                       answer({200, proto::rest_error("Member with id: " + member->id +
                                                                      " for conversationId: " + conversation +
                                                                      " updated successfully!")});
                                   });
           });
}

void Conversations::assign_speakers(HttpCall call, HttpDone done) {
    auto body = proto::read_speakers_body(call.body);
    if (!body) return done(findings_refusal(body.error()));
    find(std::move(call), std::move(done),
         [self = shared_from_this(), body = std::move(*body)](const HttpCall& taken, const HttpDone& answer,
                                                              const Record& record) {
             std::vector<store::SpeakingTime> times;
             for (const proto::SpokenSpan& span : body) {
                 times.push_back(
                     {span.member, {wall_time(record.started, span.start), wall_time(record.started, span.end)}});
             }
             self->store_.assign_speakers(
                 taken.account, taken.ids.front(), std::move(times),
                 [self, answer](const base::Result<std::size_t>& changed) {
                     if (!changed) return answer(self->refusal(changed.error()));
                     answer({200, proto::rest_error("Speakers of " + std::to_string(*changed) + " messages updated.")});
                 });
         });
}

void Conversations::trackers(HttpCall call, HttpDone done) {
    find(std::move(call), std::move(done),
         [self = shared_from_this()](const HttpCall& taken, const HttpDone& answer, Record record) {
             self->store_.hits(
                 taken.account, taken.ids.front(),
                 [self, answer, conversation = std::move(record)](base::Result<std::vector<detect::KeptHit>> hits) {
                     if (!hits) return answer(self->refusal(hits.error()));
                     answer({200, proto::detected_trackers_answer(conversation, std::move(*hits))});
                 });
         });
}

void Conversations::analytics(HttpCall call, HttpDone done) {
    find(std::move(call), std::move(done),
         [self = shared_from_this()](HttpCall taken, const HttpDone& answer, Record record) {
             const std::string account = taken.account;
             const std::string id = taken.ids.front();
             self->store_.figures(
                 account, id,
                 [self, account, id, answer,
                  conversation = std::move(record)](base::Result<std::vector<detect::MemberFigures>> figures) mutable {
                     if (!figures) return answer(self->refusal(figures.error()));
                     self->store_.hits(
                         account, id,
                         [self, answer, conversation = std::move(conversation),
                          figures = std::move(*figures)](base::Result<std::vector<detect::KeptHit>> hits) {
                             if (!hits) return answer(self->refusal(hits.error()));
                             answer({200, proto::analytics_answer(conversation, figures, std::move(*hits))});
                         });
                 });
         });
}

void Conversations::nothing_of(std::string_view kind, HttpCall call, HttpDone done) {
    find(std::move(call), std::move(done), [kind](const HttpCall&, const HttpDone& answer, const Record&) {
        answer({200, std::string(proto::empty_answer(kind).value_or("{}"))});
    });
}

}  // namespace earshot::net
