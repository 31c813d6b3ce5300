#pragma once

#include "earshot/detect/speaker_window.hpp"
#include "earshot/session/actions.hpp"

#include <functional>
#include <memory>

namespace earshot::net {

/// Scores utterances for the tiers that are not immediate. Outlives the server.
class Scorer {
public:
    using Answer = std::function<void(detect::Opinion)>;

    virtual ~Scorer() = default;

    /// Called on any I/O thread, several at once; must not block. `answer` may be called on any thread, late, or never,
    /// but at most once.
    virtual void score(session::Score request, Answer answer) = 0;

    /// Makes a list ready to be scored. Called on any I/O thread; must not block. `ready` may be called on any thread,
    /// also before this returns, or never, but at most once. Utterances may be scored before it is.
    virtual void prepare(const std::shared_ptr<const detect::TrackerList>& list, std::function<void()> ready) = 0;

    /// Whether `ready` would be called at once. Any thread.
    virtual bool is_ready(const detect::TrackerList& list) const = 0;
};

}  // namespace earshot::net
