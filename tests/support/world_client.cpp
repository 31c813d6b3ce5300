#include "world_client.hpp"

#include <algorithm>

namespace earshot::support {
namespace {

using simdjson::dom::element;

std::string str(element object, std::string_view key) {
    return std::string(std::string_view(object[key]));
}

std::size_t byte_at(std::string_view text, std::int64_t utf16) {
    std::int64_t units = 0;
    std::size_t byte = 0;
    while (byte < text.size() && units < utf16) {
        const auto lead = static_cast<unsigned char>(text[byte]);
        byte += lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        units += lead < 0xF0 ? 1 : 2;
    }
    return byte;
}

// `take(id, state, hit so far)` for each messageRef; parts of one hit follow one another.
template <typename Take>
void for_each_ref(element root, Take&& take) {
    for (const element tracker : root["trackers"]) {
        for (const element match : tracker["matches"]) {
            for (const element ref : match["messageRefs"]) {
                const std::string text = str(ref, "text");
                const std::size_t begin = byte_at(text, ref["span"]["start"]);
                const std::size_t end = byte_at(text, ref["span"]["end"]);
                std::string_view state;
                if (ref["state"].get(state) != simdjson::SUCCESS) state = "";
                const std::string span = std::to_string(std::int64_t(ref["span"]["start"])) + "-" +
                                         std::to_string(std::int64_t(ref["span"]["end"])) + " ";
                take(str(ref, "hitId"), std::string(state),
                     HeardHit{str(ref["speaker"], "userId"), str(tracker, "id"), str(match, "value"), str(ref, "tier"),
                              span, without_white_space(std::string_view(text).substr(begin, end - begin))});
            }
        }
    }
}

// Who follows revisions is told of final hits with their state, others without.
std::string without_states(std::string frame) {
    constexpr std::string_view k_state = R"(,"state":"confirmed")";
    for (std::size_t at = frame.find(k_state); at != std::string::npos; at = frame.find(k_state, at)) {
        frame.erase(at, k_state.size());
    }
    return frame;
}

}  // namespace

std::string to_string(const HeardHit& hit) {
    return hit.tier + " " + hit.tracker + " \"" + hit.value + "\" by " + hit.speaker + " at " + hit.spans + "in \"" +
           hit.said + "\"";
}

std::string without_white_space(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("\u00A0")) {
            ++i;
        } else if (text[i] != ' ' && text[i] != '\n' && text[i] != '\t') {
            result += text[i];
        }
    }
    return result;
}

void WorldClient::connect(const proto::ListenerWishes& wishes, std::optional<std::uint64_t> resume_from) {
    wishes_ = wishes;
    resume_from_ = resume_from;
    is_live_ = false;
    socket_sequence_ = 0;
    awaits_open_ = resume_from && wishes.revisions;
    if (!resume_from) open_.clear();  // it begins anew
}

std::vector<WorldEvent> WorldClient::read(const std::vector<std::string>& frames) {
    std::vector<WorldEvent> events;
    last_finals_.clear();
    for (const std::string& frame : frames) {
        static thread_local simdjson::dom::parser parser;  // a client can be copied
        const element root = parser.parse(frame);
        if (str(root, "type") == "message") {
            (void)std::int64_t(root["timeOffset"]);
            read_platform(root["message"], frame, events);
        } else {
            read_data(root, frame);
        }
        if (!problem_.empty()) return events;
    }
    return events;
}

void WorldClient::read_platform(element message, const std::string& frame, std::vector<WorldEvent>& events) {
    using Kind = WorldEvent::Kind;
    const std::string type = str(message, "type");
    std::string_view id;
    if (message["requestId"].get(id) != simdjson::SUCCESS) id = "";
    if (type == "recognition_started" || type == "subscription_started") {
        if (is_live_) return complain("begun twice");
        is_live_ = true;
        events.push_back({Kind::begun, "", "", 0});
    } else if (type == "session_modified") {
        if (str(message, "cause") != "request") complain("a change without a cause");
        (void)std::int64_t(message["trackers"]["version"]);
        events.push_back({Kind::modified, std::string(id), "", 0});
    } else if (type == "error" && str(message, "code") == "resume_gap") {
        if (!resume_from_ || socket_sequence_ != 0) {
            complain("a gap that is not told first: " + frame);
        }
        events.push_back({Kind::gap, "", "", std::uint64_t(message["firstKept"])});
    } else if (type == "error") {
        events.push_back({Kind::refused, std::string(id), str(message, "code"), 0});
    } else if (type == "conversation_completed") {
        if (!is_live_) complain("completed without having begun");
        events.push_back({Kind::completed, "", "", 0});
    } else if (type == "recognition_stopped") {
        events.push_back({Kind::stopped, "", "", 0});
    } else if (type == "recognition_result") {
        if (!is_live_ || !wishes_.transcript) complain("a caption that nobody asked for");
        ++captions_;
    } else if (type != "started_listening" && type != "conversation_created") {
        complain("an unknown message: " + frame);
    }
}

void WorldClient::read_data(element root, const std::string& frame) {
    if (!is_live_) return complain("data before the begin: " + frame);
    const std::uint64_t sequence = root["sequenceNumber"];
    if (sequence <= socket_sequence_) return complain("the sequence does not rise: " + frame);
    socket_sequence_ = sequence;
    last_sequence_ = std::max(last_sequence_, sequence);
    const std::string type = str(root, "type");
    if (type == "message_response" || bool(root["isFinal"])) {
        read_final(root, sequence, frame);
    } else {
        read_interim(root);
    }
}

void WorldClient::read_final(element root, std::uint64_t sequence, const std::string& frame) {
    const std::string text = without_states(frame);
    last_finals_.emplace_back(sequence, text);
    const auto [place, is_new] = finals_.emplace(sequence, text);
    if (!is_new && place->second != text) complain("told again in other words: " + frame);
    if (!is_new && (!resume_from_ || *resume_from_ >= sequence)) complain("told again without being asked: " + frame);
    if (str(root, "type") != "tracker_response") return;
    std::set<std::string> here;
    for_each_ref(root, [&](const std::string& id, const std::string& state, const HeardHit&) {
        if (state != (wishes_.revisions ? "confirmed" : "")) complain("a final hit in another state: " + frame);
        if (retracted_.contains(id)) complain("confirmed after it was retracted: " + id);
        here.insert(id);
    });
    for (const std::string& id : here) {
        if (!confirmed_.insert(id).second && is_new) complain("confirmed twice: " + id);
        open_.erase(id);
    }
}

std::map<std::string, WorldClient::Told> WorldClient::hits_in(element root) {
    std::map<std::string, Told> hits;
    for_each_ref(root, [&](const std::string& id, const std::string& state, HeardHit hit) {
        const auto [place, is_new] = hits.emplace(id, Told{hit, state});
        if (is_new) return;
        Told& told = place->second;
        if (told.state != state) complain("one hit in two states: " + id);
        hit.spans = told.hit.spans + hit.spans;
        hit.said = told.hit.said + hit.said;
        if (std::tie(hit.tracker, hit.value, hit.tier) != std::tie(told.hit.tracker, told.hit.value, told.hit.tier)) {
            complain("one hit of two phrases: " + id);
        }
        told.hit = std::move(hit);
    });
    return hits;
}

void WorldClient::read_interim(element root) {
    if (!wishes_.interim_results) return complain("an interim hit that nobody asked for");
    std::map<std::string, Told> hits = hits_in(root);
    for (auto& [id, told] : hits) told.hit.said.clear();  // it may change without a word, where its place does not
    if (std::exchange(awaits_open_, false)) {
        open_.clear();  // what is not among these is gone
        for (const auto& [id, told] : hits) {
            if (told.state != "created") complain("an open hit in the state " + told.state);
            if (confirmed_.contains(id) || retracted_.contains(id)) complain("open again: " + id);
            open_.emplace(id, told.hit);
        }
        return;
    }
    if (hits.empty()) complain("a response without a hit");
    for (const auto& [id, told] : hits) {
        ++interim_hits_;
        if (confirmed_.contains(id) || retracted_.contains(id)) complain("told after its end: " + id);
        if (wishes_.revisions) {
            apply(id, told.state, told.hit);
        } else if (!told.state.empty()) {
            complain("a state that nobody asked for: " + told.state);
        } else if (!interim_.insert(id).second) {
            complain("an interim hit is told twice: " + id);
        }
    }
}

void WorldClient::apply(const std::string& id, const std::string& state, const HeardHit& hit) {
    if (state == "created") {
        if (!open_.emplace(id, hit).second) complain("created twice: " + id);
    } else if (state == "updated") {
        const auto place = open_.find(id);
        if (place == open_.end()) return complain("updated without being open: " + id);
        place->second = hit;
    } else if (state == "retracted") {
        if (open_.erase(id) == 0) complain("retracted without being open: " + id);
        retracted_.insert(id);
    } else {
        complain("an open hit in the state " + state);
    }
}

void WorldClient::complain(const std::string& problem) {
    if (problem_.empty()) problem_ = problem;
}

std::vector<HeardHit> confirmed_in(const std::map<std::uint64_t, std::string>& finals) {
    std::map<std::string, HeardHit> hits;
    simdjson::dom::parser parser;
    for (const auto& [sequence, frame] : finals) {
        const element root = parser.parse(frame);
        if (str(root, "type") != "tracker_response") continue;
        for_each_ref(root, [&](const std::string& id, const std::string&, const HeardHit& hit) {
            const auto [place, is_new] = hits.emplace(id, hit);
            if (is_new) return;
            place->second.spans += hit.spans;
            place->second.said += hit.said;
        });
    }
    std::vector<HeardHit> result;
    for (const auto& [id, hit] : hits) result.push_back(hit);
    std::sort(result.begin(), result.end());
    return result;
}

}  // namespace earshot::support
