#pragma once

#include "earshot/semantic/text_encoder.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

namespace earshot::semantic {

/// Windows of live talk to vectors of meaning, through a queue in front of a fast model: gathered from all who ask.
class WindowEncoder {
public:
    /// The text's vector, of length 1; empty: it was refused or given up. Called once, on any thread, which it must not
    /// hold up.
    using Answer = std::function<void(std::span<const float> vector)>;

    virtual ~WindowEncoder() = default;

    virtual const ModelCard& card() const noexcept = 0;

    /// Asks for a text's vector. Any thread; never blocks. `answer` may be called before this returns.
    virtual void submit(std::string_view text, Answer answer) = 0;

    /// How much of the queue is in use, 0 to 1. Any thread.
    virtual double load() const noexcept = 0;
};

}  // namespace earshot::semantic
