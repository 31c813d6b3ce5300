#pragma once

#include "earshot/base/time.hpp"
#include "earshot/detect/hit.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What is kept of a conversation, live or sent afterwards, as values: whoever hears writes them, a store keeps them,
// the REST API reads them.
namespace earshot::detect {

/// How much of a conversation is kept (`config.store`).
enum class Keeping : std::uint8_t {
    full,
    hits,  ///< who took part and what was heard, but no word of what was said
    none,  ///< nothing
};

std::string_view keeping_name(Keeping keeping) noexcept;
std::optional<Keeping> find_keeping(std::string_view name) noexcept;

/// How a conversation came in.
enum class ConversationSource : std::uint8_t { stream, text, audio, video };

std::string_view source_name(ConversationSource source) noexcept;
std::optional<ConversationSource> find_source(std::string_view name) noexcept;

/// From when to when something was said.
struct WallSpan {
    base::WallTime start;
    base::WallTime end;
    friend bool operator==(const WallSpan&, const WallSpan&) = default;
};

/// Who takes part. All but the id may be empty.
struct MemberRecord {
    std::string id;  ///< the server's own
    std::string name;
    std::string user_id;  ///< as the client gave it, usually an e-mail address
    std::string role;
    friend bool operator==(const MemberRecord&, const MemberRecord&) = default;
};

/// One finished sentence.
struct MessageRecord {
    std::string id;
    std::string member;            ///< id of who said it
    std::uint64_t utterance = 0;   ///< of that member, in the order of their ends, from 1
    std::string text;              ///< empty where no word is kept
    std::optional<WallSpan> time;  ///< none: nobody said when
    std::vector<TimedWord> words;  ///< those that a recogniser timed; seconds from the conversation's begin
};

/// The part of a hit that lies in one message.
struct HitPartRecord {
    std::string message;      ///< id
    std::uint32_t begin = 0;  ///< in UTF-16 code units of the message's text
    std::uint32_t end = 0;
    std::optional<WallSpan> time;
    friend bool operator==(const HitPartRecord&, const HitPartRecord&) = default;
};

/// One confirmed hit.
struct HitRecord {
    std::string id;
    std::string tracker;       ///< id
    std::string tracker_name;  ///< as it was then
    std::string value;         ///< the phrase or expression
    Tier tier = Tier::exact;
    double score = 1;
    std::string member;                ///< id of who said it
    std::vector<HitPartRecord> parts;  ///< at least one, in the order of speaking
    friend bool operator==(const HitRecord&, const HitRecord&) = default;
};

/// How a conversation begins to be kept.
struct ConversationBegin {
    std::string name;  ///< empty: it is named by its id
    ConversationSource source = ConversationSource::stream;
    Keeping keeping = Keeping::full;
    base::WallTime started;
    base::WallTime kept_since{};  ///< retention counts from then at the earliest: a call may be older than that
    std::string metadata = {};    ///< a JSON object as text; empty: none
};

/// What is to be added to what is kept of a conversation. Whoever adds the same change twice has added it once:
/// members, messages and hits are known by their ids.
struct ConversationChange {
    std::string account;
    std::string conversation;                ///< id
    std::optional<ConversationBegin> begin;  ///< the first change of a conversation has one
    std::vector<MemberRecord> members;       ///< new ones, and known ones of whom more is known
    std::vector<MessageRecord> messages;     ///< in the order in which they are to be shown
    std::vector<HitRecord> hits;             ///< in the order in which they became known
    std::optional<base::WallTime> ended;     ///< it was over then

    /// Bytes that it takes, roughly.
    std::size_t bytes() const noexcept;
};

// ---- What is read of it

/// What is known of a conversation that is kept.
struct ConversationRecord {
    std::string id;
    std::string name;  ///< its id, where nobody named it
    ConversationSource source = ConversationSource::stream;
    Keeping keeping = Keeping::full;
    std::string metadata;  ///< a JSON object as text; empty: none
    base::WallTime started;
    base::WallTime ended;  ///< when it was over; while it is not: the end of its last message, or its begin
    bool is_over = false;
    std::vector<MemberRecord> members;  ///< in the order in which they came
};

/// A hit with the texts of the messages it lies in.
struct KeptHit {
    HitRecord hit;
    std::vector<std::string> texts;  ///< of each part's message; empty where no word is kept
};

/// What a member said, in numbers.
struct MemberFigures {
    std::string member;  ///< id
    std::uint64_t messages = 0;
    std::uint64_t words = 0;  ///< counted by white space
    double talk_seconds = 0;  ///< of messages that have times
};

}  // namespace earshot::detect
