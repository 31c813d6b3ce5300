#include "rest/conversation_routes.hpp"

#include "earshot/proto/server_codec.hpp"

#include "rest/conversations.hpp"
#include "shard.hpp"

#include <utility>

namespace earshot::net {
namespace {

/// The API of a server that keeps conversations; null, and answered, where it does not.
Conversations* conversations_of(ServerShared& server, const HttpDone& done) {
    if (!server.conversations) done({404, proto::rest_error("This server keeps no conversations.")});
    return server.conversations.get();
}

void nothing_of(ServerShared& server, std::string_view kind, HttpCall call, HttpDone done) {
    if (auto* const api = conversations_of(server, done)) api->nothing_of(kind, std::move(call), std::move(done));
}

}  // namespace

void list_conversations(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = conversations_of(server, done)) api->list(call, std::move(done));
}

void show_conversation(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = conversations_of(server, done)) api->show(std::move(call), std::move(done));
}

void edit_conversation(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = conversations_of(server, done)) api->edit(std::move(call), std::move(done));
}

void delete_conversation(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = conversations_of(server, done)) api->remove(std::move(call), std::move(done));
}

void list_messages(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = conversations_of(server, done)) api->messages(std::move(call), std::move(done));
}

void list_members(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = conversations_of(server, done)) api->members(std::move(call), std::move(done));
}

void rename_member(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = conversations_of(server, done)) api->rename_member(std::move(call), std::move(done));
}

void assign_speakers(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = conversations_of(server, done)) api->assign_speakers(std::move(call), std::move(done));
}

void list_detected_trackers(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = conversations_of(server, done)) api->trackers(std::move(call), std::move(done));
}

void show_analytics(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = conversations_of(server, done)) api->analytics(std::move(call), std::move(done));
}

void list_topics(ServerShared& server, HttpCall call, HttpDone done) {
    nothing_of(server, "topics", std::move(call), std::move(done));
}

void list_questions(ServerShared& server, HttpCall call, HttpDone done) {
    nothing_of(server, "questions", std::move(call), std::move(done));
}

void list_action_items(ServerShared& server, HttpCall call, HttpDone done) {
    nothing_of(server, "action-items", std::move(call), std::move(done));
}

void list_follow_ups(ServerShared& server, HttpCall call, HttpDone done) {
    nothing_of(server, "follow-ups", std::move(call), std::move(done));
}

void list_entities(ServerShared& server, HttpCall call, HttpDone done) {
    nothing_of(server, "entities", std::move(call), std::move(done));
}

}  // namespace earshot::net
