#include "earshot/app/process_command.hpp"

#include "earshot/app/rest_client.hpp"
#include "earshot/app/tracker_file.hpp"

#include "process_file.hpp"
#include "rest_answers.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <ostream>
#include <thread>
#include <utility>

namespace earshot::app {
namespace {

namespace json = boost::json;

constexpr const char* k_process = "/v1/process/text";
constexpr base::Duration k_first_pause = std::chrono::milliseconds(20);
constexpr base::Duration k_longest_pause = std::chrono::milliseconds(500);
constexpr base::Duration k_refusal_pause = std::chrono::seconds(1);

constexpr unsigned k_too_many = 429;

/// A call that the server has taken.
struct Posted {
    std::string name;
    std::string conversation;
    std::string job;
};

/// The lines of a table, whose columns are as wide as they need to be; the last one has no end.
class Table {
public:
    using Row = std::array<std::string, 5>;

    explicit Table(Row head) { add(std::move(head)); }

    void add(Row row) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i) widths_[i] = std::max(widths_[i], row[i].size());
        rows_.push_back(std::move(row));
    }

    /// Besides its head.
    bool has_rows() const noexcept { return rows_.size() > 1; }

    void print(std::ostream& out) const {
        for (const Row& row : rows_) {
            for (std::size_t i = 0; i + 1 < row.size(); ++i) out << fmt::format("{:<{}}  ", row[i], widths_[i]);
            out << row.back() << '\n';
        }
    }

private:
    std::array<std::size_t, std::tuple_size_v<Row>> widths_{};
    std::vector<Row> rows_;
};

/// Null where there is none.
const json::value& member_in(const json::value& value, std::string_view member) {
    static const json::value nothing;
    const json::value* const found = value.is_object() ? value.get_object().if_contains(member) : nullptr;
    return found ? *found : nothing;
}

const json::array& list_in(const json::value& value, std::string_view member) {
    static const json::array nothing;
    const json::value& list = member_in(value, member);
    return list.is_array() ? list.get_array() : nothing;
}

std::string text_in(const json::value& value, std::string_view member) {
    return value.is_object() ? shown(text_of(value.get_object(), member)) : std::string();
}

double number_in(const json::value& value, std::string_view member) {
    const json::value& number = member_in(value, member);
    return number.is_number() ? number.to_number<double>() : 0;
}

class Command {
public:
    Command(const ProcessCommandOptions& options, RestClient client, std::ostream& out, std::ostream& err)
        : options_(options), client_(std::move(client)), out_(out), err_(err) {}

    int run() {
        std::vector<CallText> calls;
        for (const std::string& file : options_.files) {
            auto read = read_process_file(file);
            if (!read) {
                err_ << describe(read.error(), file) << '\n';
                return 2;
            }
            std::move(read->begin(), read->end(), std::back_inserter(calls));
        }
        if (!read_trackers()) return 2;
        std::vector<Posted> posted;
        int code = 0;
        for (CallText& call : calls) {
            if (auto taken = post(std::move(call))) {
                posted.push_back(std::move(*taken));
            } else {
                code = 1;
            }
        }
        for (const Posted& call : posted) {
            if (!wait_for(call) || !show(call)) code = 1;
        }
        return code;
    }

private:
    bool read_trackers() {
        if (options_.trackers_file.empty()) return true;
        const auto content = read_file(options_.trackers_file);
        if (!content) return refuse_trackers(content.error());
        if (const auto trackers = parse_tracker_file(*content); !trackers) return refuse_trackers(trackers.error());
        trackers_ = json::parse(*content);
        if (trackers_.is_object()) trackers_ = json::value(trackers_.at("trackers"));
        return true;
    }

    bool refuse_trackers(const base::Error& error) const {
        err_ << describe(error, options_.trackers_file) << '\n';
        return false;
    }

    /// None, and told: the server did not take it.
    std::optional<Posted> post(CallText call) {
        if (!trackers_.is_null()) call.body["trackers"] = trackers_;
        const bool has_trackers = call.body.contains("trackers");
        if (options_.enable_all || !has_trackers) call.body["enableAllTrackers"] = true;
        if (!call.body.contains("name")) call.body["name"] = call.name;
        if (!options_.language.empty()) call.body["languageCode"] = options_.language;
        const std::string body = json::serialize(call.body);
        while (true) {
            const auto answer = client_.ask("POST", k_process, body);
            if (answer && answer->status == k_too_many) {
                rest(k_refusal_pause);  // until others are done
                continue;
            }
            if (!answer || !is_good(*answer)) {
                err_ << call.name << ": " << reason_of(answer, options_.url) << '\n';
                return std::nullopt;
            }
            const json::value accepted = parsed(*answer);
            return Posted{call.name, text_in(accepted, "conversationId"), text_in(accepted, "jobId")};
        }
    }

    /// False, and told: it failed.
    bool wait_for(const Posted& call) {
        base::Duration pause = k_first_pause;
        std::string told;
        while (true) {
            const auto answer = client_.ask("GET", "/v1/job/" + percent_encoded(call.job));
            if (!answer || !is_good(*answer)) {
                err_ << call.name << ": " << reason_of(answer, options_.url) << '\n';
                return false;
            }
            const json::value job = parsed(*answer);
            const std::string status = text_in(job, "status");
            const std::string line =
                fmt::format("{}: {} {:.0f} %", call.name, status, 100 * number_in(job, "progress"));
            if (line != told) err_ << (told = line) << std::endl;
            if (status == "completed") return true;
            if (status == "failed") {
                err_ << call.name << ": " << text_in(job, "error") << '\n';
                return false;
            }
            rest(pause);
            pause = std::min(2 * pause, k_longest_pause);
        }
    }

    bool show(const Posted& call) {
        const auto answer =
            client_.ask("GET", "/v1/conversations/" + percent_encoded(call.conversation) + "/trackers-detected");
        if (!answer || !is_good(*answer)) {
            err_ << call.name << ": " << reason_of(answer, options_.url) << '\n';
            return false;
        }
        if (options_.json) {
            out_ << answer->body << '\n';
            return true;
        }
        out_ << shown(call.name) << " (conversation " << call.conversation << ")\n";
        print(parsed(*answer));
        return true;
    }

    void print(const json::value& trackers) const {
        const json::value empty = json::array();
        Table table({"tracker", "tier", "score", "speaker", "text"});
        for (const json::value& tracker : (trackers.is_array() ? trackers : empty).get_array()) {
            for (const json::value& match : list_in(tracker, "matches")) {
                for (const json::value& message : list_in(match, "messageRefs")) {
                    table.add({text_in(tracker, "name"), text_in(message, "tier"),
                               fmt::format("{:.2f}", number_in(message, "score")),
                               text_in(member_in(message, "speaker"), "name"), text_in(message, "text")});
                }
            }
        }
        if (table.has_rows()) return table.print(out_);
        out_ << "nothing was detected\n";
    }

    void rest(base::Duration pause) const { options_.wait ? options_.wait(pause) : std::this_thread::sleep_for(pause); }

    const ProcessCommandOptions& options_;
    RestClient client_;
    std::ostream& out_;
    std::ostream& err_;
    json::value trackers_;  // null: none are given
};

}  // namespace

int process(const ProcessCommandOptions& options, std::ostream& out, std::ostream& err) {
    auto client = client_of(options, err);
    return client ? Command(options, std::move(*client), out, err).run() : 2;
}

}  // namespace earshot::app
