#include "tracker_json.hpp"
#include "world_run.hpp"

#include <algorithm>

namespace earshot::support::world {

void WorldRun::begin() {
    if (trial_.has_observer) subscribe(observer(), {false, Resume::no});
    if (!trial_.begins_with_a_failure) return;
    const std::size_t socket = world_.connect();
    world_.send(socket, R"({"type":"start_request","trackers":[{"name":"x","vocabulary":["..."]}]})");
    const auto frames = world_.take_frames(socket);
    if (frames.size() != 1 || !world_.take_close(socket)) fail("a wrong start does not fail");
    settle();
}

void WorldRun::step(const WorldStep& step) {
    switch (step.kind) {
        case Kind::start:
            start(step);
            break;
        case Kind::speak:
            speak(step.client, step.chunk);
            break;
        case Kind::modify:
            modify(step.client, step.change);
            break;
        case Kind::subscribe:
            if (!clients_[step.client].socket) subscribe(step.client, {step.wishes.revisions, step.resume});
            break;
        case Kind::lose:
            lose(step.client);
            break;
        case Kind::stop:
            if (others_take_part(step.client)) stop(step.client);
            break;
        case Kind::hold:
            world_.hold_compiling(true);
            break;
        case Kind::release:
            if (world_.held_compiling() > 0) world_.release_compiling(step.number % world_.held_compiling());
            break;
        case Kind::go_on:
            go_on();
            break;
        case Kind::wait:
            advance(now_ + step.seconds);
            break;
    }
    settle();
}

void WorldRun::start(const WorldStep& step) {
    Client& client = clients_[step.client];
    if (client.state == State::stopping) return;
    const bool replaces = client.socket && client.state != State::over;
    const std::size_t old = client.socket.value_or(0);
    const bool has_begun = client.state == State::live;
    if (has_begun) client.replaced = Replaced{old, client.view};
    client.waiting.clear();
    client.next_start = step.list;
    client.state = State::starting;
    client.lost_at.reset();
    connect(client, world_.connect(), step.wishes, step.resume);
    std::string message = R"({"type":"start_request","noConnectionTimeout":1800,"speaker":{"userId":")" +
                          user(step.client) + R"(","role":"agent"},"trackers":)" + to_json(step.list.trackers) +
                          R"(,"config":{"languageCode":")" + step.list.settings.language + R"(","trackers":{"tiers":)" +
                          to_json(step.list.settings.tiers) + R"(,"phraseGapSeconds":)" +
                          to_json(step.list.settings.phrase_gap_seconds);
    if (step.wishes.interim_results) message += R"(,"interimResults":true)";
    if (step.wishes.revisions) message += R"(,"revisions":true)";
    message += "}";
    if (step.wishes.transcript) message += R"(,"echoTranscript":true)";
    message += "}";
    if (client.resumes) message += R"(,"resumeFrom":)" + std::to_string(client.resume_from);
    world_.send(*client.socket, message + "}");
    if (!replaces || has_begun) return;
    check_closed(old);
    if (!world_.take_frames(old).empty()) fail("a replaced socket is told something");
}

void WorldRun::check_closed(std::size_t replaced) {
    const auto close = world_.take_close(replaced);
    if (!close || close->code != 1000) fail("a replaced socket is not closed");
}

void WorldRun::subscribe(std::size_t index, const Wanted& wanted) {
    Client& client = clients_[index];
    session::Subscription subscription;
    subscription.wishes.revisions = wanted.revisions;
    prepare(client, subscription.wishes, wanted.resume);
    if (client.resumes) subscription.resume_from = client.resume_from;
    client.state = State::waiting;
    client.socket = world_.subscribe("call", subscription);
}

void WorldRun::connect(Client& client, std::size_t socket, const proto::ListenerWishes& wishes, Resume resume) {
    prepare(client, wishes, resume);
    client.socket = socket;
}

void WorldRun::prepare(Client& client, const proto::ListenerWishes& wishes, Resume resume) {
    client.resumes = resume != Resume::no;
    client.resume_from = resume == Resume::from_last_seen ? client.view.last_sequence() : 0;
    if (client.has_begun && !client.resumes) client.always_resumed = false;
    if (client.resumes) ++summary.resumptions;
    client.view.connect(wishes, client.resumes ? std::optional(client.resume_from) : std::nullopt);
}

void WorldRun::speak(std::size_t index, const proto::TranscriptChunk& chunk) {
    Client& client = clients_[index];
    if (client.state == State::starting) {
        client.waiting.push_back(chunk);
    } else if (client.state == State::live) {
        hear(index, chunk);
    } else {
        return;
    }
    world_.send(*client.socket, to_json(chunk));
}

void WorldRun::hear(std::size_t index, const proto::TranscriptChunk& chunk) {
    const proto::Speaker nobody{user(index), "", "agent"};
    model_.speak(index, chunk.speaker.value_or(nobody), chunk, now_, 0, lives_.size());
}

void WorldRun::modify(std::size_t index, const WorldChange& change) {
    Client& client = clients_[index];
    if (client.state != State::live) return;
    client.requests.push_back({"m" + std::to_string(++last_request_), change, Outcome::open});
    world_.send(*client.socket, modify_json(client.requests.back().id, change));
}

std::string WorldRun::modify_json(const std::string& id, const WorldChange& change) {
    std::string parts = R"("remove":)" + to_json(change.remove) + R"(,"add":)" + to_json(change.add);
    if (change.replace) parts += R"(,"replace":)" + to_json(*change.replace);
    return R"({"type":"modify_request","requestId":")" + id + R"(","trackers":{)" + parts + "}}";
}

void WorldRun::lose(std::size_t index) {
    Client& client = clients_[index];
    if (!client.socket || client.state == State::over) return;
    const bool may_return = client.state != State::stopping;
    if (client.replaced) world_.lose(std::exchange(client.replaced, std::nullopt)->socket);
    world_.lose(*client.socket);
    client.socket.reset();
    client.view.leave();
    client.state = State::away;
    if (!is_publisher(index)) return;
    void_requests(client);
    client.waiting.clear();
    if (may_return) {
        client.lost_at = now_;
    } else {
        end(client);
    }
}

void WorldRun::stop(std::size_t index) {
    Client& client = clients_[index];
    if (client.state != State::live) return;
    client.state = State::stopping;
    model_.stop(index);
    world_.send(*client.socket, R"({"type":"stop_request"})");
}

bool WorldRun::others_take_part(std::size_t index) const {
    for (std::size_t i = 0; i < trial_.publishers; ++i) {
        const Client& client = clients_[i];
        if (i != index && (client.lost_at || client.state == State::live || client.state == State::starting))
            return true;
    }
    return false;
}

void WorldRun::go_on() {
    while (world_.held_compiling() > 0 && problem_.empty()) {
        world_.release_compiling(0);
        settle();
    }
    world_.hold_compiling(false);
}

void WorldRun::end(Client& client) {
    client.state = State::over;
    client.slot.reset();
    client.brought.clear();
    client.lost_at.reset();
}

void WorldRun::advance(double until) {
    while (problem_.empty()) {
        double next = until;
        if (const auto due = model_.deadline(k_pause)) next = std::min(next, std::max(now_, *due));
        for (const Client& client : clients_) {
            if (client.lost_at) next = std::min(next, *client.lost_at + k_patience);
        }
        world_.advance(base::from_seconds(next - now_));
        now_ = next;
        model_.on_time(now_, k_pause);
        for (std::size_t i = 0; i < trial_.publishers; ++i) {
            if (!clients_[i].lost_at || *clients_[i].lost_at + k_patience > now_) continue;
            model_.stop(i);
            end(clients_[i]);
        }
        settle();
        if (now_ >= until) return;
    }
}

}  // namespace earshot::support::world
