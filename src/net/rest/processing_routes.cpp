#include "rest/processing_routes.hpp"

#include "earshot/proto/server_codec.hpp"

#include "shard.hpp"

#include <utility>

namespace earshot::net {
namespace {

/// The API of a server that does jobs; null, and answered, where it does none.
Processing* processing_of(ServerShared& server, const HttpDone& done) {
    if (!server.processing) done({404, proto::rest_error("This server does nothing after the call.")});
    return server.processing.get();
}

}  // namespace

void process_text(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = processing_of(server, done)) api->text(std::move(call), std::move(done));
}

void process_more_text(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = processing_of(server, done)) api->more_text(std::move(call), std::move(done));
}

void show_job(ServerShared& server, HttpCall call, HttpDone done) {
    if (auto* const api = processing_of(server, done)) api->job(call, std::move(done));
}

}  // namespace earshot::net
