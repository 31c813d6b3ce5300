#include "earshot/app/trackers_command.hpp"

#include "earshot/app/rest_client.hpp"
#include "earshot/app/tracker_file.hpp"

#include "rest_answers.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <ostream>

namespace earshot::app {
namespace {

namespace json = boost::json;

constexpr const char* k_trackers = "/v1/manage/trackers";

std::string path_of(const std::string& id) {
    return k_trackers + ("/" + percent_encoded(id));
}

/// The strings of a list; nothing where there is none.
std::vector<std::string> texts_of(const json::object& object, std::string_view member) {
    std::vector<std::string> texts;
    const json::value* const list = object.if_contains(member);
    if (!list || !list->is_array()) return texts;
    for (const json::value& entry : list->get_array()) {
        if (entry.is_string()) texts.emplace_back(entry.get_string());
    }
    return texts;
}

/// The objects that an answer tells of: those of "trackers", the one of "tracker".
std::vector<json::object> trackers_in(const json::value& answer) {
    std::vector<json::object> found;
    if (!answer.is_object()) return found;
    if (const json::value* const one = answer.get_object().if_contains("tracker"); one && one->is_object()) {
        found.push_back(one->get_object());
    }
    const json::value* const all = answer.get_object().if_contains("trackers");
    if (!all || !all->is_array()) return found;
    for (const json::value& entry : all->get_array()) {
        if (entry.is_object()) found.push_back(entry.get_object());
    }
    return found;
}

class Command {
public:
    Command(const TrackersOptions& options, RestClient client, std::ostream& out, std::ostream& err)
        : options_(options), client_(std::move(client)), out_(out), err_(err) {}

    int run() {
        switch (options_.action) {
            case TrackersAction::list:
                return list();
            case TrackersAction::get:
                return get(options_.ids.front());
            case TrackersAction::create:
                return send_file("POST", k_trackers);
            case TrackersAction::update:
                return send_file("PUT", path_of(options_.ids.front()));
            case TrackersAction::remove:
                return remove();
            case TrackersAction::import:
                return send_file("POST", std::string(k_trackers) + ":import");
            case TrackersAction::export_all:
                return export_all();
        }
        return 2;
    }

private:
    int list() {
        const std::string query = options_.name.empty() ? "" : "?name=" + percent_encoded(options_.name);
        const auto answer = ask("GET", k_trackers + query);
        return answer ? show(*answer) : 1;
    }

    /// An id consists of digits; a name may, too.
    int get(const std::string& wanted) {
        const bool may_be_id = wanted.find_first_not_of("0123456789") == std::string::npos;
        if (may_be_id) {
            const auto answer = client_.ask("GET", path_of(wanted));
            if (!answer || answer->status != 404) return answer && is_good(*answer) ? details(*answer) : fail(answer);
        }
        const auto named = ask("GET", k_trackers + ("?name=" + percent_encoded(wanted)));
        if (!named) return 1;
        if (trackers_in(parsed(*named)).empty()) {
            err_ << "no tracker has the id or name " << wanted << '\n';
            return 1;
        }
        return details(*named);
    }

    int send_file(const char* method, const std::string& path) {
        const auto text = read_file(options_.file);
        if (!text) {
            err_ << describe(text.error(), options_.file) << '\n';
            return 2;
        }
        boost::system::error_code failure;
        json::value content = json::parse(*text, failure);
        const bool is_usable = !failure && (content.is_object() || content.is_array());
        if (!is_usable) {
            err_ << options_.file << ": must hold a tracker or a list of trackers, in JSON\n";
            return 2;
        }
        // Tracker files may have their list in an object.
        if (content.is_object() && content.get_object().contains("trackers")) content = content.at("trackers");
        if (options_.action == TrackersAction::import && content.is_object()) content = json::array{content};
        const auto answer = ask(method, path, json::serialize(content));
        return answer ? show(*answer) : 1;
    }

    int remove() {
        int code = 0;
        for (const std::string& id : options_.ids) {
            const auto answer = ask("DELETE", path_of(id));
            if (!answer) {
                code = 1;
            } else if (options_.json) {
                out_ << answer->body << '\n';
            } else {
                out_ << "deleted " << id << '\n';
            }
        }
        return code;
    }

    int export_all() {
        const auto answer = ask("GET", std::string(k_trackers) + ":export");
        if (!answer) return 1;
        if (options_.file.empty()) {
            out_ << answer->body << '\n';
            return 0;
        }
        std::ofstream file(options_.file, std::ios::binary);
        file << answer->body << '\n';
        file.close();
        if (!file) err_ << options_.file << ": cannot be written\n";
        return file ? 0 : 1;
    }

    /// The answer, if it is one of success; else none, and told.
    std::optional<RestAnswer> ask(const char* method, const std::string& path, std::string_view body = {}) {
        auto answer = client_.ask(method, path, body);
        if (answer && is_good(*answer)) return std::move(*answer);
        fail(answer);
        return std::nullopt;
    }

    int fail(const base::Result<RestAnswer>& answer) {
        err_ << reason_of(answer, options_.url) << '\n';
        return 1;
    }

    int show(const RestAnswer& answer) {
        if (options_.json) {
            out_ << answer.body << '\n';
            return 0;
        }
        const auto found = trackers_in(parsed(answer));
        std::size_t id_width = 2;
        std::size_t name_width = 4;
        for (const json::object& tracker : found) {
            id_width = std::max(id_width, text_of(tracker, "id").size());
            name_width = std::max(name_width, text_of(tracker, "name").size());
        }
        out_ << fmt::format("{:<{}}  {:<{}}  {}\n", "id", id_width, "name", name_width, "phrases");
        for (const json::object& tracker : found) {
            out_ << fmt::format("{:<{}}  {:<{}}  {}\n", shown(text_of(tracker, "id")), id_width,
                                shown(text_of(tracker, "name")), name_width,
                                texts_of(tracker, "vocabulary").size() + texts_of(tracker, "patterns").size());
        }
        return 0;
    }

    int details(const RestAnswer& answer) {
        if (options_.json) {
            out_ << answer.body << '\n';
            return 0;
        }
        for (const json::object& tracker : trackers_in(parsed(answer))) {
            out_ << shown(text_of(tracker, "name")) << "  (" << shown(text_of(tracker, "id")) << ")\n";
            if (const std::string about = text_of(tracker, "description"); !about.empty()) out_ << shown(about) << '\n';
            for (const std::string& phrase : texts_of(tracker, "vocabulary")) out_ << "  " << shown(phrase) << '\n';
            for (const std::string& pattern : texts_of(tracker, "patterns")) out_ << "  /" << shown(pattern) << "/\n";
            for (const std::string& phrase : texts_of(tracker, "excludeVocabulary")) {
                out_ << "  not: " << shown(phrase) << '\n';
            }
        }
        return 0;
    }

    const TrackersOptions& options_;
    RestClient client_;
    std::ostream& out_;
    std::ostream& err_;
};

}  // namespace

int trackers(const TrackersOptions& options, std::ostream& out, std::ostream& err) {
    auto client = client_of(options, err);
    return client ? Command(options, std::move(*client), out, err).run() : 2;
}

}  // namespace earshot::app
