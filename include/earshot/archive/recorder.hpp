#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/net/conversation_keeper.hpp"
#include "earshot/store/conversation_store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace earshot::archive {

struct RecorderOptions {
    std::filesystem::path spool;  ///< folder, made if it is not there
    std::uint64_t spool_bytes = 1024ULL * 1024 * 1024;
    std::size_t memory_bytes = 64 * 1024 * 1024;                  ///< of changes that wait; further ones are spooled
    std::size_t batch_bytes = 1024 * 1024;                        ///< of changes that are written in one transaction
    base::Duration gather = std::chrono::milliseconds(50);        ///< how long a change waits for company
    base::Duration first_pause = std::chrono::milliseconds(500);  ///< before what failed is tried again
    base::Duration longest_pause = std::chrono::seconds(15);
    /// Told, on the recorder's thread, when the store does not take changes (with the reason), when it does again
    /// (null), and when something is lost.
    std::function<void(const base::Error* trouble)> on_change = {};
    std::function<void(const std::string& message)> on_loss = {};
};

struct RecorderFigures {
    std::uint64_t written = 0;   ///< changes that came into the store straight from memory
    std::uint64_t spooled = 0;   ///< that were put into the spool
    std::uint64_t replayed = 0;  ///< that came from there into the store
    std::uint64_t left_out = 0;  ///< conversations of a batch that were removed, or whose begin never came
    std::uint64_t lost = 0;      ///< for which there was no room, or that the database does not take
    std::size_t waiting_bytes = 0;
    std::uint64_t spool_bytes = 0;
};

/// Writes conversations behind: changes wait in memory for a moment, are written in batches, and go to a spool on disk
/// while the store is away or too slow; what is there is written first, in its order, once the store is back, also by a
/// server that is started later. What is written twice is there once (ConversationChange). Past the spool's limit
/// changes are lost, and counted, until there is room.
class Recorder final : public net::ConversationKeeper {
public:
    /// Reads what an earlier server left in the spool. `store` outlives it. Errors: io_failed (the folder cannot be
    /// used).
    static base::Result<std::unique_ptr<Recorder>> open(store::ConversationStore& store, RecorderOptions options);

    /// Writes or spools all that waits, and joins.
    ~Recorder() override;

    void keep(detect::ConversationChange change) override;
    void when_settled(const std::optional<std::string>& conversation, std::function<void()> done) override;
    bool is_behind() const override;
    bool is_keeping() const override;

    RecorderFigures figures() const;

private:
    class Impl;
    explicit Recorder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::archive
