#include "rest/management_routes.hpp"

#include "earshot/proto/server_codec.hpp"

#include "rest/management.hpp"
#include "shard.hpp"

#include <utility>

namespace earshot::net {
namespace {

/// The API of a server that has a store; null, and answered, where it has none.
Management* management_of(ServerShared& server, const HttpDone& done) {
    if (!server.management) done({404, proto::rest_error("This server stores no trackers.")});
    return server.management.get();
}

void create(ServerShared& server, HttpCall call, proto::BodyShape shape, HttpDone done) {
    if (auto* const api = management_of(server, done)) api->create(std::move(call), shape, std::move(done));
}

}  // namespace

void list_trackers(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = management_of(server, done)) api->list(call, std::move(done));
}

void show_tracker(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = management_of(server, done)) api->show(call, std::move(done));
}

void create_tracker(ServerShared& server, HttpCall call, HttpDone done) {
    create(server, std::move(call), proto::BodyShape::one, std::move(done));
}

void create_trackers(ServerShared& server, HttpCall call, HttpDone done) {
    create(server, std::move(call), proto::BodyShape::list, std::move(done));
}

void create_either(ServerShared& server, HttpCall call, HttpDone done) {
    create(server, std::move(call), proto::BodyShape::one_or_list, std::move(done));
}

void replace_tracker(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = management_of(server, done)) api->replace(std::move(call), std::move(done));
}

void patch_tracker(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = management_of(server, done)) api->patch(std::move(call), std::move(done));
}

void delete_tracker(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = management_of(server, done)) api->remove(call, std::move(done));
}

void import_trackers(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = management_of(server, done)) api->replace_all(std::move(call), std::move(done));
}

void export_trackers(ServerShared& server, HttpCall call, HttpDone done) {
    call.query.clear();  // always the whole set
    list_trackers(server, std::move(call), std::move(done));
}

}  // namespace earshot::net
