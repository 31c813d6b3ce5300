// Input: lines. Trackers first: `t` begins one, `v`, `x` and `p` give it a phrase, an exclusion or a pattern, `c` a
// cooldown in quarters of a second, `l` begins another list. Then what is said: `h0 words` a hypothesis of utterance 0,
// `f0 words` a final, `e0` its end, `s0` its end with the hypothesis as it stands, `+` the next list becomes active,
// `.` a quarter of a second passes, `u` the following is not told. Must hold: what tests/support/window_trial.hpp says,
// with the oracle beside the window.
#include "earshot/text/tokenizer.hpp"
#include "earshot/text/utf8.hpp"

#include "support/window_trial.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace earshot;
using support::WindowStep;

// The oracle is slow in all of these, and nothing new is seen beyond.
constexpr std::size_t k_max_bytes = 1500;
constexpr std::size_t k_max_steps = 40;
constexpr std::size_t k_max_trackers = 4;
constexpr std::size_t k_max_patterns = 4;

class Reader {
public:
    support::WindowTrial read(std::string_view input) {
        trial_.lists.emplace_back();
        trial_.role = "agent";
        while (!input.empty() && trial_.steps.size() < k_max_steps) {
            const std::size_t end = std::min(input.find('\n'), input.size());
            if (end > 0) read_line(input.substr(0, end));
            input.remove_prefix(std::min(end + 1, input.size()));
        }
        for (detect::TrackerListDefinition& list : trial_.lists) {
            std::erase_if(list.trackers, [](const detect::TrackerDefinition& tracker) {
                return tracker.vocabulary.empty() && tracker.patterns.empty();
            });
            for (detect::TrackerDefinition& tracker : list.trackers) tracker.id = "t" + std::to_string(++last_id_);
        }
        return std::move(trial_);
    }

private:
    void read_line(std::string_view line) {
        const std::string text(line.substr(1));
        switch (line[0]) {
            case 't':
                if (trial_.lists.back().trackers.size() == k_max_trackers) return;
                trial_.lists.back().trackers.emplace_back().name = "Tracker";
                return;
            case 'l':
                if (trial_.lists.size() == 1) trial_.lists.emplace_back();
                return;
            case '+':
                if (trial_.lists.size() == 1) return;
                add(WindowStep::Kind::change, 0, "");
                trial_.steps.back().slot = 1;
                trial_.steps.back().list = 1;
                return;
            case '.':
                now_ += 0.25;
                return;
            case 'u':
                is_told_ = false;
                return;
            default:
                break;
        }
        if (line.size() > 1 && line[1] >= '0' && line[1] <= '3' &&
            std::string_view("hfes").find(line[0]) != std::string_view::npos) {
            const std::string_view kinds = "hfes";
            add(static_cast<WindowStep::Kind>(kinds.find(line[0])), line[1] - '0', std::string(line.substr(2)));
        } else if (!trial_.lists.back().trackers.empty()) {
            define(trial_.lists.back().trackers.back(), line[0], text);
        }
    }

    void define(detect::TrackerDefinition& tracker, char kind, const std::string& text) {
        if (kind == 'v' && has_word(text)) tracker.vocabulary.push_back(text);
        if (kind == 'x' && has_word(text)) tracker.exclude_vocabulary.push_back(text);
        if (kind == 'c' && !text.empty()) tracker.cooldown_seconds = 0.25 * (static_cast<unsigned char>(text[0]) & 15);
        if (kind == 'p' && patterns_ < k_max_patterns && text.size() <= 64 && RE2(text, RE2::Quiet).ok()) {
            tracker.patterns.push_back(text);
            ++patterns_;
        }
    }

    bool has_word(const std::string& phrase) { return !tokenizer_.words_of(phrase).words.empty(); }

    void add(WindowStep::Kind kind, int utterance, std::string text) {
        trial_.steps.push_back({kind, utterance, std::move(text), now_, now_, is_told_});
    }

    text::Tokenizer tokenizer_;
    support::WindowTrial trial_;
    std::size_t patterns_ = 0;
    int last_id_ = 0;  // trackers of a conversation have one
    double now_ = 0;
    bool is_told_ = true;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (size > k_max_bytes || text::find_invalid_utf8(input)) return 0;
    const support::WindowTrial trial = Reader().read(input);
    if (trial.lists.front().trackers.empty() || trial.lists.back().trackers.empty()) return 0;
    const std::string problem = support::run_window_trial(trial);
    if (problem.empty()) return 0;
    std::fprintf(stderr, "%s\n%s", problem.c_str(), support::describe(trial).c_str());
    std::abort();
}
