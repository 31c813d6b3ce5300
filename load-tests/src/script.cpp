#include "script.hpp"

#include "earshot/text/utf8.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

namespace earshot::load {
namespace {

namespace json = boost::json;

// How conversations without times are spoken, and how much of a turn a hypothesis adds.
constexpr double k_words_per_second = 2.5;
constexpr std::size_t k_words_per_hypothesis = 4;
constexpr double k_pause_between_turns = 0.4;
constexpr double k_pause_between_rounds = 1;
constexpr double k_even_pace = 0.5;

base::Error at_line(std::size_t number, const std::string& what) {
    return {base::Errc::invalid_value, "line " + std::to_string(number) + ": " + what, {}, {}};
}

std::string transcript(const std::string& text, const std::string& speaker, bool is_final, double start, double end) {
    json::object frame{{"type", "transcript"}, {"text", text}, {"isFinal", is_final}};
    if (!speaker.empty()) frame["speaker"] = {{"userId", speaker}, {"role", speaker}};
    frame["startTime"] = start;
    frame["endTime"] = end;
    return json::serialize(frame);
}

/// Where each word of `text`, cut at blanks, ends.
std::vector<std::size_t> word_ends(std::string_view text) {
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != ' ' && (i + 1 == text.size() || text[i + 1] == ' ')) ends.push_back(i + 1);
    }
    return ends;
}

/// The chunks of one turn as a recogniser would send them, a line each; `clock` moves on.
std::string speak_turn(const std::string& text, const std::string& speaker, double& clock) {
    std::string lines;
    const std::vector<std::size_t> ends = word_ends(text);
    const double start = clock;
    for (std::size_t words = k_words_per_hypothesis; words < ends.size(); words += k_words_per_hypothesis) {
        const double end = start + static_cast<double>(words) / k_words_per_second;
        lines += transcript(text.substr(0, ends[words - 1]), speaker, false, start, end) + "\n";
    }
    clock = start + static_cast<double>(ends.size()) / k_words_per_second;
    lines += transcript(text, speaker, true, start, clock) + "\n";
    clock += k_pause_between_turns;
    return lines;
}

/// The chunks of a conversation; throws std::exception for what is none.
std::string speak_conversation(const json::value& conversation) {
    std::string lines;
    double clock = 0;
    for (const json::value& turn : conversation.at("turns").as_array()) {
        const json::value* speaker = turn.as_object().if_contains("speaker");
        const std::string name = speaker && speaker->is_string() ? std::string(speaker->get_string()) : std::string();
        lines += speak_turn(std::string(turn.at("text").as_string()), name, clock);
    }
    return lines;
}

bool is_timed(const Call& call) {
    return std::all_of(call.begin(), call.end(), [](const app::CallChunk& line) {
        return line.chunk.start_time && line.chunk.end_time && *line.chunk.start_time <= *line.chunk.end_time;
    });
}

/// Gives all chunks times if one has none: words arrive evenly, each chunk taking up where the one before it ended.
void time_evenly(Call& call) {
    if (is_timed(call)) return;
    for (std::size_t i = 0; i < call.size(); ++i) {
        call[i].chunk.start_time = static_cast<double>(i) * k_even_pace;
        call[i].chunk.end_time = static_cast<double>(i + 1) * k_even_pace;
    }
}

base::Result<std::vector<Call>> parse_conversations(std::string_view text) {
    std::vector<Call> calls;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t size = std::min(text.find('\n'), text.size());
        const std::string_view line = text::trim(text.substr(0, size));
        text.remove_prefix(std::min(size + 1, text.size()));
        if (line.empty()) continue;
        try {
            auto call = app::parse_call(speak_conversation(json::parse(line)));
            if (!call) return at_line(number, "the conversation cannot be spoken: " + call.error().message);
            calls.push_back(std::move(*call));
        } catch (const std::exception& problem) {
            return at_line(number, "is no conversation with \"turns\": " + std::string(problem.what()));
        }
    }
    return calls;
}

bool holds_conversations(std::string_view text) {
    const std::string_view first =
        text::trim(text.substr(0, text::trim(text).data() - text.data() + text::trim(text).find('\n')));
    boost::system::error_code error;
    const json::value parsed = json::parse(first, error);
    return !error && parsed.is_object() && parsed.get_object().contains("turns");
}

/// The chunk as it is said `shift` seconds later. A `seq` would make the server ignore the second round.
Line shifted(const app::CallChunk& original, double shift) {
    json::object frame = json::parse(original.frame).as_object();
    Line line{nullptr, original.chunk, {}};
    frame.erase("seq");
    line.chunk.seq.reset();
    frame["startTime"] = *(line.chunk.start_time = *original.chunk.start_time + shift);
    frame["endTime"] = *(line.chunk.end_time = *original.chunk.end_time + shift);
    frame.erase("words");
    line.chunk.words.clear();
    line.frame = std::make_shared<const std::string>(json::serialize(frame));
    return line;
}

}  // namespace

base::Result<std::vector<Call>> parse_calls(std::string_view text) {
    std::vector<Call> calls;
    if (holds_conversations(text)) {
        auto conversations = parse_conversations(text);
        if (!conversations) return conversations.error();
        calls = std::move(*conversations);
    } else {
        auto call = app::parse_call(text);
        if (!call) return call.error();
        calls.push_back(std::move(*call));
    }
    for (Call& call : calls) time_evenly(call);
    return calls;
}

Script make_script(const Call& call, const Pace& pace) {
    Call said;
    for (const app::CallChunk& line : call) {
        if (pace.interims || line.chunk.is_final) said.push_back(line);
    }
    Script script;
    if (said.empty()) return script;
    double first = *said.front().chunk.start_time;
    double last = first;
    for (const app::CallChunk& line : said) {
        first = std::min(first, *line.chunk.start_time);
        last = std::max(last, *line.chunk.end_time);
    }
    const double round = last - first + k_pause_between_rounds;
    base::Duration latest{};
    for (std::size_t i = 0;; ++i) {
        const double shift = static_cast<double>(i / said.size()) * round - first;
        Line line = shifted(said[i % said.size()], shift);
        const double own = pace.chunks_per_second ? static_cast<double>(i) / *pace.chunks_per_second
                                                  : *line.chunk.end_time / pace.speed;
        latest = std::max(latest, base::from_seconds(own));
        if (latest >= pace.duration) return script;
        line.due = latest;
        script.push_back(std::move(line));
    }
}

}  // namespace earshot::load
