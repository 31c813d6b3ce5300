#include "earshot/app/check_command.hpp"

#include "earshot/app/app_list.hpp"
#include "earshot/app/call_file.hpp"
#include "earshot/app/settings.hpp"
#include "earshot/app/tracker_file.hpp"
#include "earshot/detect/language_tools.hpp"
#include "earshot/detect/tracker_list.hpp"

#include "command_settings.hpp"

#include <ostream>
#include <set>
#include <sstream>

namespace earshot::app {
namespace {

bool check_apps(const std::string& file, std::ostream& out, std::ostream& err) {
    const LoadedApps loaded = load_apps(file);
    if (tell_problems(loaded.problems, err)) out << file << ": " << loaded.apps.size() << " apps, in order\n";
    return loaded.problems.empty();
}

/// Settings are keys with values, apps a list.
bool is_list(const std::string& yaml) {
    std::istringstream lines(yaml);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find_first_not_of(" \t\r");
        if (first == std::string::npos || line[first] == '#' || line.starts_with("---")) continue;
        return line[first] == '-' || line[first] == '[';
    }
    return false;
}

bool check_settings(const std::string& file, const std::string& text, std::ostream& out, std::ostream& err) {
    const LoadedSettings loaded = load_settings({file, text, {}, {}});
    if (!tell_problems(loaded.problems, err)) return false;
    out << file << ": settings, in order\n";
    const std::string& apps_file = loaded.settings.auth.apps_file;
    return apps_file.empty() || check_apps(apps_file, out, err);
}

bool check_call(const std::string& file, const std::string& text, std::ostream& out, std::ostream& err) {
    const auto call = parse_call(text);
    if (!call) {
        err << describe(call.error(), file) << '\n';
        return false;
    }
    std::size_t finals = 0;
    for (const CallChunk& chunk : *call) finals += chunk.chunk.is_final;
    out << file << ": a call of " << call->size() << " chunks, " << finals << " of them final\n";
    return true;
}

bool check_trackers(const std::string& file, std::ostream& out, std::ostream& err) {
    auto trackers = load_trackers(file);
    if (!trackers) {
        err << describe(trackers.error(), file) << '\n';
        return false;
    }
    // Each is compiled alone, so that every broken tracker is told and not the first one only.
    detect::LanguageTools tools;
    detect::PhraseSetSource sets;
    std::set<std::string> names;
    std::size_t phrases = 0;
    bool usable = true;
    for (std::size_t i = 0; i < trackers->size(); ++i) {
        const detect::TrackerDefinition& tracker = (*trackers)[i];
        phrases += tracker.vocabulary.size() + tracker.patterns.size();
        const std::string place = "/" + std::to_string(i);
        if (!names.insert(tracker.name).second) {
            err << file << ": " << place << "/name: another tracker is called \"" << tracker.name << "\" too\n";
            usable = false;
        }
        const auto list = detect::TrackerList::compile({{tracker}, {}}, {}, tools.tokenizer(), sets);
        if (list) continue;
        base::Error error = list.error();
        error.path = place + error.path.substr(std::min<std::size_t>(2, error.path.size()));
        err << describe(error, file) << '\n';
        usable = false;
    }
    if (usable) out << file << ": " << trackers->size() << " trackers, " << phrases << " phrases and patterns\n";
    return usable;
}

}  // namespace

int check(const std::vector<std::string>& files, std::ostream& out, std::ostream& err) {
    bool usable = true;
    for (const std::string& file : files) {
        const auto text = read_file(file);
        if (!text) {
            err << describe(text.error(), file) << '\n';
            usable = false;
        } else if (file.ends_with(".yaml") || file.ends_with(".yml")) {
            usable &= is_list(*text) ? check_apps(file, out, err) : check_settings(file, *text, out, err);
        } else if (file.ends_with(".jsonl")) {
            usable &= check_call(file, *text, out, err);
        } else {
            usable &= check_trackers(file, out, err);
        }
    }
    return usable ? 0 : 2;
}

}  // namespace earshot::app
