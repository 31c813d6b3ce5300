#pragma once

#include "management/body_reader.hpp"
#include "query_document.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

// The parameters of asynchronous requests, and where in a body or a query they may stand.
namespace earshot::proto {

enum class Parameter : std::uint8_t {
    name,
    trackers,
    enable_all_trackers,
    language,
    tiers,
    threshold,
    phrase_gap,
    webhook_url,
    metadata,
    keeping,
    messages,
};
inline constexpr std::size_t k_parameters = 11;

/// How deep in a request a member stands.
enum class Level : std::uint8_t {
    top,       ///< in the request itself, or in a query
    config,    ///< in `config`
    switches,  ///< in `config.trackers`, which is an object then, or in `trackers`
};

std::optional<Parameter> find_parameter(std::string_view name, Level level) noexcept;

/// What a query may give: all that may stand on top, and `config`.
std::span<const QueryParameter> query_parameters() noexcept;

/// Calls `visit(Parameter, BodyValue)` for each parameter in `value`, in its order. What is no parameter is ignored.
template <typename Visit>
void for_each_parameter(const BodyValue& value, Visit& visit, Level level = Level::top) {
    value.for_each_member([&](std::string_view key, const BodyValue& member) {
        if (level == Level::top && key == "config") return for_each_parameter(member, visit, Level::config);
        if (level != Level::switches && key == "trackers" && member.is_object()) {
            return for_each_parameter(member, visit, Level::switches);
        }
        if (const auto parameter = find_parameter(key, level)) visit(*parameter, member);
    });
}

}  // namespace earshot::proto
