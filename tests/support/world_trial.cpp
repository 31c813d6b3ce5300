#include "world_trial.hpp"

#include "earshot/detect/language_tools.hpp"
#include "earshot/text/utf8.hpp"

#include "call_model.hpp"
#include "core_world.hpp"
#include "tracker_json.hpp"
#include "tracker_lives.hpp"
#include "world_client.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace earshot::support {
namespace {

using detect::TrackerDefinition;
using Kind = WorldStep::Kind;
using Trackers = std::vector<TrackerDefinition>;

constexpr double k_pause = 2;
constexpr double k_patience = 1800;

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

struct Request {
    enum class Outcome : std::uint8_t { open, taken, refused, timed_out };
    std::string id;
    WorldChange change;
    Outcome outcome = Outcome::open;
};

/// A socket that stays until the start of the one that replaces it succeeds.
struct Replaced {
    std::size_t socket = 0;
    WorldClient view;
};

struct Client {
    enum class State : std::uint8_t { away, waiting, starting, live, stopping, over };
    State state = State::away;
    WorldClient view;
    std::optional<std::size_t> socket;
    bool always_resumed = true;
    bool resumes = false;
    bool has_begun = false;
    std::uint64_t resume_from = 0;

    // Of publishers:
    std::optional<std::size_t> slot;
    detect::TrackerListDefinition start;       // of its last start that succeeded
    detect::TrackerListDefinition next_start;  // of the one under way
    std::optional<Replaced> replaced;          // by the start under way
    Trackers brought;
    std::vector<Request> requests;  // since its last start
    std::vector<proto::TranscriptChunk> waiting;
    std::optional<double> lost_at;
};

class WorldRun {
public:
    explicit WorldRun(const WorldTrial& trial) : trial_(trial), world_(options(trial)) {
        clients_.resize(trial.publishers + trial.subscribers + 2);  // and an observer, and an auditor
    }

    std::string run() {
        try {
            begin();
            for (std::size_t i = 0; i < trial_.steps.size() && problem_.empty(); ++i) {
                step(trial_.steps[i]);
                if (!problem_.empty()) return "after step " + std::to_string(i) + ": " + problem_;
            }
            if (problem_.empty()) finish();
        } catch (const simdjson::simdjson_error& error) {
            fail(std::string("a frame lacks a member: ") + error.what());
        }
        return problem_.empty() ? "" : "at the end: " + problem_;
    }

    WorldSummary summary;

private:
    using State = Client::State;
    using Outcome = Request::Outcome;

    static CoreOptions options(const WorldTrial& trial) {
        CoreOptions options;
        options.conversation.replay_bytes = trial.replay_bytes.value_or(std::size_t{1} << 24);
        return options;
    }

    std::size_t observer() const { return trial_.publishers + trial_.subscribers; }
    std::size_t auditor() const { return observer() + 1; }
    bool is_publisher(std::size_t client) const { return client < trial_.publishers; }
    static std::string user(std::size_t publisher) { return "user" + std::to_string(publisher); }

    // ---- Steps ----

    void begin() {
        if (trial_.has_observer) subscribe(observer(), {false, Resume::no});
        if (!trial_.begins_with_a_failure) return;
        const std::size_t socket = world_.connect();
        world_.send(socket, R"({"type":"start_request","trackers":[{"name":"x","vocabulary":["..."]}]})");
        const auto frames = world_.take_frames(socket);
        if (frames.size() != 1 || !world_.take_close(socket)) fail("a wrong start does not fail");
        settle();
    }

    void step(const WorldStep& step) {
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

    void start(const WorldStep& step) {
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
                              R"(,"config":{"languageCode":")" + step.list.settings.language +
                              R"(","trackers":{"tiers":)" + to_json(step.list.settings.tiers) +
                              R"(,"phraseGapSeconds":)" + to_json(step.list.settings.phrase_gap_seconds);
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

    void check_closed(std::size_t replaced) {
        const auto close = world_.take_close(replaced);
        if (!close || close->code != 1000) fail("a replaced socket is not closed");
    }

    struct Wanted {
        bool revisions = false;
        Resume resume = Resume::no;
    };

    void subscribe(std::size_t index, const Wanted& wanted) {
        Client& client = clients_[index];
        session::Subscription subscription;
        subscription.wishes.revisions = wanted.revisions;
        prepare(client, subscription.wishes, wanted.resume);
        if (client.resumes) subscription.resume_from = client.resume_from;
        client.state = State::waiting;
        client.socket = world_.subscribe("call", subscription);
    }

    void connect(Client& client, std::size_t socket, const proto::ListenerWishes& wishes, Resume resume) {
        prepare(client, wishes, resume);
        client.socket = socket;
    }

    void prepare(Client& client, const proto::ListenerWishes& wishes, Resume resume) {
        client.resumes = resume != Resume::no;
        client.resume_from = resume == Resume::from_last_seen ? client.view.last_sequence() : 0;
        if (client.has_begun && !client.resumes) client.always_resumed = false;
        if (client.resumes) ++summary.resumptions;
        client.view.connect(wishes, client.resumes ? std::optional(client.resume_from) : std::nullopt);
    }

    void speak(std::size_t index, const proto::TranscriptChunk& chunk) {
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

    void hear(std::size_t index, const proto::TranscriptChunk& chunk) {
        const proto::Speaker nobody{user(index), "", "agent"};
        model_.speak(index, chunk.speaker.value_or(nobody), chunk, now_, 0, lives_.size());
    }

    void modify(std::size_t index, const WorldChange& change) {
        Client& client = clients_[index];
        if (client.state != State::live) return;
        client.requests.push_back({"m" + std::to_string(++last_request_), change, Outcome::open});
        world_.send(*client.socket, modify_json(client.requests.back().id, change));
    }

    static std::string modify_json(const std::string& id, const WorldChange& change) {
        std::string parts = R"("remove":)" + to_json(change.remove) + R"(,"add":)" + to_json(change.add);
        if (change.replace) parts += R"(,"replace":)" + to_json(*change.replace);
        return R"({"type":"modify_request","requestId":")" + id + R"(","trackers":{)" + parts + "}}";
    }

    void lose(std::size_t index) {
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

    void stop(std::size_t index) {
        Client& client = clients_[index];
        if (client.state != State::live) return;
        client.state = State::stopping;
        model_.stop(index);
        world_.send(*client.socket, R"({"type":"stop_request"})");
    }

    bool others_take_part(std::size_t index) const {
        for (std::size_t i = 0; i < trial_.publishers; ++i) {
            const Client& client = clients_[i];
            if (i != index && (client.lost_at || client.state == State::live || client.state == State::starting))
                return true;
        }
        return false;
    }

    void go_on() {
        while (world_.held_compiling() > 0 && problem_.empty()) {
            world_.release_compiling(0);
            settle();
        }
        world_.hold_compiling(false);
    }

    // What it brought stays, and nobody goes on with it.
    static void end(Client& client) {
        client.state = State::over;
        client.slot.reset();
        client.brought.clear();
        client.lost_at.reset();
    }

    void advance(double until) {
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

    // ---- What clients are told ----

    void settle() {
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

    // Its changes are answered there, as long as it is.
    void read_replaced(std::size_t index) {
        Replaced& replaced = *clients_[index].replaced;
        std::optional<std::uint64_t> nothing;
        const std::vector<WorldEvent> events = replaced.view.read(world_.take_frames(replaced.socket));
        if (!replaced.view.problem().empty()) return fail("a replaced socket: " + replaced.view.problem());
        for (const WorldEvent& event : events) take(index, event, nothing);
        put_brought(index, events);
    }

    void take(std::size_t index, const WorldEvent& event, std::optional<std::uint64_t>& first_kept) {
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

    void take_end(std::size_t index, const WorldEvent& event) {
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

    void answer(Client& client, const WorldEvent& event) {
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

    // One after the other: each right change was taken, each wrong one was refused. Behind one that was not compiled in
    // the end, a change may have been judged together with that one.
    void check_requests(const Client& client) {
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

    void void_requests(Client& client) {
        check_requests(client);
        client.requests.clear();
    }

    // What is in force from now on, and what was said right behind a start.
    void put_brought(std::size_t index, const std::vector<WorldEvent>& events) {
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

    // ---- Laws ----

    void check_resumption(std::size_t index, std::optional<std::uint64_t> first_kept) {
        const Client& client = clients_[index];
        if (first_kept && !client.resumes) return fail("a gap without a resumption");
        if (first_kept && !trial_.replay_bytes) return fail("a gap, though all is kept");
        if (!trial_.has_observer || !client.resumes || index == observer()) return;
        std::vector<std::uint64_t> should;
        bool is_missed = false;
        for (const auto& [sequence, frame] : clients_[observer()].view.finals()) {
            if (sequence <= client.resume_from) continue;
            if (first_kept && sequence < *first_kept) {
                is_missed = true;
            } else {
                should.push_back(sequence);
            }
        }
        std::vector<std::uint64_t> is;
        for (const auto& [sequence, frame] : client.view.last_finals()) is.push_back(sequence);
        if (is != should) fail("client " + std::to_string(index) + " was not told all that it asked for again");
        if (first_kept && !is_missed) fail("a gap where nothing is missed");
    }

    // Who is there is told every final response, in the same words; who came just now, the last of them; who has
    // stopped, the first.
    void check_same_finals(const std::vector<bool>& was_live) {
        const std::vector<FinalResponse>* all = nullptr;
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            const WorldClient& view = clients_[i].view;
            if (!was_live[i] || !view.is_live() || is_told_completion_.contains(i)) continue;
            if (all && *all != view.last_finals()) return fail("client " + std::to_string(i) + " is told other finals");
            all = &view.last_finals();
        }
        for (std::size_t i = 0; all && i < clients_.size(); ++i) {
            const Client& client = clients_[i];
            const auto& its = client.view.last_finals();
            const bool comes = !was_live[i] && client.view.is_live() && !client.resumes;
            const bool goes = was_live[i] && !client.view.is_live() && client.socket;
            if (!comes && !goes) continue;
            const bool has_too_many = its.size() > all->size();
            if (has_too_many || (comes ? !std::equal(its.rbegin(), its.rend(), all->rbegin())
                                       : !std::equal(its.begin(), its.end(), all->begin()))) {
                return fail("client " + std::to_string(i) + " is told other finals as it comes or goes");
            }
        }
    }

    // Whoever follows revisions knows what is heard in what is open.
    void check_open() {
        const WorldClient* first = nullptr;
        for (const Client& client : clients_) {
            if (!client.view.is_live() || !client.view.wishes().revisions) continue;
            if (client.state == State::stopping) continue;
            if (first && first->open() != client.view.open()) return fail("two clients hold different open hits");
            first = &client.view;
        }
        if (!first || !problem_.empty()) return;
        std::vector<HeardHit> is;
        for (const auto& [id, hit] : first->open()) is.push_back(hit);
        summary.interim_hits += is.size();
        std::vector<HeardHit> should = open_by_oracle();
        for (HeardHit& hit : should) hit.said.clear();
        compare("open hits: ", std::move(is), std::move(should));
    }

    std::vector<HeardHit> open_by_oracle() {
        std::vector<HeardHit> hits;
        for (ModelSpeaker& speaker : model_.speakers()) {
            OracleSpeaker said = speaker.said;
            for (const ModelUtterance& open : speaker.open) {
                said.utterances.push_back(open.words.known());
                for (const OracleHit& hit : oracle_hits(lives_.lists(), std::span(&said, 1))) {
                    if (hit.end.utterance + 1 == said.utterances.size() && !lives_.is_over(hit.list))
                        hits.push_back(heard(hit, said));
                }
                said.utterances.pop_back();
            }
        }
        return hits;
    }

    std::vector<HeardHit> confirmed_by_oracle() {
        std::vector<HeardHit> hits;
        for (std::size_t s = 0; s < model_.speakers().size(); ++s) {
            const OracleSpeaker& said = model_.speakers()[s].said;
            for (const OracleHit& hit : oracle_hits(lives_.lists(), std::span(&said, 1))) {
                if (lives_.reports(hit.list, s, hit.end.utterance)) hits.push_back(heard(hit, said));
            }
        }
        return hits;
    }

    HeardHit heard(const OracleHit& hit, const OracleSpeaker& speaker) {
        const TrackerDefinition& tracker = lives_.lists()[hit.list].trackers.front();
        const auto& values = hit.tier == detect::Tier::pattern ? tracker.patterns : tracker.vocabulary;
        std::string text;
        std::string spans;
        for (std::size_t u = hit.begin.utterance; u <= hit.end.utterance; ++u) {
            const std::string& whole = speaker.utterances[u].text;
            const std::size_t from = u == hit.begin.utterance ? hit.begin.byte : 0;
            const std::size_t to = u == hit.end.utterance ? hit.end.byte : whole.size();
            text += whole.substr(from, to - from) + " ";
            spans += spans_in(whole, from, to);
        }
        return {
            speaker.user_id,          tracker.id, values[hit.phrase], std::string(detect::tier_name(hit.tier)), spans,
            without_white_space(text)};
    }

    // Where [from, to) lies in the utterance's messages, in UTF-16.
    std::string spans_in(const std::string& text, std::size_t from, std::size_t to) {
        std::string spans;
        for (const text::Sentence& sentence : tools_.sentences().split(text, language())) {
            const std::size_t begin = std::max(from, std::size_t{sentence.byte_begin});
            const std::size_t end = std::min(to, std::size_t{sentence.byte_end});
            if (begin >= end) continue;
            const std::string_view before =
                std::string_view(text).substr(sentence.byte_begin, begin - sentence.byte_begin);
            const std::string_view said = std::string_view(text).substr(begin, end - begin);
            const std::size_t first = text::utf16_length(before);
            spans += std::to_string(first) + "-" + std::to_string(first + text::utf16_length(said)) + " ";
        }
        return spans;
    }

    const std::string& language() const { return trial_.language; }

    void compare(const std::string& what, std::vector<HeardHit> is, std::vector<HeardHit> should) {
        std::sort(is.begin(), is.end());
        std::sort(should.begin(), should.end());
        if (is == should) return;
        std::vector<HeardHit> only;
        std::set_difference(should.begin(), should.end(), is.begin(), is.end(), std::back_inserter(only));
        if (!only.empty()) return fail(what + "missing: " + to_string(only.front()));
        std::set_difference(is.begin(), is.end(), should.begin(), should.end(), std::back_inserter(only));
        fail(what + "not to be heard: " + to_string(only.front()));
    }

    // ---- The end ----

    void finish() {
        if (trial_.compiles_to_the_end) {
            go_on();
            settle();
        }
        const bool is_audited = has_begun_ && others_take_part(trial_.publishers);
        if (is_audited && !trial_.replay_bytes) {
            subscribe(auditor(), {false, Resume::from_the_beginning});
            settle();
        }
        for (std::size_t i = 0; i < trial_.publishers; ++i) {
            if (clients_[i].state == State::starting) lose(i);
            stop(i);
            settle();
        }
        advance(now_ + 3);
        advance(now_ + k_patience);
        if (!problem_.empty()) return;
        check_ends();
        if (!is_audited) return;
        const auto& finals = clients_[trial_.replay_bytes ? observer() : auditor()].view.finals();
        check_finals(finals);
        std::vector<HeardHit> is = confirmed_in(finals);
        summary.hits += is.size();
        compare("", std::move(is), confirmed_by_oracle());
    }

    void check_ends() {
        if (world_.conversations() > 0) return fail("the conversation is not over");
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            const Client& client = clients_[i];
            if (!client.socket) continue;
            const auto close = world_.take_close(*client.socket);
            if (client.state == State::waiting) {  // for half an hour
                if (has_begun_ && close) fail("a subscriber waits, though a conversation began");
                continue;
            }
            if (!is_told_completion_.contains(i)) fail("client " + std::to_string(i) + " is not told of the end");
            if (!close || close->code != 1000 || close->now) fail("client " + std::to_string(i) + " is not closed");
        }
    }

    // Who was there, or came back and asked for what it missed, has all from its first final response on.
    void check_finals(const std::map<std::uint64_t, std::string>& all) {
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            const Client& client = clients_[i];
            const auto& its = client.view.finals();
            if (its.empty()) continue;
            const bool to_the_end = is_told_completion_.contains(i) && !is_publisher(i);
            const auto first = all.find(its.begin()->first);
            const auto last = to_the_end ? all.end() : all.upper_bound(its.rbegin()->first);
            if (first == all.end()) return fail("a final response of nobody");
            const bool has_all = std::equal(its.begin(), its.end(), first, last);
            const bool must_have_all = client.always_resumed && !trial_.replay_bytes;
            if (must_have_all && !has_all) return fail("client " + std::to_string(i) + " lacks final responses");
            for (const auto& [sequence, frame] : its) {
                const auto place = all.find(sequence);
                if (place == all.end() || place->second != frame) return fail("a final response in other words");
            }
        }
    }

    void fail(const std::string& problem) {
        if (problem_.empty()) problem_ = problem;
    }

    const WorldTrial& trial_;
    CoreWorld world_;
    detect::LanguageTools tools_;
    CallModel model_;
    TrackerLives lives_;
    std::vector<Client> clients_;
    std::set<std::size_t> is_told_completion_;
    std::size_t last_slot_ = 0;
    std::size_t last_request_ = 0;
    bool has_begun_ = false;
    double now_ = 0;
    std::string problem_;
};

}  // namespace

std::string run_world_trial(const WorldTrial& trial, WorldSummary* summary) {
    WorldRun run(trial);
    std::string problem = run.run();
    if (summary != nullptr) {
        summary->hits += run.summary.hits;
        summary->interim_hits += run.summary.interim_hits;
        summary->changes += run.summary.changes;
        summary->refused_changes += run.summary.refused_changes;
        summary->resumptions += run.summary.resumptions;
        summary->gaps += run.summary.gaps;
    }
    return problem;
}

WorldTrial shrink(WorldTrial trial) {
    for (std::size_t i = trial.steps.size(); i-- > 0;) {
        WorldStep taken = std::move(trial.steps[i]);
        trial.steps.erase(trial.steps.begin() + static_cast<std::ptrdiff_t>(i));
        if (run_world_trial(trial).empty()) {
            trial.steps.insert(trial.steps.begin() + static_cast<std::ptrdiff_t>(i), std::move(taken));
        }
    }
    for (WorldStep& step : trial.steps) {
        for (auto* trackers : {&step.list.trackers, &step.change.add}) {
            for (std::size_t i = trackers->size(); i-- > 0;) {
                TrackerDefinition taken = std::move((*trackers)[i]);
                trackers->erase(trackers->begin() + static_cast<std::ptrdiff_t>(i));
                if (run_world_trial(trial).empty())
                    trackers->insert(trackers->begin() + static_cast<std::ptrdiff_t>(i), std::move(taken));
            }
        }
    }
    return trial;
}

}  // namespace earshot::support
