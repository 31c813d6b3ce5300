#pragma once

#include "earshot/detect/speaker_window.hpp"
#include "earshot/semantic/fitted_list.hpp"
#include "earshot/semantic/phrase_groups.hpp"
#include "earshot/semantic/static_table.hpp"
#include "earshot/semantic/windows.hpp"
#include "earshot/semantic/word_pieces.hpp"
#include "earshot/text/tokenizer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace earshot::semantic {

/// One list of a conversation, as far as it is fitted.
struct HeardList {
    std::uint32_t slot = 0;  ///< in ActiveLists; told with each verdict
    std::shared_ptr<const FittedList> fitted;
    std::shared_ptr<const ListMeaning> meaning;  ///< with groups equal to the fitted ones
};

/// How far below a tracker's threshold the static stage may see a window that the model is still asked about, in raw
/// score of the static stage. Measured (see the gate's table in README.md): keeps 99 of 100 of what the model would
/// hear in any window.
inline constexpr double k_gate_margin = 2.5;

/// What is told of the trackers.
enum class Telling : std::uint8_t {
    heard,       ///< each (tracker, window) at or over the tracker's threshold; of a tracker the best two dozen
    best_score,  ///< each tracker once, at its best window, whatever the score; the model is asked about every window
};

struct ScorerSettings {
    double gate_margin = k_gate_margin;
    Telling telling = Telling::heard;
};

/// A window about which the model is to be asked.
struct AskedWindow {
    Window window;
    std::string_view text;  ///< plain text; lives until the scorer's next `begin`
    float gate = 0;  ///< greatest static raw score above a threshold, at least -gate_margin: under load the least
                     ///< ones are left out first
};

/// A tracker heard in a window, and why.
struct HeardWindow {
    struct RunnerUp {
        std::uint32_t tracker = 0;
        double score = 0;
    };

    detect::Verdict verdict;  ///< its span: the words that carry the score
    Window window;
    Stage stage = Stage::full;          ///< by which it was judged
    double nearest_cosine = 0;          ///< of the verdict's phrase and the window, by the vector of that stage
    std::optional<double> model;        ///< the parts of the raw score: the model's head ...
    double static_table = 0;            ///< ... and the static head, of which the full stage takes k_static_share
    double shift = 0;                   ///< taken off the raw score
    std::optional<RunnerUp> runner_up;  ///< the next tracker of the list in this window
};

/// Holds one utterance against all lists of its conversation. First every window by the static table; then those over
/// the gate are asked about, and their vectors come in any order, singly or in batches, or never; then it tells what
/// was heard. Of each window each list is judged by itself, so no answer depends on other lists, other windows or the
/// order of vectors. A window over the gate without a vector is judged by the static stage, whose scores have their own
/// calibration.
///
/// One thread at a time. Reused for the next utterance it keeps its memory.
class UtteranceScorer {
public:
    /// Both outlive the scorer. `pieces` is the vocabulary that `table` was made with.
    UtteranceScorer(const WordPieces& pieces, const StaticTable& table, const ScorerSettings& settings = {});
    ~UtteranceScorer();
    UtteranceScorer(UtteranceScorer&&) noexcept;
    UtteranceScorer& operator=(UtteranceScorer&&) noexcept;

    /// Takes an utterance's words (of its whole text, or of what is known of it) and works out the static stage. About
    /// 5 us a window with 60 trackers. The lists are kept until the next `begin`.
    void begin(const text::WordList& words, std::span<const HeardList> lists);

    /// The windows over the gate of some list that has the full stage, by their ends.
    std::span<const AskedWindow> asked() const noexcept;

    /// The model's vector for asked()[index], of unit length. A second one for the same window changes nothing.
    void give(std::size_t index, std::span<const float> vector);

    /// Asked windows without a vector so far.
    std::size_t not_evaluated() const noexcept;

    /// What was heard, by list, tracker and window.
    std::vector<HeardWindow> tell() const;

    /// Windows that were held against trackers: for the shares of the stages.
    std::size_t windows() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::semantic
