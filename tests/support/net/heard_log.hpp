#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace boost::json {
class object;
}

namespace earshot::testing {

/// All that one client was told of a conversation, over all of its sockets. Holds every frame to the contract: sequence
/// numbers rise, no hit is told twice or after its end, and what was open before a loss is open after it or gone. A
/// breach is a std::runtime_error.
class HeardLog {
public:
    /// A caption: text and isFinal.
    using Caption = std::pair<std::string, bool>;

    explicit HeardLog(bool revisions) : revisions_(revisions) {}

    bool follows_revisions() const noexcept { return revisions_; }

    /// What is no longer kept of what a client asked for: all between the number it asked with and the first one kept.
    struct Gap {
        std::uint64_t after;
        std::uint64_t first_kept;
    };

    /// The client comes on a new socket, and asks for what it missed after a number, or not.
    void begin_socket(std::optional<std::uint64_t> resume_from);

    /// Takes a frame; returns its kind ("message/<type of it>" for platform messages, the type for others).
    std::string take(const std::string& frame);

    std::uint64_t last_sequence() const noexcept { return last_sequence_; }
    std::uint64_t first_sequence() const noexcept { return first_sequence_; }

    /// Final responses by sequence number, in the form of those who do not follow revisions.
    const std::map<std::uint64_t, std::string>& finals() const noexcept { return finals_; }

    const std::vector<Gap>& gaps() const noexcept { return gaps_; }

    /// Captions by speaker (user id, without one the name), in their order.
    const std::map<std::string, std::vector<Caption>>& captions() const noexcept { return captions_; }

    /// Hits neither confirmed nor taken back.
    const std::set<std::string>& open_hits() const noexcept { return open_; }

    /// Hits that were told before their utterances ended.
    std::size_t early_hits() const noexcept { return early_.size(); }

    /// Of the last recognition_started.
    std::optional<std::int64_t> last_seq() const noexcept { return last_seq_; }

    /// The answers to changes: request ids, in their order. One that begins with "wrong" must be an error, others none.
    const std::vector<std::string>& changes() const noexcept { return changes_; }

private:
    void take_platform(const boost::json::object& message, const std::string& type);
    void take_error(const boost::json::object& message);
    void take_hits(const boost::json::object& frame);
    void take_plain(const std::string& id, bool is_final);
    void take_revised(const std::string& id, const std::string& state, bool is_final);

    bool revisions_;
    std::optional<std::uint64_t> resumes_from_;
    std::vector<Gap> gaps_;
    bool expects_open_ = false;  // the next open response says what is open, whatever was before
    std::uint64_t first_sequence_ = 0;
    std::uint64_t last_sequence_ = 0;
    std::map<std::uint64_t, std::string> finals_;
    std::map<std::string, std::vector<Caption>> captions_;
    std::set<std::string> early_;
    std::set<std::string> open_;
    std::set<std::string> over_;
    std::optional<std::int64_t> last_seq_;
    std::vector<std::string> changes_;
};

}  // namespace earshot::testing
