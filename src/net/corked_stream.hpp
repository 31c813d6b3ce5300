#pragma once

#include "buffer_pool.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/saved_handler.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace earshot::net {

/// Told by a CorkedStream, on its thread.
class CorkListener {
public:
    virtual void on_progress() = 0;  ///< the peer's kernel took bytes; there may be room again
    virtual void on_write_failed(boost::system::error_code error) = 0;

protected:
    ~CorkListener() = default;
};

/// A stream that gathers what one turn of the loop writes into one write of the stream below.
///
/// Whole frames are put in with `append`. They go out when the next read begins (which is when all that had come in is
/// dealt with), or by `flush_soon` at the end of the turn. Writes through async_write_some are gathered too; so a frame
/// written in one piece by whoever drives this stream never lands inside another. Such a write completes at once as
/// long as there is room, and else when the peer has read enough.
///
/// One thread. Reading and writing go on side by side. The stream may be destroyed at any time; what is in flight is
/// kept until its end.
template <class NextLayer>
class CorkedStream {
public:
    using next_layer_type = NextLayer;
    using executor_type = typename NextLayer::executor_type;

    /// Pending bytes beyond which has_room() is false and writes wait.
    static constexpr std::size_t k_room = 64 * 1024;

    /// `pool` belongs to the thread and outlives the stream.
    CorkedStream(NextLayer next, BufferPool& pool) : state_(std::make_shared<State>(std::move(next), pool)) {}

    CorkedStream(CorkedStream&&) noexcept = default;
    CorkedStream& operator=(CorkedStream&&) noexcept = default;
    ~CorkedStream() {
        if (state_) state_->listener = nullptr;
    }

    executor_type get_executor() noexcept { return state_->next.get_executor(); }
    NextLayer& next_layer() noexcept { return state_->next; }
    const NextLayer& next_layer() const noexcept { return state_->next; }

    void listen(CorkListener* listener) noexcept { state_->listener = listener; }

    bool has_room() const noexcept { return state_->pending() < k_room; }
    bool is_drained() const noexcept { return state_->pending() == 0; }
    std::size_t pending() const noexcept { return state_->pending(); }

    /// Whether a write has failed; then nothing more is written.
    bool is_broken() const noexcept { return state_->error.failed(); }

    /// The buffer to append whole frames to, before the next call of anything else. They are not on their way until a
    /// read begins or flush_soon is called.
    std::string& append() { return state_->append(); }

    /// What is pending goes out at the end of this turn of the loop.
    void flush_soon() { state_->flush_soon(); }

    /// Bytes that were read from the peer before this stream took over; they are read first.
    void unread(std::string bytes) { state_->unread = std::move(bytes); }

    template <class MutableBuffers, class ReadHandler>
    auto async_read_some(const MutableBuffers& buffers, ReadHandler&& handler) {
        return boost::asio::async_initiate<ReadHandler, void(boost::system::error_code, std::size_t)>(
            [](auto&& completion, State* state, const MutableBuffers& into) {
                state->flush();
                if (state->unread.empty()) {
                    state->next.async_read_some(into, std::forward<decltype(completion)>(completion));
                    return;
                }
                const std::size_t size = boost::asio::buffer_copy(into, boost::asio::buffer(state->unread));
                state->unread.erase(0, size);
                complete_later(*state, std::forward<decltype(completion)>(completion), {}, size);
            },
            handler, state_.get(), buffers);
    }

    template <class ConstBuffers, class WriteHandler>
    auto async_write_some(const ConstBuffers& buffers, WriteHandler&& handler) {
        return boost::asio::async_initiate<WriteHandler, void(boost::system::error_code, std::size_t)>(
            [](auto&& completion, State* state, const ConstBuffers& from) {
                using Completion = std::decay_t<decltype(completion)>;
                if (state->error) {
                    complete_later(*state, std::forward<decltype(completion)>(completion), state->error, 0);
                    return;
                }
                const std::size_t size = boost::asio::buffer_size(from);
                std::string& out = state->append();
                out.resize(out.size() + size);
                boost::asio::buffer_copy(boost::asio::buffer(out.data() + out.size() - size, size), from);
                state->flush_soon();
                if (state->pending() < k_room) {
                    complete_later(*state, std::forward<decltype(completion)>(completion), {}, size);
                    return;
                }
                state->writer.emplace(Waiting<Completion>{std::move(completion), state, size});
            },
            handler, state_.get(), buffers);
    }

    /// Completes when nothing is pending any more, or with why it could not be written.
    template <class Handler>
    auto async_drain(Handler&& handler) {
        return boost::asio::async_initiate<Handler, void(boost::system::error_code)>(
            [](auto&& completion, State* state) {
                using Completion = std::decay_t<decltype(completion)>;
                if (state->error || state->pending() == 0) {
                    auto executor = boost::asio::get_associated_executor(completion, state->next.get_executor());
                    boost::asio::post(executor, boost::beast::bind_front_handler(
                                                    std::forward<decltype(completion)>(completion), state->error));
                    return;
                }
                state->flush_soon();
                state->drainer.emplace(WaitingForDrain<Completion>{std::move(completion), state});
            },
            handler, state_.get());
    }

private:
    struct State;

    template <class Handler>
    static void complete_later(State& state, Handler&& handler, boost::system::error_code error, std::size_t size) {
        boost::asio::post(state.next.get_executor(),
                          boost::beast::bind_front_handler(std::forward<Handler>(handler), error, size));
    }

    // A handler that waits for room. The error is the state's at the time it is called.
    template <class Handler>
    struct Waiting {
        Handler handler;
        State* state;  // calls it, so it is there
        std::size_t size;
        using allocator_type = boost::asio::associated_allocator_t<Handler>;
        using executor_type = boost::asio::associated_executor_t<Handler, typename NextLayer::executor_type>;
        allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(handler); }
        executor_type get_executor() const noexcept {
            return boost::asio::get_associated_executor(handler, state->next.get_executor());
        }
        void operator()() { std::move(handler)(state->error, state->error ? 0 : size); }
        void operator()(boost::system::error_code cancelled) { std::move(handler)(cancelled, 0); }
    };

    template <class Handler>
    struct WaitingForDrain {
        Handler handler;
        State* state;
        using allocator_type = boost::asio::associated_allocator_t<Handler>;
        using executor_type = boost::asio::associated_executor_t<Handler, typename NextLayer::executor_type>;
        allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(handler); }
        executor_type get_executor() const noexcept {
            return boost::asio::get_associated_executor(handler, state->next.get_executor());
        }
        void operator()() { std::move(handler)(state->error); }
        void operator()(boost::system::error_code cancelled) { std::move(handler)(cancelled); }
    };

    struct State : std::enable_shared_from_this<State> {
        State(NextLayer layer, BufferPool& buffers) : next(std::move(layer)), pool(buffers) {}

        std::size_t pending() const noexcept { return waiting.size() + writing.size() - written; }

        std::string& append() {
            if (waiting.empty() && waiting.capacity() < k_small) waiting = pool.take();
            grew = true;
            return waiting;
        }

        void flush_soon() {
            if (flush_posted || is_writing || waiting.empty()) return;
            flush_posted = true;
            grew = false;
            postponed = 0;
            post_flush();
        }

        void post_flush() {
            boost::asio::post(next.get_executor(), [self = this->shared_from_this()] { self->on_flush(); });
        }

        // While each turn brings more, one more turn is waited for: a burst goes out as a whole.
        void on_flush() {
            if (grew && !is_writing && !waiting.empty() && postponed < k_most_postponed && pending() < k_burst) {
                grew = false;
                ++postponed;
                post_flush();
                return;
            }
            flush_posted = false;
            flush();
        }

        void flush() {
            if (is_writing || waiting.empty()) return;
            if (error) {
                waiting.clear();
                return;
            }
            is_writing = true;
            written = 0;
            std::swap(writing, waiting);
            write();
        }

        void write() {
            next.async_write_some(
                boost::asio::buffer(writing.data() + written, writing.size() - written),
                [self = this->shared_from_this()](boost::system::error_code failure, std::size_t size) {
                    self->on_write(failure, size);
                });
        }

        void on_write(boost::system::error_code failure, std::size_t size) {
            if (failure) {
                fail(failure);
                return;
            }
            written += size;
            if (written < writing.size()) {
                write();
            } else {
                pool.give(std::exchange(writing, {}));
                written = 0;
                is_writing = false;
                flush();
            }
            if (pending() < k_room) writer.maybe_invoke();
            if (pending() == 0) drainer.maybe_invoke();
            if (listener) listener->on_progress();
        }

        void fail(boost::system::error_code failure) {
            error = failure;
            is_writing = false;
            written = 0;
            writing.clear();
            waiting.clear();
            writer.maybe_invoke();
            drainer.maybe_invoke();
            if (listener) listener->on_write_failed(failure);
        }

        NextLayer next;
        BufferPool& pool;
        CorkListener* listener = nullptr;
        std::string unread;
        std::string waiting;  // of nobody's memory while nothing waits
        std::string writing;
        std::size_t written = 0;  // of `writing`
        bool is_writing = false;
        bool flush_posted = false;
        bool grew = false;  // since the flush was posted
        int postponed = 0;
        boost::system::error_code error;  // of a write; after it nothing is written any more
        boost::beast::saved_handler writer;
        boost::beast::saved_handler drainer;
    };

    static constexpr std::size_t k_small = 64;         // no pooled buffer is as small as an empty string
    static constexpr std::size_t k_burst = 16 * 1024;  // is sent at once
    static constexpr int k_most_postponed = 16;

    std::shared_ptr<State> state_;
};

// A WebSocket stream tears its layer down after the last frame: here it is only written out, since how long a peer is
// then waited for is not the layer's to say.
template <class NextLayer>
void teardown(boost::beast::role_type, CorkedStream<NextLayer>&, boost::system::error_code& error) {
    error = {};
}

template <class NextLayer, class Handler>
void async_teardown(boost::beast::role_type, CorkedStream<NextLayer>& stream, Handler&& handler) {
    stream.async_drain(std::forward<Handler>(handler));
}

}  // namespace earshot::net
