// Input: a transcript (tests/support/transcript.hpp), of which the lines of clients, of time and of events are played;
// what begins with no known sign is left out. Sockets named p to z listen, the others publish; `connect` and
// `subscribe` give a name another socket. Must hold: every frame is JSON or the answer to a ping; sequence numbers rise
// on every socket from each begin on; a hit is told nothing of after its end; no more changes are answered than there
// were texts; a subscriber is told nothing before its begin; outboxes and queues stay within their bounds; a socket
// that is closed gives no more frames and no actions; no error is of the server.
#include "support/core_world.hpp"

#include <re2/re2.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace earshot;

constexpr std::size_t k_max_bytes = 8 * 1024;
constexpr std::size_t k_max_lines = 60;
constexpr std::size_t k_publishers = 3;
constexpr std::size_t k_subscribers = 3;
constexpr std::size_t k_most_sockets = 40;  // over time

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
    options.conversation.subscribers = 2;
    options.conversation.trackers = 4;
    options.conversation.phrases = 8;
    options.conversation.tracker_lists = 3;
    options.conversation.replay_bytes = 3000;
    return options;
}

class Session {
public:
    Session() : world_(options()) {
        for (std::size_t i = 0; i < k_publishers; ++i) clients_[i].socket = world_.connect(i == 2 ? "other" : "call");
    }

    void play(std::string_view line) {
        if (line.empty()) return;
        const std::size_t blank = std::min(line.find(' '), line.size());
        const std::string text(line.substr(std::min(blank + 1, line.size())));
        const std::size_t client = blank > 1 ? client_of(static_cast<unsigned char>(line[1])) : 0;
        if (line[0] == '>' && clients_[client].socket) send(clients_[client], text);
        if (line[0] == '@') pass(text);
        if (line[0] == '!') happen(client, text);
        check();
    }

private:
    struct Client {
        std::optional<std::size_t> socket;
        bool is_subscriber = false;
        bool has_begun = false;
        bool is_closed = false;
        std::size_t left = 0;  // frames that waited when it was closed
        std::int64_t sequence = 0;
        std::set<std::string> over;
        std::size_t texts = 0;     // that it sent
        std::size_t modified = 0;  // changes that were answered as done
    };

    static std::size_t client_of(unsigned char name) {
        return name >= 'p' && name <= 'z' ? k_publishers + (name - 'p') % k_subscribers : name % k_publishers;
    }

    void send(Client& client, const std::string& text) {
        if (text.starts_with("binary ")) {
            world_.send_binary(*client.socket, text.size());
            return;
        }
        ++client.texts;
        world_.send(*client.socket, text);
    }

    void pass(const std::string& text) {
        int number = 0;
        std::string unit;
        if (!RE2::FullMatch(text, R"(\+(\d{1,5})(ms|s))", &number, &unit)) return;
        world_.advance(unit == "s" ? base::Duration(std::chrono::seconds(number))
                                   : base::Duration(std::chrono::milliseconds(number)));
    }

    void happen(std::size_t index, const std::string& event) {
        Client& client = clients_[index];
        if (event == "hold compiling") world_.hold_compiling(true);
        if (event == "go on compiling") world_.hold_compiling(false);
        if (event == "compile one") world_.release_compiling(0);
        if (event == "shut down") world_.shut_down();
        const bool is_listener = index >= k_publishers;
        if (is_listener ? event.starts_with("subscribe ") : event.starts_with("connect ")) connect(client, event);
        if (!client.socket) return;
        if (event == "lose") world_.lose(*client.socket);
        if (event == "stop reading") world_.set_reading(*client.socket, false);
        if (event == "read on") world_.set_reading(*client.socket, true);
        if (event == "refuse draining") world_.refuse(*client.socket, base::Errc::draining);
    }

    // In place of the client's socket, which stays open, as it does while a connection has broken unnoticed.
    void connect(Client& client, const std::string& event) {
        if (world_.sockets() >= k_most_sockets) return;
        const std::string id = event.find("other") == std::string::npos ? "call" : "other";
        client = {};
        client.is_subscriber = event.starts_with("subscribe");
        if (!client.is_subscriber) {
            client.socket = world_.connect(id);
            return;
        }
        session::Subscription subscription;
        std::uint64_t from = 0;
        if (RE2::PartialMatch(event, R"(resumeFrom=(\d{1,4}))", &from)) subscription.resume_from = from;
        subscription.wishes.revisions = event.find("revisions") != std::string::npos;
        client.socket = world_.subscribe(id, subscription);
    }

    void check() {
        for (auto& [index, client] : clients_) {
            if (!client.socket) continue;
            session::ClientMachine& machine = world_.machine(*client.socket);
            const session::SocketLimits limits = options().socket;
            // Far beyond its limit a client is given up, at the latest with the frame that went there.
            require(machine.outbox().frames() <= 4 * limits.outbox_frames + 1, "too many frames wait");
            if (client.is_closed) require(machine.outbox().frames() <= client.left, "a frame after the close");
            for (const std::string& frame : world_.take_frames(*client.socket)) check_frame(client, frame);
            client.is_closed = machine.is_closed();
            client.left = machine.outbox().frames();
        }
    }

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
            check_platform(client, root["message"], frame);
            return;
        }
        std::int64_t sequence = 0;
        require(root["sequenceNumber"].get(sequence) == simdjson::SUCCESS, "a response without a number", frame);
        require(client.has_begun, "a response before the begin", frame);
        require(sequence > client.sequence, "the sequence does not rise", frame);
        client.sequence = sequence;
        if (type == "tracker_response") check_hits(client, root, frame);
    }

    static void check_platform(Client& client, simdjson::dom::element message, const std::string& frame) {
        std::string_view type;
        require(message["type"].get(type) == simdjson::SUCCESS, "a message without a type", frame);
        if (type == (client.is_subscriber ? "subscription_started" : "recognition_started")) {
            // It may be another conversation, or the same again from an earlier number on.
            client.has_begun = true;
            client.sequence = 0;
            client.over.clear();
        }
        if (type == "recognition_result") require(client.has_begun, "a caption before the begin", frame);
        if (type == "session_modified") require(++client.modified <= client.texts, "answered twice", frame);
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
