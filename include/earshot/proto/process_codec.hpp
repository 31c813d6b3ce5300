#pragma once

#include "earshot/base/time.hpp"
#include "earshot/detect/conversation_record.hpp"
#include "earshot/proto/client_messages.hpp"
#include "earshot/proto/management_codec.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Requests of the asynchronous API: what a client wants heard after the call. Functions without state; any thread.
namespace earshot::proto {

/// What a request may hold.
struct ProcessRules {
    MessageLimits limits;                       ///< of trackers and names, as in a start message
    std::size_t text_bytes = 16 * 1024 * 1024;  ///< of one message; what hears it cuts it into utterances
    std::size_t messages = 100'000;
    std::size_t url_bytes = 8 * 1024;
    std::size_t metadata_bytes = 64 * 1024;
    double phrase_gap_seconds = 10;  ///< where a request says nothing of it
    bool takes_none = true;          ///< `config.store` may be "none"
    /// What is wrong with a webhook's URL, as `must be …`; none, or no function: nothing.
    std::function<std::optional<std::string>(std::string_view url)> url_problem = {};
};

/// What every kind of asynchronous request may say, from its query and its body.
struct ProcessOptions {
    std::string name;  ///< of the conversation; empty: none is given
    GivenTrackers trackers;
    bool enable_all_trackers = false;
    detect::ListSettings settings;  ///< `languageCode`, and `config.trackers` as in a start message
    std::string webhook_url;
    std::string metadata;                    ///< a JSON object as text; empty: none
    std::optional<detect::Keeping> keeping;  ///< `config.store`
    friend bool operator==(const ProcessOptions&, const ProcessOptions&) = default;
};

/// One element of `messages`: what one speaker says in one go.
struct SaidMessage {
    std::string text;
    std::optional<Speaker> from;  ///< none: nobody is named
    std::optional<detect::WallSpan> time;
    bool is_from_begin = false;  ///< `time` counts from the conversation's begin, as if that were 1970: to be added
    friend bool operator==(const SaidMessage&, const SaidMessage&) = default;
};

struct TextRequest {
    ProcessOptions options;
    std::vector<SaidMessage> messages;
    friend bool operator==(const TextRequest&, const TextRequest&) = default;
};

/// Reads the query's parameters, then the body's members; where both give one, the body's counts. `query`: as sent,
/// without the question mark; `body` may be empty where a query says all but the messages of a text. Loose forms are
/// taken as they come: booleans as "true", "True", "1", numbers as texts, JSON or `[a,b]` in a query value, a repeated
/// key for a list; a parameter without a value is absent. Unknown parameters are ignored. Findings name the member, for
/// a query's parameter as "/name".
Checked<TextRequest> read_text_request(std::string_view query, std::string_view body, const ProcessRules& rules);

/// The same for what has no messages in it: media, whose body is not JSON (then `body` is empty) or names a link.
Checked<ProcessOptions> read_process_options(std::string_view query, std::string_view body, const ProcessRules& rules);

/// A request as a job keeps it: no line break is in a query.
struct KeptRequest {
    std::string query;
    std::string body;
    friend bool operator==(const KeptRequest&, const KeptRequest&) = default;
};
std::string write_kept_request(std::string_view query, std::string_view body);
KeptRequest read_kept_request(std::string_view text);

/// `{"conversationId": …, "jobId": …}`
std::string accepted_answer(std::string_view conversation, std::string_view job);

}  // namespace earshot::proto
