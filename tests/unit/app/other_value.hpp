#pragma once

#include "earshot/app/settings.hpp"

#include <fmt/format.h>

#include <string>

namespace earshot::app {

/// A value of a setting that is not its default.
inline std::string other_value(const SettingInfo& info) {
    if (info.range) return fmt::format("{}", info.range->greatest - 1);
    if (info.type == "true or false") return info.default_value == "true" ? "false" : "true";
    if (info.type == "HOST:PORT") return "elsewhere:1";
    if (info.key == "log.level") return "error";
    if (info.key == "log.format") return "json";
    if (info.key == "manage.vocabularyPunctuation") return "strict";
    if (info.key == "semantic.stages") return "static";
    if (info.key == "store.conversations") return "hits";
    if (info.key == "store.url") return "postgresql://elsewhere";
    return "elsewhere";
}

}  // namespace earshot::app
