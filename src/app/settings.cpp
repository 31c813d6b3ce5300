#include "earshot/app/settings.hpp"

#include "settings_table.hpp"
#include "settings_yaml.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <utility>

namespace earshot::app {
namespace {

using detail::find_setting;
using detail::Setting;
using detail::settings_table;

constexpr std::string_view k_prefix = "EARSHOT_";

/// Variables that begin as ours do and mean something else: those of the scripts and of clients, and those that
/// Kubernetes gives to every container beside a service called "earshot".
constexpr std::array<std::string_view, 4> k_foreign_variables{"EARSHOT_JOBS", "EARSHOT_FUZZ_SECONDS", "EARSHOT_URL",
                                                              "EARSHOT_TOKEN"};
constexpr std::array<std::string_view, 3> k_foreign_prefixes{"EARSHOT_SERVICE_", "EARSHOT_PORT", "EARSHOT_TEST_"};

/// The number of characters to insert, remove or replace to come from `a` to `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
        }
    }
    return row[b.size()];
}

/// What to say of a name that means no setting, with the nearest one that does, if it is near enough to be a slip.
/// `name_of` gives the names of settings that `name` may be one of. Very long names are not compared.
std::string unknown(std::string_view name, std::string Setting::* name_of) {
    constexpr std::size_t k_slip = 3;
    constexpr std::size_t k_longest = 80;
    std::string nearest;
    std::size_t least = k_slip + 1;
    for (const Setting& setting : settings_table()) {
        const std::size_t distance = name.size() > k_longest ? least : edit_distance(name, setting.*name_of);
        if (distance < least) {
            least = distance;
            nearest = setting.*name_of;
        }
    }
    return "there is no such setting" + (nearest.empty() ? "" : "; is " + nearest + " meant?");
}

class Loader {
public:
    void assign(const Setting& setting, std::string_view value, const std::string& where) {
        const auto problem = setting.assign(loaded_.settings, value);
        if (problem) complain(where, fmt::format("{} {}, not '{}'", setting.key, *problem, value));
    }

    void read_file(const std::string& name, const std::string& text) {
        for (const auto& [key, value, where] : detail::read_settings_yaml(text, name, loaded_.problems)) {
            if (const Setting* setting = find_setting(key))
                assign(*setting, value, where);
            else
                complain(where, fmt::format("{}: {}", key, unknown(key, &Setting::key)));
        }
    }

    void read_variable(const NamedValue& variable) {
        const auto& table = settings_table();
        const auto found =
            std::find_if(table.begin(), table.end(), [&](const Setting& s) { return s.variable == variable.name; });
        if (found != table.end())
            assign(*found, variable.value, variable.name);
        else
            complain(variable.name, unknown(variable.name, &Setting::variable));
    }

    void read_flag(const NamedValue& flag) {
        if (const Setting* setting = find_setting(flag.name))
            assign(*setting, flag.value, "--" + flag.name);
        else
            complain("--" + flag.name, unknown(flag.name, &Setting::key));
    }

    LoadedSettings take() { return std::move(loaded_); }

private:
    void complain(std::string where, std::string message) {
        loaded_.problems.push_back({std::move(where), std::move(message)});
    }

    LoadedSettings loaded_;
};

std::string range_text(const Setting& setting) {
    if (!setting.range) return setting.type;
    return fmt::format("{} to {}", setting.range->least, setting.range->greatest);
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    constexpr std::string_view k_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
    const std::string allowed = std::string(k_letters) + (bracketed ? ":%" : "");
    if (host.empty() || host.find_first_not_of(allowed) != std::string_view::npos) return std::nullopt;

    Endpoint endpoint{std::string(host), 0};
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
    return endpoint;
}

std::string to_string(const Endpoint& endpoint) {
    const bool bracketed = endpoint.host.find(':') != std::string::npos;
    return fmt::format(fmt::runtime(bracketed ? "[{}]:{}" : "{}:{}"), endpoint.host, endpoint.port);
}

std::size_t io_thread_count(const Settings& settings, std::size_t cores) noexcept {
    return settings.io_threads > 0 ? settings.io_threads : std::max<std::size_t>(cores, 2) - 1;
}

std::size_t compute_thread_count(const Settings& settings, std::size_t cores) noexcept {
    return settings.compute_threads > 0 ? settings.compute_threads : std::max<std::size_t>(cores / 2, 1);
}

std::size_t job_thread_count(const Settings& settings, std::size_t cores) noexcept {
    return settings.jobs.threads > 0 ? settings.jobs.threads : std::max<std::size_t>(cores, 2);
}

LoadedSettings load_settings(const SettingsSources& sources) {
    Loader loader;
    loader.read_file(sources.file_name, sources.file_text);
    for (const NamedValue& variable : sources.environment) loader.read_variable(variable);
    for (const NamedValue& flag : sources.flags) loader.read_flag(flag);
    return loader.take();
}

std::vector<NamedValue> settings_environment(const char* const* variables) {
    std::vector<NamedValue> found;
    for (; variables != nullptr && *variables != nullptr; ++variables) {
        const std::string_view entry = *variables;
        const std::size_t equals = entry.find('=');
        const std::string_view name = entry.substr(0, equals);
        if (equals == std::string_view::npos || !name.starts_with(k_prefix)) continue;
        const bool foreign = std::count(k_foreign_variables.begin(), k_foreign_variables.end(), name) > 0 ||
                             std::any_of(k_foreign_prefixes.begin(), k_foreign_prefixes.end(),
                                         [name](std::string_view prefix) { return name.starts_with(prefix); });
        if (!foreign) found.push_back({std::string(name), std::string(entry.substr(equals + 1))});
    }
    return found;
}

void add_settings_flags(CLI::App& app, std::vector<NamedValue>& flags) {
    for (const Setting& setting : settings_table()) {
        const auto take = [&flags, &setting](const CLI::results_t& values) {
            for (const std::string& value : values) {
                flags.push_back({setting.key, setting.is_switch && value.empty() ? "true" : value});
            }
            return true;
        };
        CLI::Option* option = app.add_option("--" + setting.key, take, setting.comment);
        option->type_name("(" + range_text(setting) + ")")->group("Settings")->take_all();
        option->expected(setting.is_switch ? 0 : 1, 1);
    }
    app.allow_extras();
    app.parse_complete_callback([&app, &flags] {
        std::vector<std::string> stray;
        bool is_value = false;  // of the unknown flag before it
        for (const std::string& extra : app.remaining()) {
            const bool is_flag = extra.starts_with("--") && extra.size() > 2;
            if (is_flag)
                flags.push_back({extra.substr(2, extra.find('=') - 2), ""});
            else if (!is_value)
                stray.push_back(extra);
            is_value = is_flag && extra.find('=') == std::string::npos;
        }
        if (!stray.empty()) throw CLI::ExtrasError(app.get_name(), std::move(stray));
    });
}

std::string settings_document(const Settings& settings) {
    std::string document =
        "# The settings of Earshot, each with its default. Sizes are plain numbers of bytes; seconds may have a "
        "fraction.\n"
        "# A flag (--limits.trackers 5) goes before the environment (EARSHOT_LIMITS_TRACKERS=5), that before this "
        "file.\n";
    std::string group;
    for (const Setting& setting : settings_table()) {
        const std::size_t dot = setting.key.find('.');
        const std::string own_group = dot == std::string::npos ? "" : setting.key.substr(0, dot);
        if (own_group != std::exchange(group, own_group))
            document += "\n" + own_group + ":\n";
        else if (group.empty())
            document += "\n";
        const std::string indent = group.empty() ? "" : "  ";
        const std::string name = group.empty() ? setting.key : setting.key.substr(dot + 1);
        document += fmt::format("{}# {} ({})\n", indent, setting.comment, range_text(setting));

        std::string value = setting.text(settings);
        if (setting.quoted) {
            std::string escaped;
            for (const char c : value) escaped += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
            value = '"' + escaped + '"';
        }
        document += fmt::format("{}{}: {}\n", indent, name, value);
    }
    return document;
}

std::vector<SettingInfo> setting_infos() {
    const Settings defaults;
    std::vector<SettingInfo> infos;
    for (const Setting& setting : settings_table()) {
        infos.push_back(
            {setting.key, setting.variable, setting.comment, setting.type, setting.range, setting.text(defaults)});
    }
    return infos;
}

}  // namespace earshot::app
