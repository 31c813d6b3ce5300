#pragma once

#include "earshot/proto/client_codec.hpp"

#include "member_readers.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Other recognisers' events, each format in a file of its own: a pure function from an event to what was said in it.
// RecogniserSource turns that into chunks, in the same way for all.
namespace earshot::proto {

/// What an event says of one channel.
struct RecognisedSpeech {
    enum class Kind : std::uint8_t {
        hypothesis,        ///< all that is not final on this channel
        final,             ///< final words; more of the utterance may follow
        end_of_utterance,  ///< final words, and the end of what everybody on this channel has open
        pause              ///< that end alone, told late: a hypothesis that stands by itself is of what follows it
    };
    struct Piece {
        std::optional<std::int64_t> speaker;  ///< the number that a diarising recogniser gives
        TranscriptChunk chunk;                ///< text, words and times; the rest is the source's to say
    };
    Kind kind = Kind::hypothesis;
    std::optional<std::uint32_t> channel;  ///< where there are several
    std::optional<Speaker> speaker;        ///< where the event names its speaker: it then says nothing of anybody else
    std::vector<Piece> pieces;             ///< by speaker, in the order of their first words
};

/// By what an event is known: its `type`, where that is a string, and the names of its members.
struct EventShape {
    std::optional<std::string> type;
    std::vector<std::string> members;
    bool has(std::string_view name) const noexcept { return std::ranges::find(members, name) != members.end(); }
};

/// A row of the table of formats.
struct Recogniser {
    std::string_view name;  ///< in `config.transcriptFormat`
    TranscriptFormat format;
    bool (*recognises)(const EventShape& shape);
    /// Appends what the event says, nothing if that is nothing. Throws ReadFailure.
    void (*read)(const EventShape& shape, JsonValue event, const MessageLimits& limits,
                 std::vector<RecognisedSpeech>& speech);
};

/// The rows of the table, each defined with its adapter.
extern const Recogniser k_deepgram;
extern const Recogniser k_vosk;
extern const Recogniser k_symbl;

std::span<const Recogniser* const> recognisers() noexcept;

/// The format of that name, `auto` and `native` among them.
std::optional<TranscriptFormat> find_format(std::string_view name) noexcept;
std::string_view format_name(TranscriptFormat format) noexcept;

/// Whose event a message is that is none of ours, and its shape; where several know that, `format`'s. Null if nobody
/// does. Throws ReadFailure with Errc::unknown_type where it is not of the format chosen. Rewinds the document.
const Recogniser* find_recogniser(simdjson::ondemand::document& document, const Place& root,
                                  std::optional<std::string> type, TranscriptFormat format, EventShape& shape);

/// Gives a chunk the times of its words, from the first that is known to the last.
void take_times_from_words(TranscriptChunk& chunk);

}  // namespace earshot::proto
