#include "rest/conversation_routes.hpp"

#include "earshot/proto/server_codec.hpp"

#include "shard.hpp"

namespace earshot::net {

Conversations* conversations_of(ServerShared& server, const HttpDone& done) {
    if (!server.conversations) done({404, proto::rest_error("This server keeps no conversations.")});
    return server.conversations.get();
}

}  // namespace earshot::net
