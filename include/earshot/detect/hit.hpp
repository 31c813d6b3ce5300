#pragma once

#include "earshot/detect/tier.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::detect {

class TrackerList;

/// Seconds on a conversation's own axis. Not a number: unknown (a batch without times).
struct TimeSpan {
    double start;
    double end;
};

/// When one word of a chunk was said, as its recogniser tells it. Unknown times are not a number.
struct TimedWord {
    std::string word;
    double start = std::numeric_limits<double>::quiet_NaN();
    double end = std::numeric_limits<double>::quiet_NaN();
    double confidence = std::numeric_limits<double>::quiet_NaN();
};

/// One finished sentence of an utterance, or what is known of it while the utterance is open.
struct Message {
    std::string id;
    std::string text;
    TimeSpan time;
    std::vector<TimedWord> words;  ///< those that the recogniser timed
};

/// The part of a hit that lies in one message.
struct HitPart {
    std::string message_id;
    std::string text;         ///< of the whole message, as far as it is known
    std::uint32_t begin = 0;  ///< in UTF-16 code units of `text`
    std::uint32_t end = 0;
    std::uint64_t utterance = 0;  ///< number of the utterance, in the order of their ends for a speaker
    TimeSpan time{};
};

/// Why a hit was heard by meaning, for a person who writes trackers.
struct Explanation {
    std::string nearest;  ///< the phrase of the tracker that is nearest
    struct Part {
        std::string_view name;  ///< lives as long as the program
        double value;
    };
    std::vector<Part> parts;  ///< what the score is made of
    std::string runner_up;    ///< name of the tracker that came second; empty: there is none
    double runner_up_score = 0;
    std::string window;  ///< the words that were held against the trackers
};

/// One place where a tracker was heard.
struct Hit {
    std::string id;
    std::uint32_t slot = 0;  ///< of its list in ActiveLists
    std::shared_ptr<const TrackerList> list;
    std::uint32_t tracker = 0;  ///< index in the list
    std::uint32_t phrase = 0;   ///< index in its vocabulary, or in its patterns for Tier::pattern
    Tier tier = Tier::exact;
    double score = 1;
    std::uint64_t begin = 0;  ///< range of the speaker's words as byte positions in all that was said
    std::uint64_t end = 0;
    std::uint64_t known_end = 0;                     ///< position behind the last word that had to be known for it
    std::vector<HitPart> parts;                      ///< at least one, in the order of speaking
    std::shared_ptr<const Explanation> explanation;  ///< of a `semantic` hit; null: none was given

    /// The phrase or expression as configured.
    const std::string& value() const;
};

/// A step in a hit's life.
enum class HitState : std::uint8_t { created, updated, confirmed, retracted };

std::string_view state_name(HitState state) noexcept;

struct HitChange {
    HitState state;
    Hit hit;
};

}  // namespace earshot::detect
