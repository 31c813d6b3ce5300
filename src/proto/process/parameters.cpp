#include "process/parameters.hpp"

#include <algorithm>
#include <array>

namespace earshot::proto {
namespace {

struct KnownParameter {
    QueryParameter in_query;
    Parameter parameter;
    bool is_in_config;
    bool is_switch;
};

constexpr std::array k_known{
    KnownParameter{{"name", QueryForm::text}, Parameter::name, false, false},
    KnownParameter{{"trackers", QueryForm::objects}, Parameter::trackers, true, false},
    KnownParameter{{"enableAllTrackers", QueryForm::text}, Parameter::enable_all_trackers, true, true},
    KnownParameter{{"enableAllTracker", QueryForm::text}, Parameter::enable_all_trackers, true, true},
    KnownParameter{{"languageCode", QueryForm::text}, Parameter::language, true, false},
    KnownParameter{{"tiers", QueryForm::texts}, Parameter::tiers, false, true},
    KnownParameter{{"threshold", QueryForm::text}, Parameter::threshold, false, true},
    KnownParameter{{"phraseGapSeconds", QueryForm::text}, Parameter::phrase_gap, false, true},
    KnownParameter{{"webhookUrl", QueryForm::text}, Parameter::webhook_url, true, false},
    KnownParameter{{"metadata", QueryForm::object}, Parameter::metadata, false, false},
    KnownParameter{{"store", QueryForm::text}, Parameter::keeping, true, false},
    KnownParameter{{"messages", QueryForm::objects}, Parameter::messages, false, false},
};

constexpr auto k_in_query = [] {
    std::array<QueryParameter, k_known.size() + 1> parameters{};
    for (std::size_t i = 0; i < k_known.size(); ++i) parameters[i] = k_known[i].in_query;
    parameters.back() = {"config", QueryForm::object};
    return parameters;
}();

}  // namespace

std::optional<Parameter> find_parameter(std::string_view name, Level level) noexcept {
    const auto* const found = std::find_if(k_known.begin(), k_known.end(),
                                           [&](const KnownParameter& known) { return known.in_query.name == name; });
    if (found == k_known.end()) return std::nullopt;
    const bool may_stand_here = level == Level::top || (level == Level::config && found->is_in_config) ||
                                (level == Level::switches && found->is_switch);
    return may_stand_here ? std::optional(found->parameter) : std::nullopt;
}

std::span<const QueryParameter> query_parameters() noexcept {
    return k_in_query;
}

}  // namespace earshot::proto
