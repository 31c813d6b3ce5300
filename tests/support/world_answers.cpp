#include "tracker_json.hpp"
#include "world_run.hpp"

#include <algorithm>
#include <utility>

namespace earshot::support::world {
namespace {

// What docs/protocol.md says of modify_request; none: it is wrong, and nothing changes.
std::optional<Trackers> changed(Trackers trackers, const WorldChange& change) {
    const auto add = [&](const TrackerDefinition& tracker) {
        const auto is_it = [&](const TrackerDefinition& other) { return other.id == tracker.id; };
        const auto place = std::find_if(trackers.begin(), trackers.end(), is_it);
        if (place != trackers.end()) return *place == tracker;
        trackers.push_back(tracker);
        return true;
    };
    if (change.replace) {
        trackers.clear();
        if (!std::all_of(change.replace->begin(), change.replace->end(), add)) return std::nullopt;
    }
    const auto has = [](const std::string& name) {
        return [&](const TrackerDefinition& tracker) { return tracker.id == name || tracker.name == name; };
    };
    const auto is_there = [&](const std::string& name) {
        return std::any_of(trackers.begin(), trackers.end(), has(name));
    };
    if (!std::all_of(change.remove.begin(), change.remove.end(), is_there)) return std::nullopt;
    for (const std::string& name : change.remove) std::erase_if(trackers, has(name));
    if (!std::all_of(change.add.begin(), change.add.end(), add)) return std::nullopt;
    return trackers;
}

}  // namespace

void WorldRun::settle() {
    if (!problem_.empty()) return;
    std::vector<bool> was_live;
    for (const Client& client : clients_) was_live.push_back(client.view.is_live());
    std::vector<std::vector<WorldEvent>> events;
    for (Client& client : clients_) {
        events.push_back(
            client.view.read(client.socket ? world_.take_frames(*client.socket) : std::vector<std::string>()));
        if (!client.view.problem().empty()) {
            return fail("client " + std::to_string(&client - clients_.data()) + ": " + client.view.problem());
        }
    }
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        if (clients_[i].replaced) read_replaced(i);
        std::optional<std::uint64_t> first_kept;
        for (const WorldEvent& event : events[i]) take(i, event, first_kept);
        put_brought(i, events[i]);
        for (const WorldEvent& event : events[i]) take_end(i, event);
        if (clients_[i].view.is_live() && !was_live[i]) check_resumption(i, first_kept);
    }
    check_same_finals(was_live);
    check_open();
}

void WorldRun::read_replaced(std::size_t index) {
    Replaced& replaced = *clients_[index].replaced;
    std::optional<std::uint64_t> nothing;
    const std::vector<WorldEvent> events = replaced.view.read(world_.take_frames(replaced.socket));
    if (!replaced.view.problem().empty()) return fail("a replaced socket: " + replaced.view.problem());
    for (const WorldEvent& event : events) take(index, event, nothing);
    put_brought(index, events);
}

void WorldRun::take(std::size_t index, const WorldEvent& event, std::optional<std::uint64_t>& first_kept) {
    Client& client = clients_[index];
    switch (event.kind) {
        case WorldEvent::Kind::begun:
            void_requests(client);
            if (client.replaced) check_closed(std::exchange(client.replaced, std::nullopt)->socket);
            client.start = client.next_start;
            client.has_begun = true;
            client.state = State::live;
            break;
        case WorldEvent::Kind::modified:
        case WorldEvent::Kind::refused:
            answer(client, event);
            break;
        case WorldEvent::Kind::gap:
            first_kept = event.first_kept;
            ++summary.gaps;
            break;
        default:
            break;
    }
}

void WorldRun::take_end(std::size_t index, const WorldEvent& event) {
    Client& client = clients_[index];
    switch (event.kind) {
        case WorldEvent::Kind::completed:
            for (const Request& request : client.requests) {
                if (request.outcome == Outcome::open) fail("completed before a change is answered: " + request.id);
            }
            if (is_publisher(index) && client.state != State::stopping) fail("completed without a stop");
            is_told_completion_.insert(index);
            break;
        case WorldEvent::Kind::stopped:
            if (!is_told_completion_.contains(index)) fail("stopped before it is completed");
            check_requests(client);
            end(client);
            client.view.leave();
            break;
        default:
            break;
    }
}

void WorldRun::answer(Client& client, const WorldEvent& event) {
    const auto request = std::find_if(client.requests.begin(), client.requests.end(),
                                      [&](const Request& one) { return one.id == event.request_id; });
    if (request == client.requests.end()) return fail("an error nobody caused, or an answer: " + event.code);
    if (request->outcome != Outcome::open) return fail("a change is answered twice: " + request->id);
    if (event.kind == WorldEvent::Kind::modified) {
        request->outcome = Outcome::taken;
        const auto now = changed(client.brought, request->change);
        if (!now) return fail("a wrong change was taken: " + request->id);
        client.brought = *now;
        ++summary.changes;
    } else if (event.code == "queue_full") {
        request->outcome = Outcome::timed_out;
        if (client.state != State::stopping) fail("a change is given up without a stop: " + request->id);
    } else {
        request->outcome = Outcome::refused;
        ++summary.refused_changes;
    }
}

void WorldRun::check_requests(const Client& client) {
    Trackers trackers = client.start.trackers;
    bool is_certain = true;
    for (const Request& request : client.requests) {
        const auto now = changed(trackers, request.change);
        const bool taken = request.outcome == Outcome::taken;
        if (taken && !now) return fail("a wrong change was taken: " + request.id);
        const bool is_over = taken || request.outcome == Outcome::refused;
        if (!is_over || request.change.does_not_compile) is_certain = false;
        if (request.outcome == Outcome::refused && now && is_certain)
            return fail("a right change was refused: " + request.id);
        if (taken) trackers = *now;
    }
}

void WorldRun::void_requests(Client& client) {
    check_requests(client);
    client.requests.clear();
}

void WorldRun::put_brought(std::size_t index, const std::vector<WorldEvent>& events) {
    Client& client = clients_[index];
    const auto has = [&](WorldEvent::Kind kind) {
        return std::any_of(events.begin(), events.end(), [&](const WorldEvent& e) { return e.kind == kind; });
    };
    const bool begun = has(WorldEvent::Kind::begun) && is_publisher(index);
    if (begun) client.brought = client.start.trackers;
    if (!begun && !has(WorldEvent::Kind::modified)) return;
    for (const TrackerDefinition& tracker : client.brought) {
        if (tracker.id == k_does_not_compile) return fail("a tracker without a word is in force");
    }
    if (!client.slot) client.slot = last_slot_++;
    const detect::TrackerListDefinition list{client.brought, client.start.settings};
    std::vector<std::size_t> ended;
    for (const ModelSpeaker& speaker : model_.speakers()) ended.push_back(speaker.said.utterances.size());
    lives_.put(*client.slot, client.brought.empty() ? nullptr : &list, ended);
    if (!begun) return;
    has_begun_ = true;
    for (const proto::TranscriptChunk& chunk : std::exchange(client.waiting, {})) hear(index, chunk);
}

}  // namespace earshot::support::world
