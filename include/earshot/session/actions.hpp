#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/conversation_record.hpp"
#include "earshot/detect/tracker_list.hpp"
#include "earshot/proto/client_messages.hpp"
#include "earshot/session/news.hpp"
#include "earshot/session/tracker_job.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace earshot::session {

/// Names a socket for its whole life, in the whole process.
using SocketId = std::uint64_t;

/// Text to send, serialised once and shared by every socket that is sent it.
using Frame = std::shared_ptr<const std::string>;

/// What may happen to a frame when its client is slow.
enum class Importance : std::uint8_t {
    required,  ///< platform messages, messages, confirmed hits: never dropped
    passing,   ///< interim hits and captions: dropped for a client that is behind, and counted
};

/// What a socket that only listens wants to be told.
struct Subscription {
    /// Subscribers are told every chunk and every hit as soon as it is heard.
    proto::ListenerWishes wishes{.interim_results = true, .revisions = false, .explain = false, .transcript = true};
    std::optional<std::uint64_t> resume_from;  ///< sequence number: the final responses after it are told first
    bool of_account = false;                   ///< to all conversations of its account, and to nothing else of this
    std::vector<std::string> trackers{};       ///< with of_account: names and ids of those that are wanted; empty: all
};

// ---- What a conversation asks for
// ------------------------------------------------------------------------------------

/// To every socket of the conversation; which of the forms a socket gets is its own matter. A null form: nothing for
/// those who would get it.
struct Broadcast {
    Frame plain;    ///< for who listens as Symbl's clients do; for interim hits, only with interimResults
    Frame revised;  ///< for who wants revisions
    Importance importance = Importance::required;
    bool is_caption = false;  ///< a recognition_result: only for who wants transcripts
    bool is_interim = false;  ///< of an open utterance: only for who wants interim results
    Frame plain_explained{};  ///< the two forms for who wants explanations as well; null: there is nothing to explain
    Frame revised_explained{};

    /// The form for a socket with these wishes.
    const Frame& form(const proto::ListenerWishes& wishes) const noexcept {
        if (wishes.explain && wishes.revisions && revised_explained) return revised_explained;
        if (wishes.explain && !wishes.revisions && plain_explained) return plain_explained;
        return wishes.revisions ? revised : plain;
    }
};

/// To one socket.
struct Tell {
    SocketId socket = 0;
    Frame frame;
    bool is_open_hits = false;  ///< all that is open: what the socket missed before no longer matters
};

/// The socket's start or subscription succeeded: its start messages come before this, what waited behind the start may
/// follow.
struct Started {
    SocketId socket = 0;
};

/// The socket's participation is over; everything due was told before. It is then closed with 1000.
struct Ended {
    enum class Why : std::uint8_t {
        completed,  ///< by stop: the client is given a moment to close first
        failed,     ///< by an error that was told
        replaced,   ///< by a new socket of the same speaker
        paused,     ///< by a stop that keeps the socket: it stays open and may start again
        not_begun,  ///< of a subscriber: no publisher's start succeeded, so it waits for another conversation
    };
    SocketId socket = 0;
    Why why = Why::completed;
};

/// To be worked out (`work_out`) and answered by `compiled` with the same ticket.
struct Compile {
    std::uint64_t ticket = 0;
    TrackerJob job;
};

/// To be scored and answered by `scored` with the same ticket, in any order, late, or never.
struct Score {
    std::uint64_t ticket = 0;
    std::string text;  ///< of the utterance; verdicts count its words as text::Tokenizer does
    std::size_t settled_bytes = std::string::npos;  ///< of `text`: committed words, and with hypotheses the words that
                                                    ///< stayed the same over the last two; all of it, once ended
    bool is_open = false;  ///< the utterance goes on, and the answer is only assumed: it may be the cheap one
    std::vector<std::shared_ptr<const detect::TrackerList>>
        lists;                ///< by index; those without a tier to score are null
    bool is_patient = false;  ///< nobody listens live: it comes after all others, and is answered in full
};

/// To be made ready for the tiers that a scorer hears, and answered by `prepared` once it is, or never.
struct Prepare {
    std::shared_ptr<const detect::TrackerList> list;
};

/// To be added to what is kept of the conversation, whose account is not named yet. Those of a conversation are added
/// in their order.
struct Keep {
    std::shared_ptr<detect::ConversationChange> change;
};

/// To whoever watches all conversations of the account.
struct Notify {
    std::shared_ptr<const News> news;
};

/// Nobody is left and nothing is due: the conversation can be forgotten.
struct Finished {};

using ConversationAction =
    std::variant<Broadcast, Tell, Started, Ended, Compile, Prepare, Score, Keep, Notify, Finished>;

// ---- What a socket asks for
// ------------------------------------------------------------------------------------------

/// Join the conversation of the socket's connection id.
struct Join {
    std::unique_ptr<proto::StartRequest> request;
};

/// Listen to the conversation of the socket's connection id, now or as soon as there is one.
struct Subscribe {
    Subscription subscription;
};

/// Listen to all conversations of the account, those that go on among them.
struct Watch {};

/// Words for the conversation. The chunk is the codec's, and whoever keeps it beyond the next input copies it; or it is
/// `owned`, where it had to wait.
struct Speak {
    const proto::TranscriptChunk* chunk = nullptr;
    std::unique_ptr<const proto::TranscriptChunk> owned;
};

struct Modify {
    proto::ModifyRequest request;
};

/// The socket missed interim hits and can take some again: it is to be told what is open.
struct Refresh {};

/// The client asked to stop.
struct Stop {};

/// The socket is gone, or will be, without a stop.
struct Leave {};

/// Close the socket with this code (RFC 6455, 7.4) once the outbox is written; `now` if the client does not read it.
struct Close {
    std::uint16_t code = 1000;
    std::string reason;
    bool now = false;
};

using SocketAction = std::variant<Join, Speak, Modify, Stop, Leave, Close, Subscribe, Refresh, Watch>;

}  // namespace earshot::session
