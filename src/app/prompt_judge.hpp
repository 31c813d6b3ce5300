#pragma once

#include "earshot/app/semantic_tier.hpp"
#include "earshot/detect/batch_detector.hpp"

#include <memory>

namespace earshot::app {

/// Fits `list` and waits for it; then each text is judged at once, by what judges live ones. `tier` outlives what is
/// returned.
detect::Judge make_prompt_judge(SemanticTier& tier, const std::shared_ptr<const detect::TrackerList>& list);

}  // namespace earshot::app
