#include "command_settings.hpp"

#include "earshot/app/tracker_file.hpp"

#include <filesystem>
#include <ostream>

extern "C" char** environ;

namespace earshot::app {
namespace {

constexpr const char* k_default_file = "configs/earshot.yaml";

}  // namespace

bool tell_problems(const std::vector<SettingsProblem>& problems, std::ostream& err) {
    for (const SettingsProblem& problem : problems) err << problem.where << ": " << problem.message << '\n';
    return problems.empty();
}

std::optional<Settings> read_command_settings(const std::string& config_file, const std::vector<NamedValue>& flags,
                                              std::ostream& err) {
    SettingsSources sources;
    sources.file_name = config_file;
    if (sources.file_name.empty() && std::filesystem::exists(k_default_file)) sources.file_name = k_default_file;
    if (!sources.file_name.empty()) {
        auto text = read_file(sources.file_name);
        if (!text) {
            err << describe(text.error(), sources.file_name) << '\n';
            return std::nullopt;
        }
        sources.file_text = std::move(*text);
    }
    sources.environment = settings_environment(environ);
    sources.flags = flags;
    LoadedSettings loaded = load_settings(sources);
    if (!tell_problems(loaded.problems, err)) return std::nullopt;
    return std::move(loaded.settings);
}

}  // namespace earshot::app
