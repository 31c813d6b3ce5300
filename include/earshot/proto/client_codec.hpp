#pragma once

#include "earshot/base/error.hpp"
#include "earshot/proto/client_messages.hpp"
#include "earshot/proto/recogniser_source.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace earshot::proto {

/// Limits of one message, from the settings.
struct MessageLimits {
    std::size_t chunk_text_bytes = 16 * 1024;
    std::size_t utterance_id_bytes = 128;
    std::size_t words = 8 * 1024;   ///< timed words of a chunk
    std::size_t name_bytes = 1024;  ///< a tracker's, a speaker's
    std::size_t phrase_bytes = 4 * 1024;
    std::size_t trackers = 1000;
    std::size_t phrases = 50'000;      ///< of all trackers, exclusions and patterns among them
    std::size_t channels = 256;        ///< of a recogniser's stream
    std::size_t body_patterns = 1000;  ///< of a body of the management API
    friend bool operator==(const MessageLimits&, const MessageLimits&) = default;
};

/// What kind of message a client sent.
enum class ClientMessageKind : std::uint8_t { start, stop, modify, transcript, ping };

/// Reads what clients send over a socket: JSON, Python's single-quoted stop, and `__PING__`.
///
/// One codec belongs to one thread (it owns a simdjson parser) and serves all its sockets. Messages are parsed into
/// members that the next parse overwrites, so that steady speech allocates nothing.
class ClientCodec {
public:
    explicit ClientCodec(const MessageLimits& limits);
    ~ClientCodec();
    ClientCodec(ClientCodec&&) noexcept;
    ClientCodec& operator=(ClientCodec&&) noexcept;

    /// Spare bytes behind a message that let it be parsed where it lies.
    static std::size_t padding() noexcept;

    /// Parses one text message. With a `source`, the events of other recognisers are transcripts too, in the formats
    /// that it takes; an event that is refused leaves it as it was. `readable` is how many bytes may be read from its
    /// begin (at least its size); with less than padding() spare bytes the message is copied. The accessors below then
    /// give the message of the kind returned. Errors: invalid_json, invalid_utf8, lone_surrogate, wrong_type,
    /// missing_member, invalid_value, too_large, too_many, unknown_type, unsupported; `path` says where.
    base::Result<ClientMessageKind> parse(std::string_view message, std::size_t readable,
                                          RecogniserSource* source = nullptr);

    /// The chunks of a transcript: one of a native message, any number of a recogniser's event.
    std::span<const TranscriptChunk> chunks() const noexcept;

    /// The chunk of a native message.
    TranscriptChunk& chunk() noexcept;
    StartRequest& start() noexcept;
    ModifyRequest& modify() noexcept;

    /// The `requestId` of the last message, whatever became of it; empty if it had none.
    const std::string& request_id() const noexcept;

    /// The kind of the last message, whatever became of it; none if that was not to be seen.
    std::optional<ClientMessageKind> kind() const noexcept;

private:
    friend base::Result<TranscriptChunk> parse_chunk(std::string_view json, const MessageLimits& limits);

    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Reads a tracker file or management body: an array of trackers or an object `{"trackers": […]}`. Errors as above.
base::Result<std::vector<detect::TrackerDefinition>> parse_trackers(std::string_view json, const MessageLimits& limits);

/// Reads one line of a call file: a transcript chunk whose `type` may be missing.
base::Result<TranscriptChunk> parse_chunk(std::string_view json, const MessageLimits& limits);

}  // namespace earshot::proto
