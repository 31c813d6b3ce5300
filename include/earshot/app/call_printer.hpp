#pragma once

#include "earshot/app/call_journal.hpp"

#include <map>
#include <string>
#include <string_view>

namespace earshot::app {

enum class Colours { off, on };

/// Shows a call as text, line by line: captions, what becomes of hits, a summary. Every function returns whole lines.
/// What comes from outside is stripped of control characters, so that no transcript can drive a terminal.
class CallPrinter {
public:
    explicit CallPrinter(Colours colours) : colours_(colours) {}

    /// What was said, with when and by whom. Hypotheses give nothing: only words that stay are shown.
    std::string caption(const proto::TranscriptChunk& chunk);

    /// A hit that was heard, changed, was taken back or is confirmed. A change that a reader would not see (the message
    /// around the hit has grown) gives nothing.
    std::string news(const HitNews& news);

    std::string summary(const CallSummary& summary) const;

private:
    bool is_visible(const HitNews& news, const std::string& how);
    std::string painted(std::string_view text, std::string_view colour) const;
    std::string_view colour_of(const std::string& speaker);

    Colours colours_;
    std::map<std::string, std::string_view> speaker_colours_;
    std::map<std::string, std::string> open_hits_;  ///< by id: as last shown
};

/// The value at `share` (0..1) of `values` by nearest rank; `values` must not be empty.
base::Duration quantile(std::vector<base::Duration> values, double share);
double quantile(std::vector<double> values, double share);

/// The summary's figures as one JSON object in one line, for programs that go through many calls.
std::string summary_json(const CallSummary& summary);

}  // namespace earshot::app
