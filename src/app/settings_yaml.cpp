#include "settings_yaml.hpp"

#include "earshot/text/utf8.hpp"

#include "settings_table.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>

namespace earshot::app::detail {
namespace {

bool is_group(std::string_view key) {
    const auto& table = settings_table();
    return std::any_of(table.begin(), table.end(), [key](const Setting& setting) {
        return setting.key.size() > key.size() && setting.key.starts_with(key) && setting.key[key.size()] == '.';
    });
}

class YamlReader {
public:
    YamlReader(const std::string& name, std::vector<SettingsProblem>& problems) : name_(name), problems_(problems) {}

    void read(const std::string& text) {
        if (const auto invalid = text::find_invalid_utf8(text)) {
            const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*invalid), '\n');
            return complain(static_cast<int>(line), "is not UTF-8");
        }
        try {
            const std::vector<YAML::Node> documents = YAML::LoadAll(text);
            if (documents.empty()) return;
            if (documents.size() > 1) complain(documents[1].Mark().line, "a second document is not read");
            if (documents[0].IsMap())
                read_group(documents[0], "");
            else if (!documents[0].IsNull())
                complain(documents[0].Mark().line, "settings must be keys with values");
        } catch (const YAML::Exception& error) {
            complain(error.mark.line, error.msg);
        }
    }

    std::vector<FileValue> take_values() { return std::move(values_); }

private:
    /// Goes down only into groups that exist, so that anchors which contain themselves come to an end.
    void read_group(const YAML::Node& group, const std::string& prefix) {
        for (const auto& entry : group) {
            const YAML::Node& name = entry.first;
            const YAML::Node& content = entry.second;
            if (!name.IsScalar()) {
                complain(name.Mark().line, "a key must be a word");
                continue;
            }
            const std::string key = prefix + name.Scalar();
            const auto [first, is_new] = lines_.emplace(key, name.Mark().line + 1);
            if (!is_new) {
                complain(name.Mark().line, fmt::format("{} is already set in line {}", key, first->second));
            } else if (is_group(key)) {
                if (content.IsMap())
                    read_group(content, key + ".");
                else if (!content.IsNull())
                    complain(name.Mark().line, key + " is a group of settings, not a setting");
            } else {
                read_value(key, name.Mark().line, content);
            }
        }
    }

    void read_value(const std::string& key, int line, const YAML::Node& content) {
        if (!find_setting(key))
            values_.push_back({key, "", where(line)});
        else if (content.IsNull())
            complain(line, key + " has no value");
        else if (!content.IsScalar())
            complain(line, key + " must be one value");
        else
            values_.push_back({key, content.Scalar(), where(line)});
    }

    /// `line` counts from 0 and is negative where there is none.
    std::string where(int line) const { return line < 0 ? name_ : fmt::format("{}:{}", name_, line + 1); }
    void complain(int line, std::string message) { problems_.push_back({where(line), std::move(message)}); }

    const std::string& name_;
    std::vector<SettingsProblem>& problems_;
    std::vector<FileValue> values_;
    std::map<std::string, int> lines_;  // where each key stands
};

}  // namespace

std::vector<FileValue> read_settings_yaml(const std::string& text, const std::string& name,
                                          std::vector<SettingsProblem>& problems) {
    YamlReader reader(name, problems);
    reader.read(text);
    return reader.take_values();
}

}  // namespace earshot::app::detail
