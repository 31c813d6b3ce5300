#pragma once

#include "earshot/app/semantic_tier.hpp"
#include "earshot/detect/batch_detector.hpp"

#include <cstddef>
#include <functional>
#include <memory>

namespace earshot::app {

/// For Settings::Semantic::encoder_queue where nothing is live: everything is judged in full, however long that takes.
inline constexpr std::size_t k_patient_encoder_queue = 1024 * 1024;

/// Told what a text was not judged by, on the thread that asks. May be empty: then nobody is told.
using OnMissed = std::function<void(const detect::NotEvaluated&)>;

/// Fits `list` and waits for it; then each text is judged at once, by what judges live ones. `tier`, and what
/// `on_missed` refers to, outlive what is returned.
detect::Judge make_prompt_judge(SemanticTier& tier, const std::shared_ptr<const detect::TrackerList>& list,
                                OnMissed on_missed = {});

}  // namespace earshot::app
