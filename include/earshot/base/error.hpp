#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::base {

/// Why something was refused. Each has a stable word (`code_word`) that clients see; append only.
enum class Errc : std::uint8_t {
    invalid_json,          ///< the bytes are no JSON document
    invalid_utf8,          ///< the bytes are no UTF-8
    invalid_value,         ///< a member has a value that is not allowed
    missing_member,        ///< a required member is absent
    wrong_type,            ///< a member has another JSON type than the contract gives
    lone_surrogate,        ///< a JSON string holds half of a surrogate pair
    too_large,             ///< a value is over its limit
    too_many,              ///< a list is over its limit
    unknown_type,          ///< a message's `type` is none that is known
    not_started,           ///< a message came before `start_request`
    no_recognizer,         ///< audio came and no recogniser is set up
    frame_too_large,       ///< a frame is over the limit of its kind and was skipped
    phrase_without_word,   ///< a phrase holds no word
    invalid_pattern,       ///< a pattern does not compile or needs more memory than allowed
    unsupported,           ///< a valid request for something that this server does not do
    queue_full,            ///< too much is waiting in front of the message
    slow_client,           ///< the client does not read what it is sent
    draining,              ///< the server is shutting down
    conversation_busy,     ///< the conversation takes no further publisher
    unknown_tracker,       ///< an id or name that is none of the session's trackers, nor a stored one's
    resume_gap,            ///< what a client wants to hear again is no longer kept as a whole
    name_taken,            ///< a stored tracker of the account has that name
    store_away,            ///< the database cannot be reached at the moment
    unauthorized,          ///< the token is missing, malformed or expired
    io_failed,             ///< a file or socket could not be read or written
    internal,              ///< a defect of the server
    unknown_conversation,  ///< an id that is no conversation's of the account
    unknown_member,        ///< an id that is no member's of the conversation
    unknown_job,           ///< an id that is no job's of the account
};

/// The stable word of `code`, such as "invalid_json". Lives as long as the program.
std::string_view code_word(Errc code) noexcept;

/// Whether the same may succeed a moment later, without anybody's doing: the store is away, or too much waits.
constexpr bool may_pass(Errc code) noexcept {
    return code == Errc::store_away || code == Errc::queue_full;
}

/// All codes, for tests and documentation.
const std::vector<Errc>& all_error_codes();

/// One refusal, told where the input is wrong.
struct Error {
    Errc code = Errc::internal;
    std::string message;  ///< one sentence for a person, starting with the path's member where there is one
    std::string path;     ///< JSON pointer (RFC 6901) into what was sent; empty for the whole
    std::string details;  ///< further text, may be empty

    friend bool operator==(const Error&, const Error&) = default;
};

/// Makes `boost::system::result` usable with Error: `value()` on a failure throws std::runtime_error.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <typename T>
using Result = boost::system::result<T, Error>;

}  // namespace earshot::base
