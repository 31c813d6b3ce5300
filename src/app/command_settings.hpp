#pragma once

#include "earshot/app/settings.hpp"

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace earshot::app {

/// The settings of a command: from `config_file` (empty: configs/earshot.yaml, if it is there), the environment and
/// `flags`. None if something is wrong with them, all of which is told to `err`.
std::optional<Settings> read_command_settings(const std::string& config_file, const std::vector<NamedValue>& flags,
                                              std::ostream& err);

/// One line a problem; whether there was none.
bool tell_problems(const std::vector<SettingsProblem>& problems, std::ostream& err);

}  // namespace earshot::app
