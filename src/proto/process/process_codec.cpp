#include "earshot/proto/process_codec.hpp"

#include "earshot/proto/json_writer.hpp"

#include "process/process_reader.hpp"
#include "process/said_messages.hpp"

#include <algorithm>
#include <bitset>
#include <utility>
#include <vector>

namespace earshot::proto {
namespace {

/// Reads a request into options and, where it may have some, messages.
class RequestReader {
public:
    RequestReader(const ProcessRules& rules, ProcessOptions& options, std::vector<SaidMessage>* messages)
        : rules_(rules), options_(options, rules), messages_(messages) {}

    void read(std::string_view query, std::string_view body) {
        if (body.empty()) return read_query(query), require_messages();
        simdjson::dom::parser parser;
        const auto given = parse_body(body, parser, findings_);
        if (!given) return read_query(query);
        if (given->is_null()) return read_query(query), require_messages();
        note_what_it_gives(*given);
        read_query(query);
        const auto read = [&](Parameter parameter, const BodyValue& value) { read_one(parameter, value); };
        for_each_parameter(BodyValue(*given, root_, findings_), read);
        require_messages();
    }

    FindingList& findings() noexcept { return findings_; }

private:
    void note_what_it_gives(simdjson::dom::element body) {
        FindingList unused;  // the same things are found when it is read
        const auto note = [&](Parameter parameter, const BodyValue&) { in_body_.set(std::size_t(parameter)); };
        for_each_parameter(BodyValue(body, root_, unused), note);
    }

    void read_query(std::string_view query) {
        std::vector<QueryParameter> wanted;
        for (const QueryParameter& known : query_parameters()) {
            const auto parameter = find_parameter(known.name, Level::top);  // none: `config`
            if (!parameter || counts_in_query(*parameter)) wanted.push_back(known);
        }
        simdjson::dom::parser parser;
        const auto given = parse_query(query, wanted, parser, findings_);
        if (!given) return;
        const auto read = [&](Parameter parameter, const BodyValue& value) {
            if (counts_in_query(parameter)) read_one(parameter, value);
        };
        for_each_parameter(BodyValue(*given, root_, findings_), read);
    }

    bool counts_in_query(Parameter parameter) const {
        if (parameter == Parameter::messages && !messages_) return false;
        return !in_body_.test(std::size_t(parameter));
    }

    void require_messages() {
        if (!messages_ || has_messages_ || findings_.has("/messages")) return;
        findings_.add(Place{&root_, "messages", 0}, "is required");
    }

    void read_one(Parameter parameter, const BodyValue& value) {
        if (parameter != Parameter::messages) return options_.read(parameter, value);
        if (!messages_) return;
        has_messages_ = true;
        read_messages(value, rules_, *messages_);
    }

    const ProcessRules& rules_;
    const Place root_;
    FindingList findings_;
    ProcessReader options_;
    std::vector<SaidMessage>* messages_;
    std::bitset<k_parameters> in_body_;
    bool has_messages_ = false;
};

}  // namespace

Checked<TextRequest> read_text_request(std::string_view query, std::string_view body, const ProcessRules& rules) {
    TextRequest request;
    request.options.settings.phrase_gap_seconds = rules.phrase_gap_seconds;
    RequestReader reader(rules, request.options, &request.messages);
    reader.read(query, body);
    if (!reader.findings().empty()) return reader.findings().take();
    return request;
}

Checked<ProcessOptions> read_process_options(std::string_view query, std::string_view body, const ProcessRules& rules) {
    ProcessOptions options;
    options.settings.phrase_gap_seconds = rules.phrase_gap_seconds;
    RequestReader reader(rules, options, nullptr);
    reader.read(query, body);
    if (!reader.findings().empty()) return reader.findings().take();
    return options;
}

std::string write_kept_request(std::string_view query, std::string_view body) {
    std::string text(query);
    text.append("\n").append(body);
    return text;
}

KeptRequest read_kept_request(std::string_view text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    return {std::string(text.substr(0, end)), std::string(text.substr(std::min(end + 1, text.size())))};
}

std::string accepted_answer(std::string_view conversation, std::string_view job) {
    std::string out;
    JsonWriter(out).begin_object().member("conversationId", conversation).member("jobId", job).end_object();
    return out;
}

}  // namespace earshot::proto
