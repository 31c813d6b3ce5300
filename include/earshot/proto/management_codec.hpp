#pragma once

#include "earshot/detect/tracker_record.hpp"
#include "earshot/match/pattern_set.hpp"
#include "earshot/proto/client_codec.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Bodies of the management API: what clients send becomes tracker definitions or a list of all that is wrong with them,
// and stored trackers become answers. Functions without state; any thread. Reading compiles patterns and looks for
// words in phrases: a body can take a compute thread some 2 s.
namespace earshot::proto {

/// One thing that is wrong with a body.
struct Finding {
    std::string path;     ///< JSON pointer into the body; where a member is missing, the place that it should have
    std::string message;  ///< one sentence for a person, such as `"vocabulary[3]" must be a string`
    friend bool operator==(const Finding&, const Finding&) = default;
};

/// A finding whose message names the place that `path` leads to and says what is wrong with it: `must be a string`.
Finding make_finding(std::string path, std::string_view problem);

/// All that is wrong with a body, in the order in which it stands there: at least one, at most k_most.
struct Findings {
    static constexpr std::size_t k_most = 100;

    std::vector<Finding> list;
    friend bool operator==(const Findings&, const Findings&) = default;
};

[[noreturn]] void throw_exception_from_error(const Findings& findings, const boost::source_location& where);

template <typename T>
using Checked = boost::system::result<T, Findings>;

/// What may stand in a phrase besides letters, digits and blanks.
enum class Punctuation : std::uint8_t {
    any,
    strict,  ///< `.`, `'` and `-` alone
};

/// What the trackers of a body have to keep to. Where the body is a document, `phrases` and `body_patterns` are those
/// of each of its trackers, and `tracker_bytes` holds too.
struct ManagementRules {
    MessageLimits limits;           ///< name_bytes, phrase_bytes; trackers, phrases and body_patterns of one body
    match::PatternLimits patterns;  ///< of one, and the cost of all of a body
    std::size_t tracker_bytes = 1024 * 1024;     ///< of all texts of a tracker, as changes of it may let it grow
    Punctuation punctuation = Punctuation::any;  ///< in phrases and exclusions
};

/// Which JSON a body of trackers may be.
enum class BodyShape : std::uint8_t {
    one,          ///< an object
    list,         ///< an array that is not empty
    one_or_list,  ///< either of them
    document,     ///< an array or `{"trackers": […]}`, perhaps empty
};

struct TrackersBody {
    std::vector<detect::TrackerDefinition> trackers;  ///< without ids: those are the store's to give
    bool is_list = false;                             ///< whether the client is answered with a list
    std::string list_path;  ///< where in the body the list is: the whole of it, or "/trackers"
};

/// Reads trackers to be stored. Members that are absent or null get their defaults, of which `languages` is
/// `["en-US"]`; unknown ones are ignored. Two trackers with one name are no finding: that is the store's to say.
Checked<TrackersBody> read_trackers(std::string_view body, BodyShape shape, const ManagementRules& rules);

/// Reads what a tracker is to be replaced by, an object. A member `id` that is not `id` is a finding.
Checked<detect::TrackerDefinition> read_replacement(std::string_view body, std::string_view id,
                                                    const ManagementRules& rules);

/// Operations that change a tracker: `[{"op": "add" | "replace" | "remove", "path": "/vocabulary", "value": …}, …]`.
/// Immutable; any thread, also several at once.
class TrackerPatch {
public:
    /// Reads the operations and checks all that does not depend on the tracker, patterns included.
    static Checked<TrackerPatch> read(std::string_view body, const ManagementRules& rules);
    TrackerPatch(TrackerPatch&&) noexcept;
    TrackerPatch& operator=(TrackerPatch&&) noexcept;
    ~TrackerPatch();

    /// `tracker` after all operations in their order. Findings: an entry that is added to a list that has it (`path`
    /// names the value), one removed that is not there, a tracker that would be without phrase and pattern or over the
    /// rules (`path` is empty). Linear in the sizes of tracker and operations.
    Checked<detect::TrackerDefinition> apply(detect::TrackerDefinition tracker) const;

private:
    class Impl;
    explicit TrackerPatch(std::unique_ptr<const Impl> impl);
    std::unique_ptr<const Impl> impl_;
};

/// `{"tracker": …}`. Of a tracker's settings `patterns`, `speakers`, `threshold`, `tiers` and `cooldownSeconds` are
/// shown where they are set, all else always.
std::string tracker_answer(const detect::TrackerRecord& record);

/// `{"trackers": […]}`
std::string trackers_answer(std::span<const detect::TrackerRecord> records);

/// `{"id": …, "type": "tracker", "deleted": true}`
std::string deleted_answer(std::string_view id);

/// `{"message": …, "errors": [{"path": …, "message": …}, …]}`; the message is that of the first.
std::string findings_answer(const Findings& findings);

/// `{"message": …, "statusCode": …}`
std::string status_answer(std::string_view message, unsigned status);

}  // namespace earshot::proto
