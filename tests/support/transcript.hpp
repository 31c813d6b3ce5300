#pragma once

#include "earshot/base/time.hpp"
#include "earshot/session/actions.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace earshot::support {

// A transcript is a protocol conversation that people read and machines replay, a line a step:
//
//     # name: what it shows                    header; further keys are options of the server, see TranscriptHeader
//     > {"type":"start_request"}               the client sends a text frame
//     < {"type":"message",...}                 the server sends one; compared by bytes
//     @ +250ms                                 time passes (ms or s)
//     ! close 1000                             the server closes
//     ! lose                                   the client's socket breaks; other words: see README.md beside them
//
// Several sockets have names behind the first sign: `>b {...}`, `<b {...}`, `!b connect other`. A socket is connected
// by its first line, to the connection id "call" if nothing else is said; `!b subscribe call resumeFrom=3 revisions`
// connects one that only listens. In what the client sends, `~fill:N~` stands
// for N letters x and `~byte:FF~` for one byte. In what the server sends, a value in quotes that begins with `~` is
// matched by its kind: "~uuid", "~digits" and "~iso" a string, "~int" and "~number" a number, "~text" any string; with
// a name
// ("~uuid:1") it is the same value wherever the name stands, and another one under another name.

/// One line.
struct TranscriptLine {
    enum class Kind { comment, client, server, time, event };
    Kind kind = Kind::comment;
    std::string socket;  ///< its name; empty for the only one
    std::string text;    ///< what follows the sign
    int number = 0;      ///< of the line in its file
};

/// What stands in front of the steps: `# key: value`.
struct TranscriptHeader {
    std::string name;
    std::map<std::string, std::string> options;  ///< all keys but `name`
    /// True for transcripts that steer what a real server's client cannot: limits, compilation, slow clients.
    bool is_for_core_only() const { return options.contains("core"); }
};

struct Transcript {
    TranscriptHeader header;
    std::vector<TranscriptLine> lines;
};

/// What a transcript is played against: the machines, or a server over sockets.
class TranscriptDriver {
public:
    virtual ~TranscriptDriver() = default;
    virtual void connect(const std::string& socket, const std::string& connection_id) = 0;
    virtual void subscribe(const std::string& socket, const std::string& connection_id,
                           const session::Subscription& subscription) = 0;
    virtual void send_text(const std::string& socket, const std::string& text) = 0;
    virtual void send_binary(const std::string& socket, std::size_t bytes) = 0;
    /// An event of the client or of the server's surroundings, as written behind `!`. False: not known to this driver.
    virtual bool cause(const std::string& socket, const std::string& event) = 0;
    virtual void pass(base::Duration time) = 0;
    /// The next text frame of the server. The machines have none or answer at once; a real server is waited for.
    virtual std::optional<std::string> next_frame(const std::string& socket) = 0;
    /// "close 1000" or the like, once.
    virtual std::optional<std::string> next_event(const std::string& socket) = 0;
    /// True if frames and events that nobody took can be told for certain at any moment (the machines).
    virtual bool knows_what_is_left() const = 0;
};

/// Reads a transcript; throws std::runtime_error with the line that is wrong.
Transcript parse_transcript(const std::string& text);

/// All transcripts of a folder, by name of their files.
std::map<std::string, Transcript> read_transcripts(const std::string& folder);

/// Plays it. Returns the first disagreement, with its line; empty if there is none.
std::string play(const Transcript& transcript, TranscriptDriver& driver);

/// Plays only the client's part and writes the transcript anew with what the server says.
std::string bless(const Transcript& transcript, TranscriptDriver& driver);

/// The machines of the core, with the limits that the header asks for.
std::unique_ptr<TranscriptDriver> make_core_driver(const TranscriptHeader& header);

}  // namespace earshot::support
