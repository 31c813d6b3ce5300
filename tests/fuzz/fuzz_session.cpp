// Input: a transcript (tests/support/transcript.hpp), of which the lines of the client, of time and of events are
// played; what begins with no known sign is left out. Must hold: every frame is JSON or the answer to a ping; sequence
// numbers rise on every socket; a hit is told nothing of after its end; outboxes and queues stay within their bounds; a
// socket that is closed gives no more frames and no actions; no error is of the server.
#include "support/core_world.hpp"

#include <re2/re2.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace earshot;

constexpr std::size_t k_max_bytes = 8 * 1024;
constexpr std::size_t k_max_lines = 60;
constexpr std::size_t k_sockets = 3;

void require(bool holds, const char* what, const std::string& frame = {}) {
    if (holds) return;
    std::fprintf(stderr, "%s: %s\n", what, frame.c_str());
    std::abort();
}

// Small, so that inputs reach them.
support::CoreOptions options() {
    support::CoreOptions options;
    options.socket.waiting_frames = 4;
    options.socket.waiting_bytes = 2000;
    options.socket.outbox_bytes = 8000;
    options.socket.outbox_frames = 12;
    options.socket.text_frame_bytes = 2000;
    options.conversation.publishers = 2;
    options.conversation.speakers = 3;
    options.conversation.open_utterances = 2;
    options.conversation.utterance_bytes = 60;
    return options;
}

class Session {
public:
    Session() : world_(options()) {
        for (std::size_t i = 0; i < k_sockets; ++i) world_.connect(i == 2 ? "other" : "call");
    }

    void play(std::string_view line) {
        if (line.empty()) return;
        const std::size_t blank = std::min(line.find(' '), line.size());
        const std::string text(line.substr(std::min(blank + 1, line.size())));
        const std::size_t socket = blank > 1 ? static_cast<unsigned char>(line[1]) % k_sockets : 0;
        if (line[0] == '>') send(socket, text);
        if (line[0] == '@') pass(text);
        if (line[0] == '!') happen(socket, text);
        check();
    }

private:
    void send(std::size_t socket, const std::string& text) {
        if (text.starts_with("binary ")) {
            world_.send_binary(socket, text.size());
        } else {
            world_.send(socket, text);
        }
    }

    void pass(const std::string& text) {
        int number = 0;
        std::string unit;
        if (!RE2::FullMatch(text, R"(\+(\d{1,5})(ms|s))", &number, &unit)) return;
        world_.advance(unit == "s" ? base::Duration(std::chrono::seconds(number))
                                   : base::Duration(std::chrono::milliseconds(number)));
    }

    void happen(std::size_t socket, const std::string& event) {
        if (event == "lose") world_.lose(socket);
        if (event == "stop reading") world_.set_reading(socket, false);
        if (event == "read on") world_.set_reading(socket, true);
        if (event == "shut down") world_.shut_down();
        if (event == "refuse draining") world_.refuse(socket, base::Errc::draining);
        if (event == "hold compiling") world_.hold_compiling(true);
        if (event == "go on compiling") world_.hold_compiling(false);
    }

    void check() {
        for (std::size_t i = 0; i < k_sockets; ++i) {
            session::ClientMachine& machine = world_.machine(i);
            const session::SocketLimits limits = options().socket;
            // Far beyond its limit a client is given up, at the latest with the frame that went there.
            require(machine.outbox().frames() <= 4 * limits.outbox_frames + 1, "too many frames wait");
            Client& client = clients_[i];
            if (client.is_closed) require(machine.outbox().frames() <= client.left, "a frame after the close");
            for (const std::string& frame : world_.take_frames(i)) check_frame(client, frame);
            client.is_closed = machine.is_closed();
            client.left = machine.outbox().frames();
        }
    }

    struct Client {
        bool is_closed = false;
        std::size_t left = 0;  // frames that waited when it was closed
        std::int64_t sequence = 0;
        std::set<std::string> over;
    };

    void check_frame(Client& client, const std::string& frame) {
        if (frame == "__PONG__") return;
        simdjson::dom::element root;
        require(parser_.parse(frame).get(root) == simdjson::SUCCESS, "a frame that is no JSON", frame);
        std::string_view type;
        require(root["type"].get(type) == simdjson::SUCCESS, "a frame without a type", frame);
        if (type == "message") {
            std::int64_t offset = -1;
            require(root["timeOffset"].get(offset) == simdjson::SUCCESS && offset >= 0, "a frame without its time",
                    frame);
            std::string_view code;
            if (root["message"]["code"].get(code) == simdjson::SUCCESS) require(code != "internal", "a defect", frame);
            return;
        }
        std::int64_t sequence = 0;
        require(root["sequenceNumber"].get(sequence) == simdjson::SUCCESS, "a response without a number", frame);
        // A socket that starts anew after its stop may find another conversation.
        if (sequence == 1) client = {client.is_closed, client.left, 0, {}};
        require(sequence > client.sequence, "the sequence does not rise", frame);
        client.sequence = sequence;
        if (type == "tracker_response") check_hits(client, root, frame);
    }

    static void check_hits(Client& client, simdjson::dom::element root, const std::string& frame) {
        bool is_final = false;
        require(root["isFinal"].get(is_final) == simdjson::SUCCESS, "a response without isFinal", frame);
        std::set<std::string> here;
        for (const simdjson::dom::element tracker : root["trackers"]) {
            for (const simdjson::dom::element match : tracker["matches"]) {
                for (const simdjson::dom::element ref : match["messageRefs"]) {
                    const std::string id{std::string_view(ref["hitId"])};
                    require(!client.over.contains(id), "a hit is told after its end", frame);
                    std::string_view state;
                    if (is_final || (ref["state"].get(state) == simdjson::SUCCESS && state == "retracted"))
                        here.insert(id);
                }
            }
        }
        client.over.insert(here.begin(), here.end());
    }

    support::CoreWorld world_;
    std::map<std::size_t, Client> clients_;
    simdjson::dom::parser parser_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > k_max_bytes) return 0;
    std::string_view input(reinterpret_cast<const char*>(data), size);
    Session session;
    for (std::size_t lines = 0; !input.empty() && lines < k_max_lines; ++lines) {
        const std::size_t end = std::min(input.find('\n'), input.size());
        session.play(input.substr(0, end));
        input.remove_prefix(std::min(end + 1, input.size()));
    }
    return 0;
}
