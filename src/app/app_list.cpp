#include "earshot/app/app_list.hpp"

#include "earshot/app/secrets.hpp"
#include "earshot/app/tokens.hpp"
#include "earshot/app/tracker_file.hpp"
#include "earshot/text/utf8.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>

namespace earshot::app {
namespace {

constexpr std::size_t k_longest_name = 128;

bool is_name(std::string_view text, std::string_view more) {
    return !text.empty() && text.size() <= k_longest_name && std::all_of(text.begin(), text.end(), [more](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               more.find(c) != std::string_view::npos;
    });
}

bool is_app_id(std::string_view text) {
    return is_name(text, "._-");
}

/// A key of an app: puts a text into it, or says what the text must be.
struct Key {
    std::string_view name;
    bool is_required = false;
    std::optional<std::string> (*assign)(App& app, std::string_view text);
};

std::optional<std::uint64_t> number_within(std::string_view text, std::uint64_t least, std::uint64_t greatest) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number < least || number > greatest ? std::nullopt : std::optional(number);
}

std::optional<std::string> assign_id(App& app, std::string_view text) {
    if (!is_app_id(text)) return "must be 1 to 128 of A-Z a-z 0-9 . _ -";
    app.id = text;
    return std::nullopt;
}

std::optional<std::string> assign_hash(App& app, std::string_view text) {
    if (!is_secret_hash(text)) return "must be what `earshot secret hash` prints";
    app.secret_hash = text;
    return std::nullopt;
}

std::optional<std::string> assign_account(App& app, std::string_view text) {
    if (!is_account(text)) return "must be 1 to 128 of A-Z a-z 0-9 . _ @ + -";
    app.account = text;
    return std::nullopt;
}

std::optional<std::string> assign_trackers(App& app, std::string_view text) {
    app.trackers = number_within(text, 0, 1'000'000);
    return app.trackers ? std::nullopt : std::optional<std::string>("must be a number within 0 and 1000000");
}

std::optional<std::string> assign_sessions(App& app, std::string_view text) {
    app.sessions = number_within(text, 1, 1'000'000);
    return app.sessions ? std::nullopt : std::optional<std::string>("must be a number within 1 and 1000000");
}

std::optional<std::string> assign_token_life(App& app, std::string_view text) {
    const auto life = number_within(text, k_shortest_token_life.count(), k_longest_token_life.count());
    if (!life) {
        return fmt::format("must be a number within {} and {}", k_shortest_token_life.count(),
                           k_longest_token_life.count());
    }
    app.token_life = std::chrono::seconds(*life);
    return std::nullopt;
}

constexpr std::array k_keys{
    Key{"id", true, &assign_id},
    Key{"secretHash", true, &assign_hash},
    Key{"account", true, &assign_account},
    Key{"trackers", false, &assign_trackers},
    Key{"sessions", false, &assign_sessions},
    Key{"tokenSeconds", false, &assign_token_life},
};

class Reader {
public:
    explicit Reader(const std::string& name) : name_(name) {}

    void read(const std::string& text) {
        if (const auto invalid = text::find_invalid_utf8(text)) {
            const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*invalid), '\n');
            return complain(static_cast<int>(line), "is not UTF-8");
        }
        try {
            const std::vector<YAML::Node> documents = YAML::LoadAll(text);
            if (documents.size() > 1) complain(documents[1].Mark().line, "a second document is not read");
            if (documents.empty() || !documents[0].IsSequence()) {
                return complain(documents.empty() ? -1 : documents[0].Mark().line, "must be a list of apps");
            }
            for (const YAML::Node& entry : documents[0]) read_app(entry);
        } catch (const YAML::Exception& error) {
            complain(error.mark.line, error.msg);
        }
    }

    LoadedApps take() { return std::move(loaded_); }

private:
    void read_app(const YAML::Node& entry) {
        const int line = entry.Mark().line;
        if (!entry.IsMap()) return complain(line, "an app must be keys with values");
        App app;
        std::map<std::string, int> lines;
        for (const auto& member : entry) {
            const YAML::Node& key = member.first;
            if (!key.IsScalar()) {
                complain(key.Mark().line, "a key must be a word");
            } else if (const auto [first, is_new] = lines.emplace(key.Scalar(), key.Mark().line); !is_new) {
                complain(key.Mark().line, fmt::format("{} is already set in line {}", key.Scalar(), first->second + 1));
            } else {
                read_key(app, key, member.second);
            }
        }
        for (const Key& key : k_keys) {
            if (key.is_required && !lines.contains(std::string(key.name))) {
                complain(line, fmt::format("the app has no {}", key.name));
            }
        }
        if (!app.id.empty()) {
            const auto [first, is_new] = ids_.emplace(app.id, line);
            if (!is_new) complain(line, fmt::format("the app of line {} has the id {} too", first->second + 1, app.id));
        }
        loaded_.apps.push_back(std::move(app));
    }

    void read_key(App& app, const YAML::Node& name, const YAML::Node& content) {
        const int line = name.Mark().line;
        const auto* key =
            std::find_if(k_keys.begin(), k_keys.end(), [&](const Key& known) { return known.name == name.Scalar(); });
        if (key == k_keys.end()) return complain(line, fmt::format("{}: an app has no such key", name.Scalar()));
        if (!content.IsScalar()) return complain(line, fmt::format("{} must be one value", key->name));
        // The value is not repeated: it may be a secret that somebody put into the hash's place.
        if (const auto problem = key->assign(app, content.Scalar())) {
            complain(line, fmt::format("{} {}", key->name, *problem));
        }
    }

    /// `line` counts from 0 and is negative where there is none.
    void complain(int line, std::string message) {
        loaded_.problems.push_back({line < 0 ? name_ : fmt::format("{}:{}", name_, line + 1), std::move(message)});
    }

    const std::string& name_;
    LoadedApps loaded_;
    std::map<std::string, int> ids_;  // where each app stands
};

}  // namespace

bool is_account(std::string_view text) {
    return is_name(text, "._@+-");
}

LoadedApps parse_apps(const std::string& text, const std::string& name) {
    Reader reader(name);
    reader.read(text);
    return reader.take();
}

LoadedApps load_apps(const std::string& path) {
    const auto text = read_file(path);
    if (!text) return {{}, {{path, text.error().message}}};
    return parse_apps(*text, path);
}

std::string app_entry(const App& app) {
    return fmt::format("- id: \"{}\"\n  secretHash: \"{}\"\n  account: \"{}\"\n", app.id, app.secret_hash, app.account);
}

}  // namespace earshot::app
