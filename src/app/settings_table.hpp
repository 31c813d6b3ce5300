#pragma once

#include "earshot/app/settings.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::app::detail {

/// A key and the field it stands for. Type and default are those of the field in Settings.
struct Setting {
    std::string key;
    std::string variable;
    std::string comment;
    std::string type;
    std::optional<SettingInfo::Range> range;
    bool quoted = false;  ///< its text stands in quotes in YAML
    bool is_switch = false;

    /// Puts what `text` says into the field; or leaves it and returns what is wrong, as in "must be …".
    std::function<std::optional<std::string>(Settings&, std::string_view text)> assign;
    /// The field as a text that `assign` reads.
    std::function<std::string(const Settings&)> text;
};

/// In the order of the document: keys without a group first, then group by group. Made once.
const std::vector<Setting>& settings_table();

/// The setting of `key`, or null.
const Setting* find_setting(std::string_view key);

}  // namespace earshot::app::detail
