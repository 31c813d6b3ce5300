#pragma once

#include "earshot/detect/language_tools.hpp"

#include "call_model.hpp"
#include "core_world.hpp"
#include "tracker_lives.hpp"
#include "world_client.hpp"
#include "world_trial.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// How run_world_trial plays a trial.
namespace earshot::support::world {

using detect::TrackerDefinition;
using Kind = WorldStep::Kind;
using Trackers = std::vector<TrackerDefinition>;

inline constexpr double k_pause = 2;
inline constexpr double k_patience = 1800;

/// A change that a publisher has asked for.
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

/// A client as it should be, beside what it sees.
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

/// One trial: its steps (world_steps.cpp), what clients are told of them (world_answers.cpp), and the laws that this is
/// held to (world_laws.cpp).
class WorldRun {
public:
    explicit WorldRun(const WorldTrial& trial) : trial_(trial), world_(options(trial)) {
        clients_.resize(trial.publishers + trial.subscribers + 2);  // and an observer, and an auditor
    }

    std::string run();

    WorldSummary summary;

private:
    using State = Client::State;
    using Outcome = Request::Outcome;

    static CoreOptions options(const WorldTrial& trial);

    std::size_t observer() const { return trial_.publishers + trial_.subscribers; }
    std::size_t auditor() const { return observer() + 1; }
    bool is_publisher(std::size_t client) const { return client < trial_.publishers; }
    static std::string user(std::size_t publisher) { return "user" + std::to_string(publisher); }

    // ---- Steps ----

    void begin();
    void step(const WorldStep& step);
    void start(const WorldStep& step);
    void check_closed(std::size_t replaced);

    struct Wanted {
        bool revisions = false;
        Resume resume = Resume::no;
    };

    void subscribe(std::size_t index, const Wanted& wanted);
    void connect(Client& client, std::size_t socket, const proto::ListenerWishes& wishes, Resume resume);
    void prepare(Client& client, const proto::ListenerWishes& wishes, Resume resume);
    void speak(std::size_t index, const proto::TranscriptChunk& chunk);
    void hear(std::size_t index, const proto::TranscriptChunk& chunk);
    void modify(std::size_t index, const WorldChange& change);
    static std::string modify_json(const std::string& id, const WorldChange& change);
    void lose(std::size_t index);
    void stop(std::size_t index);
    bool others_take_part(std::size_t index) const;
    void go_on();

    // What it brought stays, and nobody goes on with it.
    static void end(Client& client);

    void advance(double until);

    // ---- What clients are told ----

    void settle();

    // Its changes are answered there, as long as it is.
    void read_replaced(std::size_t index);
    void take(std::size_t index, const WorldEvent& event, std::optional<std::uint64_t>& first_kept);
    void take_end(std::size_t index, const WorldEvent& event);
    void answer(Client& client, const WorldEvent& event);

    // One after the other: each right change was taken, each wrong one was refused. Behind one that was not compiled in
    // the end, a change may have been judged together with that one.
    void check_requests(const Client& client);

    void void_requests(Client& client);

    // What is in force from now on, and what was said right behind a start.
    void put_brought(std::size_t index, const std::vector<WorldEvent>& events);

    // ---- Laws ----

    void check_resumption(std::size_t index, std::optional<std::uint64_t> first_kept);

    // Who is there is told every final response, in the same words; who came just now, the last of them; who has
    // stopped, the first.
    void check_same_finals(const std::vector<bool>& was_live);

    // Whoever follows revisions knows what is heard in what is open.
    void check_open();

    std::vector<HeardHit> open_by_oracle();
    std::vector<HeardHit> confirmed_by_oracle();
    HeardHit heard(const OracleHit& hit, const OracleSpeaker& speaker);

    // Where [from, to) lies in the utterance's messages, in UTF-16.
    std::string spans_in(const std::string& text, std::size_t from, std::size_t to);

    const std::string& language() const { return trial_.language; }
    void compare(const std::string& what, std::vector<HeardHit> is, std::vector<HeardHit> should);

    // ---- The end ----

    void finish();
    void check_ends();

    // Who was there, or came back and asked for what it missed, has all from its first final response on.
    void check_finals(const std::map<std::uint64_t, std::string>& all);

    void fail(const std::string& problem);

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

}  // namespace earshot::support::world
