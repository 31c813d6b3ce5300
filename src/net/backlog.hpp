#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace earshot::net {

/// What a socket's client has sent and other threads have not dealt with: its conversation's thread, if that is
/// another, and those on which others take part, which are posted what becomes of it. It is bounded by the socket not
/// being read: beyond k_frames or k_bytes the socket rests, until half of that is left. So no thread can be posted more
/// than that for each publisher, however slow it is.
///
/// Nothing that a client sees depends on the bound, so it is no setting. It is large enough for the thread to find work
/// while a rested socket is woken, and small beside what the kernel holds for a connection.
///
/// A backlog outlives its socket until the last of its items is dealt with.
class Backlog : public std::enable_shared_from_this<Backlog> {
public:
    static constexpr std::size_t k_frames = 64;
    static constexpr std::size_t k_bytes = 256 * 1024;

    /// Goes with one input and all that is posted because of it. Its end, on any thread, says that the input was dealt
    /// with everywhere, or never will be.
    class Item {
    public:
        Item(Item&&) noexcept = default;
        Item& operator=(Item&&) = delete;
        ~Item() {
            if (backlog_) backlog_->settle(load_);
        }

    private:
        friend class Backlog;
        Item(std::shared_ptr<Backlog> backlog, std::uint64_t load) : backlog_(std::move(backlog)), load_(load) {}

        std::shared_ptr<Backlog> backlog_;
        const std::uint64_t load_;
    };

    using SharedItem = std::shared_ptr<const Item>;

    /// While it lives, its thread deals with the input of an item: what it posts belongs to that (Shard::post). With
    /// null, with the input of none.
    class Dealing {
    public:
        explicit Dealing(SharedItem item) noexcept : before_(std::exchange(now_dealt_with, std::move(item))) {}
        ~Dealing() { now_dealt_with = std::move(before_); }
        Dealing(const Dealing&) = delete;
        Dealing& operator=(const Dealing&) = delete;

    private:
        SharedItem before_;
    };

    /// The item whose input this thread deals with; null: none has one.
    static const SharedItem& dealt_with() noexcept { return now_dealt_with; }

    /// `wake` is called on the thread where an item ends, when the socket need not rest any more. It must not throw.
    explicit Backlog(std::function<void()> wake) : wake_(std::move(wake)) {}

    // ---- The socket's thread

    /// One more input is on its way.
    Item add(std::size_t bytes);

    /// Whether the socket must rest. If so, it is woken when that is over, or about to be.
    bool must_rest() noexcept;

    /// The socket is gone, and nobody is to be woken.
    void abandon() noexcept { rests_ = false; }

private:
    void settle(std::uint64_t load) noexcept;

    static thread_local SharedItem now_dealt_with;

    const std::function<void()> wake_;
    std::atomic<std::uint64_t> load_ = 0;  // both numbers in one, so that they are seen together
    std::atomic<bool> rests_ = false;      // and waits to be woken
};

}  // namespace earshot::net
