#pragma once

#include "earshot/app/settings.hpp"

#include <string>
#include <vector>

namespace earshot::app::detail {

/// A scalar of a settings file.
struct FileValue {
    std::string key;  ///< with its group
    std::string value;
    std::string where;  ///< "name:line"
};

/// Reads the keys and values of a YAML file in which maps are groups. What is no map of scalars, and what stands in it
/// twice, becomes a problem; unknown keys come out as they are, unknown groups as a key of their own without a value.
std::vector<FileValue> read_settings_yaml(const std::string& text, const std::string& name,
                                          std::vector<SettingsProblem>& problems);

}  // namespace earshot::app::detail
