#pragma once

#include "earshot/net/compute_pool.hpp"
#include "earshot/net/http_call.hpp"
#include "earshot/net/server.hpp"
#include "earshot/proto/management_codec.hpp"
#include "earshot/store/tracker_store.hpp"

#include "write_turns.hpp"

#include <functional>
#include <memory>
#include <string>

namespace earshot::net {

class StoreFailures;

/// The management API for trackers, as docs/protocol.md tells it: each function answers one kind of call. Bodies are
/// read on the compute pool, since patterns take their time to compile; answers are written on the store's threads.
/// Any thread. Owned by what the server's threads share; calls under way keep it alive.
class Management : public std::enable_shared_from_this<Management> {
public:
    /// `store` and `pool` outlive all calls. `failures` is told what is answered with 500.
    Management(const ServerOptions& options, store::TrackerStore& store, ComputePool& pool,
               std::shared_ptr<StoreFailures> failures);

    void list(const HttpCall& call, HttpDone done);
    void show(const HttpCall& call, HttpDone done);
    void create(HttpCall call, proto::BodyShape shape, HttpDone done);
    void replace(HttpCall call, HttpDone done);
    void patch(HttpCall call, HttpDone done);
    void remove(const HttpCall& call, HttpDone done);

    /// Makes a document the whole set of the account.
    void replace_all(HttpCall call, HttpDone done);

private:
    /// With the number of trackers that the account may store.
    proto::ManagementRules rules_for(const HttpCall& call) const;

    /// Runs `read` on the compute pool when it is the account's turn to write.
    void write(HttpCall call, HttpDone done, std::function<void(const HttpCall&, HttpDone)> read);
    void update(const HttpCall& call, std::shared_ptr<const proto::TrackerPatch> patch, HttpDone done);

    const ManagementOptions options_;
    const proto::ManagementRules rules_;
    store::TrackerStore& store_;
    ComputePool& pool_;
    const std::shared_ptr<StoreFailures> failures_;
    WriteTurns turns_;
};

}  // namespace earshot::net
