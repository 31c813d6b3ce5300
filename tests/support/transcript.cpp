#include "transcript.hpp"

#include "core_world.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>

namespace earshot::support {
namespace {

using Kind = TranscriptLine::Kind;

std::string strip(const std::string& text) {
    const std::size_t first = text.find_first_not_of(' ');
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

base::Duration read_time(const std::string& text) {
    double number = 0;
    std::string unit;
    if (!RE2::FullMatch(text, R"(\+([0-9.]+)(ms|s))", &number, &unit)) throw std::runtime_error("no time: " + text);
    return base::from_seconds(unit == "ms" ? number / 1000 : number);
}

// `~fill:N~` and `~byte:FF~` in what a client sends.
std::string expand(const std::string& text) {
    std::string out;
    std::size_t from = 0;
    while (true) {
        const std::size_t begin = text.find('~', from);
        const std::size_t end = begin == std::string::npos ? begin : text.find('~', begin + 1);
        if (end == std::string::npos) return out + text.substr(from);
        const std::string mark = text.substr(begin + 1, end - begin - 1);
        out += text.substr(from, begin - from);
        if (mark.starts_with("fill:")) {
            out.append(std::stoul(mark.substr(5)), 'x');
        } else if (mark.starts_with("byte:")) {
            out.push_back(static_cast<char>(std::stoul(mark.substr(5), nullptr, 16)));
        } else {
            throw std::runtime_error("no such mark: " + mark);
        }
        from = end + 1;
    }
}

const std::map<std::string, std::string>& kinds() {
    static const std::map<std::string, std::string> patterns{
        {"uuid", R"re("([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")re"},
        {"digits", R"re("([1-9][0-9]{15})")re"},
        {"iso", R"re("(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")re"},
        {"int", R"re((-?\d+))re"},
        {"number", R"re((-?\d+(?:\.\d+)?(?:e[-+]?\d+)?))re"},
        {"text", R"re("((?:[^"\\]|\\.)*)")re"},
    };
    return patterns;
}

// Values that have been seen under a name.
class Bindings {
public:
    // Whether `frame` is what `expected` says; if not, what stands where they part.
    std::string mismatch(const std::string& expected, const std::string& said) {
        const std::string frame = without_inner_times(said);
        re2::StringPiece left(frame);
        std::size_t from = 0;
        while (true) {
            std::size_t mark = expected.find("\"~", from);
            while (mark != std::string::npos && mark > 0 && expected[mark - 1] == '\\')
                mark = expected.find("\"~", mark + 1);
            const std::string plain = expected.substr(from, mark == std::string::npos ? mark : mark - from);
            if (!left.starts_with(plain)) return "expected " + expected + "\n     got " + frame;
            left.remove_prefix(plain.size());
            if (mark == std::string::npos) return left.empty() ? "" : "expected " + expected + "\n     got " + frame;
            const std::size_t end = expected.find('"', mark + 1);
            const std::string name = expected.substr(mark + 2, end - mark - 2);
            const auto kind = kinds().find(name.substr(0, name.find(':')));
            if (kind == kinds().end()) return "no such kind: " + name;
            std::string value;
            if (!RE2::Consume(&left, kind->second, &value)) return "no ~" + name + " where one should be in " + frame;
            if (name.find(':') != std::string::npos) {
                if (values_.emplace(name, value).first->second != value)
                    return "another value of ~" + name + " in " + frame;
                if (names_.emplace(value, name).first->second != name) return "~" + name + " is also ~" + names_[value];
            }
            from = end + 1;
        }
    }

    // The frame with what differs from run to run replaced by marks.
    std::string blessed(const std::string& frame, bool keeps_times) {
        std::string out = replace(without_inner_times(frame), "uuid");
        out = replace(out, "digits");
        RE2::GlobalReplace(&out, kinds().at("iso"), "\"~iso\"");
        if (out.starts_with(R"({"type":"message",)")) {
            RE2::GlobalReplace(&out, R"re("timeOffset":\d+)re", R"("timeOffset":"~int")");
        } else if (!keeps_times) {
            RE2::GlobalReplace(&out, R"re("(timeOffset|duration)":-?[0-9.e-]+)re", R"("\1":"~number")");
        }
        return out;
    }

private:
    // Times inside of a string that holds JSON (`metadata.words`).
    static std::string without_inner_times(std::string frame) {
        RE2::GlobalReplace(&frame, R"re(\\"\d{4}-\d\d-\d\dT[0-9:.]+Z\\")re", R"(\\"~iso\\")");
        return frame;
    }

    std::string replace(const std::string& frame, const std::string& kind) {
        std::string out;
        re2::StringPiece left(frame);
        const RE2 one("(.*?)" + kinds().at(kind));
        std::string before;
        std::string value;
        while (RE2::Consume(&left, one, &before, &value)) {
            auto at = names_.find(value);
            if (at == names_.end()) at = names_.emplace(value, kind + ":" + std::to_string(++counts_[kind])).first;
            out += before + "\"~" + at->second + "\"";
        }
        return out + std::string(left);
    }

    std::map<std::string, std::string> values_;  // by name
    std::map<std::string, std::string> names_;   // by value
    std::map<std::string, int> counts_;
};

bool is_server_event(const std::string& event) {
    return event.starts_with("close ");
}

// Plays the client's part of a transcript, line by line.
class Player {
public:
    explicit Player(TranscriptDriver& driver) : driver_(driver) {}

    void act(const TranscriptLine& line) {
        if (line.kind == Kind::event && line.text.starts_with("connect")) {
            sockets_.insert(line.socket);
            driver_.connect(line.socket, line.text == "connect" ? "call" : line.text.substr(8));
            return;
        }
        if (line.kind == Kind::event && line.text.starts_with("subscribe")) {
            sockets_.insert(line.socket);
            subscribe(line);
            return;
        }
        if (line.kind == Kind::client || line.kind == Kind::event) know(line.socket);
        if (line.kind == Kind::time) driver_.pass(read_time(line.text));
        if (line.kind == Kind::client) send(line);
        if (line.kind == Kind::event && !driver_.cause(line.socket, line.text)) {
            throw std::runtime_error("line " + std::to_string(line.number) + ": no such event: " + line.text);
        }
    }

    void know(const std::string& socket) {
        if (sockets_.insert(socket).second) driver_.connect(socket, "call");
    }

    const std::set<std::string>& sockets() const { return sockets_; }

private:
    void subscribe(const TranscriptLine& line) {
        session::Subscription subscription;
        std::string id;
        std::string wishes;
        std::uint64_t from = 0;
        if (!RE2::FullMatch(line.text, "subscribe ([^ ]+)(.*)", &id, &wishes)) {
            throw std::runtime_error("line " + std::to_string(line.number) + ": subscribe to what?");
        }
        if (RE2::PartialMatch(wishes, R"(resumeFrom=(\d+))", &from)) subscription.resume_from = from;
        subscription.wishes.revisions = wishes.find("revisions") != std::string::npos;
        driver_.subscribe(line.socket, id, subscription);
    }

    void send(const TranscriptLine& line) {
        int bytes = 0;
        if (RE2::FullMatch(line.text, R"(binary (\d+))", &bytes)) {
            driver_.send_binary(line.socket, static_cast<std::size_t>(bytes));
        } else {
            driver_.send_text(line.socket, expand(line.text));
        }
    }

    TranscriptDriver& driver_;
    std::set<std::string> sockets_;
};

std::string sign(const TranscriptLine& line, char sign) {
    return std::string(1, sign) + line.socket + " ";
}

class CoreDriver final : public TranscriptDriver {
public:
    explicit CoreDriver(const TranscriptHeader& header) : world_(options(header)) {}

    void connect(const std::string& socket, const std::string& connection_id) override {
        sockets_[socket] = world_.connect(connection_id);
    }
    void subscribe(const std::string& socket, const std::string& connection_id,
                   const session::Subscription& subscription) override {
        sockets_[socket] = world_.subscribe(connection_id, subscription);
    }
    void send_text(const std::string& socket, const std::string& text) override {
        world_.send(sockets_.at(socket), text);
    }
    void send_binary(const std::string& socket, std::size_t bytes) override {
        world_.send_binary(sockets_.at(socket), bytes);
    }
    void pass(base::Duration time) override { world_.advance(time); }
    bool knows_what_is_left() const override { return true; }

    bool cause(const std::string& socket, const std::string& event) override {
        const std::size_t index = sockets_.at(socket);
        if (event == "lose" || event == "leave") {
            world_.lose(index);
        } else if (event == "stop reading" || event == "read on") {
            world_.set_reading(index, event == "read on");
        } else if (event == "shut down") {
            world_.shut_down();
        } else if (event == "refuse draining") {
            world_.refuse(index, base::Errc::draining);
        } else if (event == "hold compiling" || event == "go on compiling") {
            world_.hold_compiling(event == "hold compiling");
        } else if (event.starts_with("store ")) {
            world_.store(stored_trackers(event.substr(6)));
        } else {
            return false;
        }
        return true;
    }

    std::optional<std::string> next_frame(const std::string& socket) override {
        return world_.take_frame(sockets_.at(socket));
    }

    std::optional<std::string> next_event(const std::string& socket) override {
        const auto close = world_.take_close(sockets_.at(socket));
        if (!close) return std::nullopt;
        return "close " + std::to_string(close->code) + (close->now ? " at once" : "");
    }

private:
    static std::shared_ptr<const session::StoredTrackers> stored_trackers(std::string_view text) {
        if (text == "away") return nullptr;
        return std::make_shared<session::StoredTrackers>(proto::parse_trackers(text, {}).value());
    }

    static CoreOptions options(const TranscriptHeader& header) {
        CoreOptions options;
        const auto set = [&](const char* key, std::size_t& value) {
            if (const auto at = header.options.find(key); at != header.options.end()) value = std::stoul(at->second);
        };
        set("waiting frames", options.socket.waiting_frames);
        set("text frame bytes", options.socket.text_frame_bytes);
        set("outbox frames", options.socket.outbox_frames);
        set("publishers", options.conversation.publishers);
        set("subscribers", options.conversation.subscribers);
        set("trackers", options.conversation.trackers);
        set("tracker lists", options.conversation.tracker_lists);
        set("replay bytes", options.conversation.replay_bytes);
        set("speakers", options.conversation.speakers);
        set("open utterances", options.conversation.open_utterances);
        set("utterance bytes", options.conversation.utterance_bytes);
        const auto stored = header.options.find("stored");
        options.stored = stored_trackers(stored == header.options.end() ? "[]" : stored->second);
        return options;
    }

    CoreWorld world_;
    std::map<std::string, std::size_t> sockets_;
};

}  // namespace

Transcript parse_transcript(const std::string& text) {
    Transcript transcript;
    std::istringstream in(text);
    std::string line;
    bool in_header = true;
    for (int number = 1; std::getline(in, line); ++number) {
        TranscriptLine parsed;
        parsed.number = number;
        parsed.text = line;
        std::string key;
        std::string value;
        if (line.empty() || line[0] == '#') {
            if (in_header && RE2::FullMatch(line, R"(# ([a-z ]+): (.*))", &key, &value)) {
                (key == "name" ? transcript.header.name : transcript.header.options[key]) = value;
            }
            transcript.lines.push_back(parsed);
            continue;
        }
        in_header = false;
        const std::size_t blank = std::min(line.find(' '), line.size());
        parsed.socket = line.substr(1, blank - 1);
        parsed.text = blank < line.size() ? line.substr(blank + 1) : "";
        switch (line[0]) {
            case '>':
                parsed.kind = Kind::client;
                break;
            case '<':
                parsed.kind = Kind::server;
                break;
            case '@':
                parsed.kind = Kind::time;
                break;
            case '!':
                parsed.kind = Kind::event;
                parsed.text = strip(parsed.text);
                break;
            default:
                throw std::runtime_error("line " + std::to_string(number) + " begins with no sign: " + line);
        }
        transcript.lines.push_back(parsed);
    }
    if (transcript.header.name.empty()) throw std::runtime_error("a transcript without a name");
    return transcript;
}

std::map<std::string, Transcript> read_transcripts(const std::string& folder) {
    std::map<std::string, Transcript> transcripts;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".transcript") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        transcripts.emplace(entry.path().stem().string(), parse_transcript(text));
    }
    return transcripts;
}

std::string play(const Transcript& transcript, TranscriptDriver& driver) {
    Player player(driver);
    Bindings bindings;
    const auto left_over = [&]() -> std::string {
        if (!driver.knows_what_is_left()) return {};
        for (const std::string& socket : player.sockets()) {
            if (const auto frame = driver.next_frame(socket)) return "the server also says <" + socket + " " + *frame;
            if (const auto event = driver.next_event(socket)) return "the server also does !" + socket + " " + *event;
        }
        return {};
    };
    for (const TranscriptLine& line : transcript.lines) {
        const std::string where = "line " + std::to_string(line.number) + ": ";
        if (line.kind == Kind::comment) continue;
        if (line.kind == Kind::server) {
            const auto frame = driver.next_frame(line.socket);
            if (!frame) return where + "the server is silent";
            if (const std::string problem = bindings.mismatch(line.text, *frame); !problem.empty())
                return where + problem;
        } else if (line.kind == Kind::event && is_server_event(line.text)) {
            if (const auto frame = driver.next_frame(line.socket)) return where + "before it the server says " + *frame;
            const auto event = driver.next_event(line.socket);
            if (!event || *event != line.text) return where + "instead: " + event.value_or("nothing");
        } else {
            if (const std::string more = left_over(); !more.empty()) return where + "before it " + more;
            player.act(line);
        }
    }
    return left_over();
}

std::string bless(const Transcript& transcript, TranscriptDriver& driver) {
    Player player(driver);
    Bindings bindings;
    std::string out;
    for (const TranscriptLine& line : transcript.lines) {
        if (line.kind == Kind::server || (line.kind == Kind::event && is_server_event(line.text))) continue;
        if (line.kind == Kind::comment) {
            out += line.text + "\n";
            continue;
        }
        const char mark = line.kind == Kind::client ? '>' : line.kind == Kind::time ? '@' : '!';
        out += sign(line, mark) + line.text + "\n";
        player.act(line);
        for (const std::string& socket : player.sockets()) {
            TranscriptLine said;
            said.socket = socket;
            while (const auto frame = driver.next_frame(socket)) {
                out += sign(said, '<') + bindings.blessed(*frame, transcript.header.options.contains("times")) + "\n";
            }
            while (const auto event = driver.next_event(socket)) out += sign(said, '!') + *event + "\n";
        }
    }
    return out;
}

std::unique_ptr<TranscriptDriver> make_core_driver(const TranscriptHeader& header) {
    return std::make_unique<CoreDriver>(header);
}

}  // namespace earshot::support
