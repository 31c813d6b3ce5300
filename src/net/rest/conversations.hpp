#pragma once

#include "earshot/net/conversation_keeper.hpp"
#include "earshot/net/http_call.hpp"
#include "earshot/proto/conversation_codec.hpp"
#include "earshot/store/conversation_store.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace earshot::net {

class StoreFailures;

/// The conversation API, as docs/protocol.md tells it: each function answers one kind of call. What was heard before a
/// call is in its answer, also while the conversation is live. Answers are written on the store's threads. Any thread.
/// Owned by what the server's threads share; calls under way keep it alive.
class Conversations : public std::enable_shared_from_this<Conversations> {
public:
    static constexpr std::size_t k_metadata_bytes = 64 * 1024;

    /// `store` and `keeper` (null: nothing is written behind) outlive all calls. `failures` is told what is answered
    /// with 500.
    Conversations(store::ConversationStore& store, ConversationKeeper* keeper, std::shared_ptr<StoreFailures> failures)
        : store_(store), keeper_(keeper), failures_(std::move(failures)) {}

    /// The keeper is not asked any more once this returns.
    void close();

    void list(HttpCall call, HttpDone done);
    void show(HttpCall call, HttpDone done);
    void edit(HttpCall call, HttpDone done);
    void remove(HttpCall call, HttpDone done);
    void messages(HttpCall call, HttpDone done);
    void members(HttpCall call, HttpDone done);
    void rename_member(HttpCall call, HttpDone done);
    void assign_speakers(HttpCall call, HttpDone done);
    void trackers(HttpCall call, HttpDone done);
    void analytics(HttpCall call, HttpDone done);

    /// Calls `next` when what was heard so far of the conversation that the path names can be read; answers where it
    /// names none.
    void settle(HttpCall call, HttpDone done, std::function<void(HttpCall, HttpDone)> next);

    /// What an error of a store of conversations is to a client.
    HttpAnswer refusal(const base::Error& error) const;

    /// What other services find in a conversation, and this one does not: `kind` ("topics", …) with nothing in it.
    void nothing_of(std::string_view kind, HttpCall call, HttpDone done);

private:
    using Record = detect::ConversationRecord;

    /// Calls `next` with the call's conversation, or answers that there is none.
    void find(HttpCall call, HttpDone done, std::function<void(HttpCall, HttpDone, Record)> next);
    /// As settle, for all conversations.
    void settle_all(std::function<void()> next);

    store::ConversationStore& store_;
    ConversationKeeper* const keeper_;
    mutable std::mutex mutex_;  // held while an answer asks the keeper
    bool is_closed_ = false;
    const std::shared_ptr<StoreFailures> failures_;
};

}  // namespace earshot::net
