#pragma once

#include "earshot/app/settings.hpp"
#include "earshot/detect/tier.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace earshot::app {

enum class DetectFormat { jsonl, table };

/// What `earshot detect` is told.
struct DetectOptions {
    std::string trackers_file;
    std::optional<detect::TierSet> tiers;  ///< in place of what the trackers say
    std::optional<double> threshold;
    double min_score = -1;  ///< if at least 0: the threshold, whatever trackers say; with 0 the best of every tracker
    DetectFormat format = DetectFormat::jsonl;
    std::string language = "en-US";
    double phrase_gap_seconds = 10;
    Settings::Semantic semantic;  ///< the model of the tier `semantic`, if some tracker is heard in it
};

/// Matching without a server: reads JSON lines `{"id","text"}` or
/// `{"id","turns":[{"speaker","text","startTime","endTime"}]}` from `in`, writes a line a hit to `out` and problems to
/// `err`. Returns the exit code: 0 done, 1 a line could not be read (the others are still done), or `tiers` names
/// `semantic`, which cannot be had, 2 the trackers are unusable.
int detect(const DetectOptions& options, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace earshot::app
