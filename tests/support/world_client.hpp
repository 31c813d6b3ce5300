#pragma once

#include "earshot/proto/client_messages.hpp"

#include <simdjson.h>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::support {

/// What tells hits apart, as far as they can be compared with an oracle's.
struct HeardHit {
    std::string speaker;  ///< its userId
    std::string tracker;  ///< its id
    std::string value;
    std::string tier;
    std::string spans;  ///< its place in each message, "4-9 0-3"
    std::string said;   ///< without white space, which may lie between messages
    friend auto operator<=>(const HeardHit&, const HeardHit&) = default;
};

std::string to_string(const HeardHit& hit);
std::string without_white_space(std::string_view text);

/// A final response: its number, and its text without what only some are told.
using FinalResponse = std::pair<std::uint64_t, std::string>;

/// What of a client's frames concerns the course of the session.
struct WorldEvent {
    enum class Kind : std::uint8_t { begun, modified, refused, gap, completed, stopped };
    Kind kind = Kind::begun;
    std::string request_id;
    std::string code;
    std::uint64_t first_kept = 0;
};

/// A client that knows nothing but what it is told, and keeps it over its sockets: by docs/protocol.md, "Revisions" and
/// "Losing and coming back". It complains about what is against the contract.
class WorldClient {
public:
    WorldClient() = default;
    explicit WorldClient(const proto::ListenerWishes& wishes) : wishes_(wishes) {}

    /// A new socket.
    void connect(const proto::ListenerWishes& wishes, std::optional<std::uint64_t> resume_from);

    /// Takes in what came; `last_finals` are those of these frames.
    std::vector<WorldEvent> read(const std::vector<std::string>& frames);

    /// Open hits by hitId. Right only for who follows revisions. What is said at a place may change without a word.
    const std::map<std::string, HeardHit>& open() const { return open_; }
    const proto::ListenerWishes& wishes() const { return wishes_; }
    const std::vector<FinalResponse>& last_finals() const { return last_finals_; }
    const std::map<std::uint64_t, std::string>& finals() const { return finals_; }
    std::uint64_t last_sequence() const { return last_sequence_; }
    std::size_t captions() const { return captions_; }
    std::size_t interim_hits() const { return interim_hits_; }
    bool is_live() const { return is_live_; }
    void leave() { is_live_ = false; }

    /// The first complaint; empty if there is none.
    const std::string& problem() const { return problem_; }

private:
    using element = simdjson::dom::element;

    void read_platform(element message, const std::string& frame, std::vector<WorldEvent>& events);
    void read_data(element root, const std::string& frame);
    void read_final(element root, std::uint64_t sequence, const std::string& frame);
    void read_interim(element root);
    void apply(const std::string& id, const std::string& state, const HeardHit& hit);
    void complain(const std::string& problem);

    struct Told {
        HeardHit hit;
        std::string state;
    };
    std::map<std::string, Told> hits_in(element root);

    proto::ListenerWishes wishes_;
    std::optional<std::uint64_t> resume_from_;
    bool awaits_open_ = false;  // the answer to a resumption with revisions
    bool is_live_ = false;
    std::uint64_t last_sequence_ = 0;    // of all sockets
    std::uint64_t socket_sequence_ = 0;  // of this one
    std::size_t captions_ = 0;
    std::size_t interim_hits_ = 0;
    std::map<std::string, HeardHit> open_;
    std::set<std::string> interim_;    // told as interim hits, in any way
    std::set<std::string> confirmed_;  // hitIds
    std::set<std::string> retracted_;
    std::map<std::uint64_t, std::string> finals_;
    std::vector<FinalResponse> last_finals_;
    std::string problem_;
};

/// The confirmed hits in final responses.
std::vector<HeardHit> confirmed_in(const std::map<std::uint64_t, std::string>& finals);

}  // namespace earshot::support
