#pragma once

#include <cstdint>
#include <string_view>

namespace earshot::load {

/// What of a conversation one client was told for good, as a number: clients that were told the same final responses
/// have equal ones. Frames are not parsed, so that a thousand listeners cost little: it relies on how this server
/// writes them, with the type and `isFinal` in front and `sequenceNumber` at the end.
class FinalsTold {
public:
    void take(std::string_view frame) noexcept;

    std::uint64_t count() const noexcept { return count_; }

    /// Responses whose number was not above the one before.
    std::uint64_t out_of_order() const noexcept { return out_of_order_; }

    /// Whether both were told the same responses, each once.
    bool agrees_with(const FinalsTold& other) const noexcept {
        return count_ == other.count_ && digest_ == other.digest_;
    }

private:
    std::uint64_t count_ = 0;
    std::uint64_t digest_ = 0;
    std::uint64_t last_sequence_ = 0;
    std::uint64_t out_of_order_ = 0;
};

}  // namespace earshot::load
