#pragma once

#include "earshot/encoder/sequence_model.hpp"
#include "earshot/encoder/sequencer.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace earshot::encoder {

struct BatchOptions {
    std::size_t threads = 1;
    std::size_t max_waiting = 64;                ///< windows without an answer; what comes beyond is refused
    std::size_t cache_bytes = 32 * 1024 * 1024;  ///< of vectors that were found before
    std::chrono::microseconds patience{3'000};   ///< how long a window waits for others to fill its batch
    int niceness = 10;                           ///< added to that of the process, for the encoder's threads alone
};

/// What became of a window.
enum class Outcome : std::uint8_t {
    encoded,
    refused,  ///< too much was waiting, or the encoder had been stopped
    dropped,  ///< the encoder was stopped before its turn came
    failed,   ///< the runtime failed
};

using Vector = std::shared_ptr<const std::vector<float>>;

struct Encoded {
    Outcome outcome = Outcome::failed;
    Vector vector;  ///< of length 1; none if it was not encoded
};

struct BatchStats {
    std::uint64_t encoded = 0;  ///< windows that went through the model
    std::uint64_t batches = 0;
    std::uint64_t tokens = 0;      ///< of those windows
    std::uint64_t padding = 0;     ///< tokens beside them that filled their batches
    std::uint64_t cache_hits = 0;  ///< windows answered without the model
    std::uint64_t joined = 0;      ///< windows that waited for an equal one
    std::uint64_t refused = 0;
    std::uint64_t dropped = 0;
    std::uint64_t failed = 0;
    std::size_t waiting = 0;  ///< windows without an answer now
    double cpu_seconds = 0;   ///< of the encoder's threads
};

/// Live windows to vectors: gathers what comes from any thread into batches, on threads of its own with a lower
/// priority. Equal windows are encoded once, and remembered for a while. All is bounded: what is too much is refused,
/// which is an answer.
///
/// A vector may differ in its last digits with the batch it was in: nothing that must be repeatable is made of it.
class BatchEncoder {
public:
    /// Called once for each window: on the caller's thread in `submit` where the answer is known at once, else on a
    /// thread of the encoder. Must be quick, must not throw, and must not call `stop`.
    using Done = std::function<void(const Encoded&)>;

    static constexpr std::size_t k_max_rows = 8;
    static constexpr std::size_t k_max_tokens = 128;  ///< of a batch with its padding; a longer window goes alone
    static constexpr std::size_t k_length_step = 4;  ///< batches are padded to it: each new shape costs some 10 ms once

    /// Starts the threads. Errors: those of SequenceModel::make_runner.
    static base::Result<std::unique_ptr<BatchEncoder>> start(std::shared_ptr<SequenceModel> model, Sequencer sequencer,
                                                             const BatchOptions& options);
    BatchEncoder(const BatchEncoder&) = delete;
    BatchEncoder& operator=(const BatchEncoder&) = delete;
    /// Stops.
    ~BatchEncoder();

    /// Any thread.
    void submit(std::string_view text, Done done);
    /// The same for a text whose pieces are known.
    void submit(std::span<const semantic::Piece> text, Done done);

    /// Any thread.
    BatchStats stats() const;

    /// Answers what is waiting with `dropped`, finishes the batches that are being encoded and ends the threads. What
    /// is submitted from now on is refused. Any thread but the encoder's own, any number of times.
    void stop();

private:
    class Impl;
    explicit BatchEncoder(std::unique_ptr<Impl> impl) noexcept;

    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::encoder
