#pragma once

#include "earshot/base/time.hpp"

#include "script.hpp"
#include "telemetry.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace earshot::load {

/// Which chunk of a conversation each caption is of, for all of its listeners: the first who is told one reads it, the
/// others are told the same bytes.
class CaptionBoard {
public:
    /// `script`, whose time 0 is `speak`, and `telemetry` outlive the board. `listeners`: who should be told.
    CaptionBoard(const Script& script, base::MonotonicTime speak, std::size_t listeners, Telemetry& telemetry)
        : script_(script), speak_(speak), listeners_(listeners), telemetry_(telemetry) {}

    /// A listener was told a caption, having been told those of all lines before `next`, or never to be told them.
    /// Returns the line that it is of; none if nobody said that.
    std::optional<std::size_t> take(std::string_view frame, std::size_t next, base::MonotonicTime now);

    /// Finals among the lines from `begin` to before `end`: they are kept from nobody, however slow.
    std::uint64_t finals(std::size_t begin, std::size_t end) const noexcept;

    /// Lines that some listeners were told and others were not.
    std::uint64_t incomplete() const noexcept;

    static bool is_caption(std::string_view frame) noexcept;

private:
    struct Line {
        std::uint64_t digest = 0;
        std::size_t told = 0;
    };

    std::optional<std::size_t> find(std::string_view frame, std::uint64_t digest, std::size_t next);

    const Script& script_;
    const base::MonotonicTime speak_;
    const std::size_t listeners_;
    Telemetry& telemetry_;
    std::vector<Line> lines_;
};

}  // namespace earshot::load
