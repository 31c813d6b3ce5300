#pragma once

#include "earshot/detect/speaker_window.hpp"
#include "earshot/session/actions.hpp"

#include <functional>
#include <vector>

namespace earshot::net {

/// Scores ended utterances for the tiers that are not literal. Outlives the server.
class Scorer {
public:
    using Answer = std::function<void(std::vector<detect::Verdict>)>;

    virtual ~Scorer() = default;

    /// Called on any I/O thread, several at once; must not block. `answer` may be called on any thread, late, or never,
    /// but at most once.
    virtual void score(session::Score request, Answer answer) = 0;
};

}  // namespace earshot::net
