#include "call_trial.hpp"

#include "earshot/session/conversation_machine.hpp"

#include "call_model.hpp"
#include "counting_ids.hpp"

#include <simdjson.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

namespace earshot::support {
namespace {

using detect::Tier;
using simdjson::dom::element;

constexpr double k_score_late = 1;
constexpr double k_score_too_late = 3;

std::string str(element object, std::string_view key) {
    return std::string(std::string_view(object[key]));
}

// ---- The machine beside the model ----

struct ToldMessage {
    std::size_t speaker = 0;
    std::size_t utterance = 0;
    std::string text;
    std::size_t byte = 0;  // where it stands in its utterance
};

struct ToldHit {
    std::string tracker;
    std::string value;
    std::string tier;
    std::vector<std::pair<std::string, std::pair<std::size_t, std::size_t>>> parts;  // message, span in UTF-16
};

class CallRun {
public:
    explicit CallRun(const CallTrial& trial)
        : trial_(trial),
          scorer_{proto::TierStatus::absent, trial.moods.empty() ? proto::TierStatus::absent : proto::TierStatus::ready,
                  0.5},
          machine_(trial_.limits, scorer_, tools_, ids_, replay_),
          random_(trial.verdict_seed) {
        sockets_.resize(trial_.starts.size());
        origins_.resize(trial_.starts.size());
    }

    std::string run() {
        try {
            for (std::size_t i = 0; i < trial_.steps.size() && problem_.empty(); ++i) {
                step(trial_.steps[i]);
                perform();
                if (!problem_.empty()) return "after step " + std::to_string(i) + ": " + problem_;
            }
            finish();
        } catch (const simdjson::simdjson_error& error) {
            fail(std::string("a frame lacks a member: ") + error.what() + ": " + last_frame_);
        }
        return problem_;
    }

    CallSummary summary;

private:
    base::Now now() const {
        return {base::MonotonicTime(base::from_seconds(now_)),
                base::WallTime(std::chrono::milliseconds(1'700'000'000'000 + static_cast<std::int64_t>(now_ * 1000)))};
    }

    double pause() const { return trial_.starts.front().pause_seconds.value_or(2); }

    void step(const CallStep& step) {
        switch (step.kind) {
            case CallStep::Kind::speak:
                speak(step);
                break;
            case CallStep::Kind::wait:
                advance(now_ + step.seconds);
                break;
            case CallStep::Kind::join:
                if (sockets_[step.socket] == 0) {
                    origins_[step.socket] = now_;
                    join(step.socket);
                }
                break;
            case CallStep::Kind::lose:
                if (sockets_[step.socket] == 0) break;
                machine_.leave(sockets_[step.socket], now());
                join(step.socket);
                break;
            case CallStep::Kind::overtake:
                if (sockets_[step.socket] == 0) break;
                replaced_ = sockets_[step.socket];
                join(step.socket);
                perform();
                if (replaced_ != 0) fail("a socket was not told that another one took its place");
                break;
        }
    }

    void join(std::size_t socket) {
        sockets_[socket] = ++last_socket_;
        machine_.join(last_socket_, std::make_unique<proto::StartRequest>(trial_.starts[socket]), now());
        starting_ = socket;
        started_ = false;
        perform();
        if (!started_) fail("a socket was not started");
    }

    void speak(const CallStep& step) {
        if (sockets_[step.socket] == 0) return;
        const proto::Speaker who = step.chunk.speaker.value_or(*trial_.starts[step.socket].speaker);
        model_.speak(step.socket, who, step.chunk, now_, origins_[step.socket], lists_.size());
        machine_.speak(sockets_[step.socket], step.chunk, now());
    }

    // Every deadline on the way is met in time, as a transport's timer would.
    void advance(double until) {
        while (problem_.empty()) {
            double next = until;
            if (const auto due = machine_.deadline()) {
                next = std::min(next, std::max(now_, base::to_seconds(due->time_since_epoch())));
            }
            if (const auto due = model_.deadline(pause())) next = std::min(next, *due);
            for (const Answer& answer : answers_) next = std::min(next, answer.time);
            now_ = next;
            model_.on_time(now_, pause());
            machine_.on_time(now());
            perform();
            if (answer_due()) perform();
            const auto due = machine_.deadline();
            if (due && *due <= now().monotonic) return fail("a deadline stays in the past");
            if (now_ >= until) break;
        }
    }

    void finish() {
        std::size_t joined = 0;
        for (std::size_t i = 0; i < sockets_.size(); ++i) {
            if (sockets_[i] == 0) continue;
            ++joined;
            model_.stop(i);
            machine_.stop(sockets_[i], now());
            perform();
        }
        if (!problem_.empty()) return;
        advance(now_ + 4);
        if (joined > 0 && (!finished_ || completed_ != joined)) fail("the call is not over after all have stopped");
        if (joined > 0 && told_not_evaluated_ != summary.not_evaluated) {
            fail("completion tells of " + std::to_string(told_not_evaluated_) +
                 " utterances that were not evaluated, not " + std::to_string(summary.not_evaluated));
        }
        if (!alive_.empty()) fail("a hit neither confirmed nor retracted: " + *alive_.begin());
        if (problem_.empty()) compare();
    }

    void compare() {
        std::vector<OracleSpeaker> speakers;
        for (ModelSpeaker& speaker : model_.speakers()) {
            if (!speaker.open.empty()) return fail("the model is not done");
            speakers.push_back(speaker.said);
        }
        for (std::size_t s = 0; s < speakers.size(); ++s) {
            if (ended_[s] != speakers[s].utterances.size()) return fail("not every utterance got its messages");
        }
        std::vector<OracleHit> is;
        for (const auto& [id, hit] : confirmed_) is.push_back(placed(hit));
        if (!problem_.empty()) return;
        std::vector<OracleHit> should = oracle_hits(lists_, speakers, scorer_.default_threshold);
        for (auto* hits : {&is, &should}) {
            for (OracleHit& hit : *hits) strip(hit, speakers[hit.speaker]);
            std::sort(hits->begin(), hits->end());
        }
        std::vector<OracleHit> only;
        std::set_difference(should.begin(), should.end(), is.begin(), is.end(), std::back_inserter(only));
        std::ostringstream text;
        if (!only.empty()) {
            text << "missing: " << only.front();
        } else if (is != should) {
            std::set_difference(is.begin(), is.end(), should.begin(), should.end(), std::back_inserter(only));
            text << "not to be heard: " << only.front();
        }
        if (is != should) fail(text.str());
    }

    // A part ends with its message: white space at the edges of a pattern's match may lie in none.
    static void strip(OracleHit& hit, const OracleSpeaker& speaker) {
        if (hit.tier != Tier::pattern) return;
        const std::string_view text = speaker.utterances[hit.begin.utterance].text;
        const std::string_view said = text::trim(text.substr(hit.begin.byte, hit.end.byte - hit.begin.byte));
        hit.begin.byte = static_cast<std::size_t>(said.data() - text.data());
        hit.end.byte = hit.begin.byte + said.size();
    }

    static std::size_t byte_at(const std::string& text, std::size_t utf16) {
        std::size_t units = 0;
        std::size_t byte = 0;
        while (byte < text.size() && units < utf16) {
            const auto lead = static_cast<unsigned char>(text[byte]);
            byte += lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
            units += lead < 0xF0 ? 1 : 2;
        }
        return byte;
    }

    OracleHit placed(const ToldHit& hit) {
        OracleHit result;
        const auto& first = messages_.at(hit.parts.front().first);
        const auto& last = messages_.at(hit.parts.back().first);
        result.speaker = first.speaker;
        result.begin = {first.utterance, first.byte + byte_at(first.text, hit.parts.front().second.first)};
        result.end = {last.utterance, last.byte + byte_at(last.text, hit.parts.back().second.second)};
        const auto tier = detect::find_tier(hit.tier);
        if (!tier) return fail("an unknown tier: " + hit.tier), result;
        result.tier = *tier;
        for (std::size_t l = 0; l < lists_.size(); ++l) {
            for (std::size_t t = 0; t < lists_[l].trackers.size(); ++t) {
                const detect::TrackerDefinition& tracker = lists_[l].trackers[t];
                if (tracker.id != hit.tracker) continue;
                const auto& values = *tier == Tier::pattern ? tracker.patterns : tracker.vocabulary;
                const auto at = std::find(values.begin(), values.end(), hit.value);
                if (at == values.end()) fail("\"" + hit.value + "\" is not as it was given");
                result.list = l;
                result.tracker = t;
                result.phrase = static_cast<std::size_t>(at - values.begin());
            }
        }
        return result;
    }

    // ---- Actions ----

    void perform() {
        std::vector<session::ConversationAction> actions;
        for (machine_.take_actions(actions); !actions.empty() && problem_.empty(); machine_.take_actions(actions)) {
            if (finished_) return fail("an action after the end");
            for (session::ConversationAction& action : actions) {
                std::visit([this](auto& one) { take(one); }, action);
            }
        }
    }

    void take(session::Compile& compile) {
        detect::PhraseSetSource sets;
        const auto compile_list = [&](detect::TrackerListDefinition definition) {
            lists_.push_back(definition);
            return detect::TrackerList::compile(std::move(definition), {}, tools_.tokenizer(), sets);
        };
        machine_.compiled(compile.ticket, session::work_out(compile.job, nullptr, compile_list), now());
    }

    void take(session::Prepare& unready) {
        if (random_() % 2 == 0) machine_.prepared(*unready.list, now());
    }

    // What is assumed of an open utterance comes and goes, and leaves no trace in what is confirmed.
    void take_open(const session::Score& score) {
        ++summary.open_scores;
        const double delay = random_() % 3 == 0 ? k_score_late : 0;
        if (random_() % 5 > 0) answers_.push_back({now_ + delay, score.ticket, make_verdicts(score.text)});
    }

    void take(session::Score& score) {
        if (score.is_open) return take_open(score);
        const ScorerMood mood = trial_.moods[scores_++ % trial_.moods.size()];
        ModelSpeaker& speaker = model_.speakers()[last_ended_speaker_];
        OracleUtterance& utterance = speaker.said.utterances[ended_[last_ended_speaker_] - 1];
        if (utterance.text != score.text) return fail("another text is scored than was said: " + score.text);
        std::vector<detect::Verdict> verdicts = make_verdicts(score.text);
        std::vector<detect::Verdict> others = make_verdicts(score.text);
        switch (mood) {
            case ScorerMood::at_once:
                answers_.push_back({now_, score.ticket, verdicts});
                break;
            case ScorerMood::late:
                answers_.push_back({now_ + k_score_late, score.ticket, verdicts});
                break;
            case ScorerMood::twice:
                answers_.push_back({now_, score.ticket, verdicts});
                answers_.push_back({now_ + k_score_late, score.ticket, others});
                break;
            case ScorerMood::too_late:
                answers_.push_back({now_ + k_score_too_late, score.ticket, others});
                break;
            case ScorerMood::never:
                break;
        }
        if (mood == ScorerMood::too_late || mood == ScorerMood::never) {
            ++summary.not_evaluated;
            verdicts.clear();
        }
        answers_.push_back({now_, score.ticket + 1'000'000, others});
        for (const detect::Verdict& verdict : verdicts) {
            utterance.verdicts.push_back({verdict.list, verdict.tracker, verdict.phrase, verdict.tier, verdict.score,
                                          verdict.first_word, verdict.last_word});
        }
    }

    std::vector<detect::Verdict> make_verdicts(const std::string& text) {
        std::vector<detect::Verdict> verdicts;
        const std::size_t words = tools_.tokenizer().words_of(text).words.size();
        for (std::size_t left = words == 0 ? 0 : random_() % 4; left > 0; --left) {
            detect::Verdict verdict;
            verdict.list = static_cast<std::uint32_t>(random_() % lists_.size());
            const auto& trackers = lists_[verdict.list].trackers;
            verdict.tracker = static_cast<std::uint32_t>(random_() % trackers.size());
            if (trackers[verdict.tracker].vocabulary.empty()) continue;
            const auto& phrases = trackers[verdict.tracker].vocabulary;
            const auto phrase = std::find(phrases.begin(), phrases.end(), phrases[random_() % phrases.size()]);
            verdict.phrase = static_cast<std::uint32_t>(phrase - phrases.begin());
            verdict.tier = random_() % 3 == 0 ? Tier::fuzzy : Tier::semantic;
            verdict.score = 0.25 * static_cast<double>(1 + random_() % 4);
            verdict.first_word = static_cast<std::uint32_t>(random_() % words);
            verdict.last_word = std::min(verdict.first_word + static_cast<std::uint32_t>(random_() % 3),
                                         static_cast<std::uint32_t>(words - 1));
            verdicts.push_back(verdict);
        }
        return verdicts;
    }

    bool answer_due() {
        bool answered = false;
        for (std::size_t i = 0; i < answers_.size();) {
            if (answers_[i].time > now_) {
                ++i;
                continue;
            }
            const Answer answer = answers_[i];
            answers_.erase(answers_.begin() + static_cast<std::ptrdiff_t>(i));
            if (!finished_) machine_.scored(answer.ticket, {answer.verdicts, {}, false}, now());
            perform();
            answered = true;
        }
        return answered;
    }

    void take(session::Started& started) {
        if (started.socket != sockets_[starting_]) return fail("another socket was started");
        started_ = true;
    }

    void take(session::Ended& ended) {
        if (ended.why == session::Ended::Why::replaced) {
            if (ended.socket != replaced_) fail("a socket was replaced without reason");
            replaced_ = 0;
        } else if (ended.why == session::Ended::Why::completed) {
            ++completed_;
            over_sockets_.insert(ended.socket);
            if (!wants_revisions()) alive_.clear();  // nobody is left to be told how they go on
        } else {
            fail("a socket ended without being asked to");
        }
    }

    void take(session::Finished&) {
        if (finished_) fail("finished twice");
        finished_ = true;
    }

    void take(session::Keep&) {}
    void take(session::Notify&) {}

    void take(session::Tell& tell) {
        const element frame = parse(*tell.frame);
        if (str(frame, "type") == "tracker_response") return take_open(frame);
        const element message = frame["message"];
        const std::string type = str(message, "type");
        (void)std::int64_t(frame["timeOffset"]);
        if (type == "error") fail("an error: " + *tell.frame);
        if (type != "conversation_completed") return;
        told_not_evaluated_ = 0;
        for (const element entry : message["data"]["notEvaluated"]) {
            told_not_evaluated_ += static_cast<std::size_t>(std::int64_t(entry["windows"]));
        }
    }

    // To one who came back or came late: what is open, which others were told before or are told at the same time.
    void take_open(element frame) {
        if (bool(frame["isFinal"])) return fail("an answer to a resumption that nobody asked for");
        if (std::int64_t(frame["sequenceNumber"]) <= sequence_) fail("the sequence does not rise");
        sequence_ = frame["sequenceNumber"];
        for_each_ref(frame, [&](const std::string&, const std::string&, element ref) {
            if (str(ref, "state") != "created") fail("an open hit in another state: " + str(ref, "state"));
            alive_.insert(str(ref, "hitId"));
        });
    }

    void take(session::Broadcast& broadcast) {
        std::optional<std::int64_t> sequence;
        if (broadcast.plain) {
            const element frame = parse(*broadcast.plain);
            sequence = std::int64_t(frame["sequenceNumber"]);
            const std::string type = str(frame, "type");
            if (type == "message_response") {
                take_messages(frame);
            } else if (type != "tracker_response") {
                fail("an unknown frame: " + type);
            } else if (bool(frame["isFinal"])) {
                take_final(frame);
            } else {
                take_interim(frame);
            }
        }
        if (broadcast.revised) {
            const element frame = parse(*broadcast.revised);
            if (sequence && *sequence != std::int64_t(frame["sequenceNumber"])) fail("one response, two numbers");
            sequence = std::int64_t(frame["sequenceNumber"]);
            if (str(frame, "type") == "tracker_response" && wants_revisions()) take_revised(frame);
        }
        if (!sequence) return fail("a broadcast of nothing");
        if (*sequence <= sequence_) fail("the sequence does not rise");
        sequence_ = *sequence;
    }

    bool wants_revisions() const {
        for (std::size_t i = 0; i < sockets_.size(); ++i) {
            if (sockets_[i] != 0 && !over_sockets_.contains(sockets_[i]) && trial_.starts[i].wishes.revisions)
                return true;
        }
        return false;
    }

    // Told to those who want revisions now, or as an interim hit before one of them came.
    bool is_alive(const std::string& id) const { return alive_.contains(id) || interim_.contains(id); }

    element parse(const std::string& frame) {
        last_frame_ = frame;
        return parser_.parse(frame);
    }

    // The messages of one utterance: the next of its speaker, cut at white space and nowhere else.
    void take_messages(element frame) {
        std::optional<std::size_t> speaker;
        std::size_t from = 0;
        for (const element message : frame["messages"]) {
            if (!speaker) {
                speaker = find_speaker(message["from"]);
                if (!speaker) return fail("a message of somebody who did not speak");
                last_ended_speaker_ = *speaker;
                if (model_.speakers()[*speaker].said.utterances.size() <= ended_[*speaker]) {
                    return fail("messages of an utterance that has not ended");
                }
            }
            const std::string& text = model_.speakers()[*speaker].said.utterances[ended_[*speaker]].text;
            const std::string content = str(message["payload"], "content");
            const std::size_t at = text.find(content, from);
            if (content.empty() || at == std::string::npos) return fail("a message that nobody said: " + content);
            if (!text::trim(std::string_view(text).substr(from, at - from)).empty())
                return fail("words between messages");
            if (!messages_.emplace(str(message, "id"), ToldMessage{*speaker, ended_[*speaker], content, at}).second) {
                return fail("a message id is used twice");
            }
            from = at + content.size();
        }
        if (!speaker) return fail("a response without messages");
        const std::string& text = model_.speakers()[*speaker].said.utterances[ended_[*speaker]].text;
        if (!text::trim(std::string_view(text).substr(from)).empty()) fail("words behind the last message");
        ++ended_[*speaker];
    }

    std::optional<std::size_t> find_speaker(element who) {
        std::string_view name;
        std::string key;
        if (who["userId"].get(name) == simdjson::SUCCESS && !name.empty()) {
            key = "id " + std::string(name);
        } else {
            key = "name " + str(who, "name");
        }
        const auto& speakers = model_.speakers();
        const auto at = std::find_if(speakers.begin(), speakers.end(), [&](const auto& one) { return one.key == key; });
        if (at == speakers.end()) return std::nullopt;
        return static_cast<std::size_t>(at - speakers.begin());
    }

    template <typename Take>
    void for_each_ref(element frame, Take&& take_ref) {
        bool any = false;
        for (const element tracker : frame["trackers"]) {
            bool has_match = false;
            for (const element match : tracker["matches"]) {
                if (str(match, "type") != "vocabulary") fail("a match of another type");
                if (!match["insightRefs"].is_array()) fail("a match without insightRefs");
                bool has_ref = false;
                for (const element ref : match["messageRefs"]) {
                    has_ref = true;
                    check_ref(ref);
                    take_ref(str(tracker, "id"), str(match, "value"), ref);
                }
                if (!has_ref) fail("a match without a message");
                has_match = true;
            }
            if (!has_match) fail("a tracker without a match");
            any = true;
        }
        if (!any) fail("a response without a tracker");
    }

    void check_ref(element ref) {
        const std::string tier = str(ref, "tier");
        const std::int64_t start = ref["span"]["start"];
        const std::int64_t end = ref["span"]["end"];
        const std::int64_t offset = ref["offset"];
        const bool literal = tier == "exact" || tier == "pattern";
        if (offset != (literal ? start : -1)) fail("a wrong offset");
        if (start < 0 || end <= start || end > text::utf16_length(str(ref, "text"))) fail("a wrong span");
        const double score = double(ref["score"]);
        if (literal ? score != 1 : tier == "inflected" ? score != 0.95 : score < 0 || score > 1) fail("a wrong score");
        if (!find_speaker(ref["speaker"])) fail("a hit of nobody");
    }

    static std::pair<std::size_t, std::size_t> span_of(element ref) {
        return {static_cast<std::size_t>(std::int64_t(ref["span"]["start"])),
                static_cast<std::size_t>(std::int64_t(ref["span"]["end"]))};
    }

    void take_final(element frame) {
        std::set<std::string> here;
        for_each_ref(frame, [&](const std::string& tracker, const std::string& value, element ref) {
            const std::string id = str(ref, "hitId");
            const auto message = messages_.find(str(ref, "id"));
            if (message == messages_.end()) return fail("a final hit in a message that was not told");
            if (message->second.text != str(ref, "text")) return fail("a hit with another text than its message");
            if (here.insert(id).second &&
                !confirmed_.emplace(id, ToldHit{tracker, value, str(ref, "tier"), {}}).second) {
                return fail("confirmed twice: " + id);
            }
            confirmed_[id].parts.emplace_back(message->first, span_of(ref));
            if (ref["state"].error() == simdjson::SUCCESS) fail("a state that nobody asked for");
            in_order(message->second, str(ref, "tier"));
        });
        summary.hits += here.size();
    }

    // What a scorer heard comes in the order of the utterances, for each speaker.
    void in_order(const ToldMessage& message, const std::string& tier) {
        if (tier != "semantic" && tier != "fuzzy") return;
        ++summary.scored_hits;
        if (message.utterance < last_scored_[message.speaker]) fail("verdicts out of order");
        last_scored_[message.speaker] = message.utterance;
    }

    void take_interim(element frame) {
        std::set<std::string> here;
        for_each_ref(frame, [&](const std::string&, const std::string&, element ref) {
            const std::string id = str(ref, "hitId");
            if (here.insert(id).second && !interim_.insert(id).second) fail("an interim hit is told twice: " + id);
            if (confirmed_.contains(id)) fail("an interim hit after its confirmation");
        });
        summary.interim_hits += here.size();
    }

    void take_revised(element frame) {
        const bool is_final = frame["isFinal"];
        std::map<std::string, std::string> here;  // state by id
        for_each_ref(frame, [&](const std::string&, const std::string&, element ref) {
            const auto [at, is_new] = here.emplace(str(ref, "hitId"), str(ref, "state"));
            if (!is_new && at->second != str(ref, "state")) fail("one hit in two states");
        });
        for (const auto& [id, state] : here) {
            if ((state == "confirmed") != is_final) fail("a state in a response of the other kind: " + state);
            if (over_.contains(id)) fail("a hit is told after its end: " + id);
            if (state == "created") {
                if (!alive_.insert(id).second) fail("created twice: " + id);
            } else if (state == "updated") {
                if (!is_alive(id)) fail("updated without being alive: " + id);
            } else if (state == "retracted") {
                if (!is_alive(id)) fail("retracted without being alive: " + id);
                alive_.erase(id);
                over_.insert(id);
            } else {
                alive_.erase(id);
                over_.insert(id);
            }
        }
    }

    void fail(const std::string& problem) {
        if (problem_.empty()) problem_ = problem;
    }

    struct Answer {
        double time;
        std::uint64_t ticket;
        std::vector<detect::Verdict> verdicts;
    };

    const CallTrial& trial_;
    session::ScorerInfo scorer_;
    detect::LanguageTools tools_;
    CountingIds ids_;
    session::ReplayBudget replay_{1 << 30};
    session::ConversationMachine machine_;
    std::mt19937_64 random_;
    CallModel model_;
    simdjson::dom::parser parser_;
    double now_ = 0;

    std::vector<session::SocketId> sockets_;
    std::vector<double> origins_;
    session::SocketId last_socket_ = 0;
    session::SocketId replaced_ = 0;
    std::size_t starting_ = 0;
    bool started_ = false;
    std::size_t completed_ = 0;
    std::set<session::SocketId> over_sockets_;
    bool finished_ = false;

    std::vector<detect::TrackerListDefinition> lists_;
    std::vector<Answer> answers_;
    std::size_t scores_ = 0;
    std::size_t told_not_evaluated_ = 0;

    std::map<std::string, ToldMessage> messages_;
    std::map<std::size_t, std::size_t> ended_;  // utterances whose messages were told, by speaker
    std::size_t last_ended_speaker_ = 0;
    std::map<std::size_t, std::size_t> last_scored_;
    std::map<std::string, ToldHit> confirmed_;
    std::set<std::string> interim_;
    std::set<std::string> alive_;
    std::set<std::string> over_;
    std::int64_t sequence_ = 0;
    std::string last_frame_;
    std::string problem_;
};

}  // namespace

std::string run_call_trial(const CallTrial& trial, CallSummary* summary) {
    CallRun run(trial);
    std::string problem = run.run();
    if (summary != nullptr) {
        summary->hits += run.summary.hits;
        summary->scored_hits += run.summary.scored_hits;
        summary->open_scores += run.summary.open_scores;
        summary->interim_hits += run.summary.interim_hits;
        summary->not_evaluated += run.summary.not_evaluated;
    }
    return problem;
}

CallTrial shrink(CallTrial trial) {
    const auto fails_without = [](auto& list, std::size_t at, const CallTrial& whole) {
        auto taken = std::move(list[at]);
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
        if (!run_call_trial(whole).empty()) return;
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), std::move(taken));
    };
    for (std::size_t i = trial.steps.size(); i-- > 0;) fails_without(trial.steps, i, trial);
    for (proto::StartRequest& start : trial.starts) {
        auto& trackers = start.trackers.trackers;
        if (start.tracker_pointers.size() != trackers.size()) continue;
        for (std::size_t i = trackers.size(); i-- > 1;) fails_without(trackers, i, trial);
        start.tracker_pointers.resize(trackers.size());
    }
    return trial;
}

std::string describe(const CallTrial& trial) {
    std::ostringstream out;
    for (std::size_t i = 0; i < trial.starts.size(); ++i) {
        const proto::StartRequest& start = trial.starts[i];
        out << "socket " << i << ": " << start.speaker->user_id << " (" << start.speaker->role << "), language "
            << start.trackers.settings.language << ", gap " << start.phrase_gap_seconds.value_or(10)
            << (start.wishes.revisions         ? ", revisions"
                : start.wishes.interim_results ? ", interims"
                                               : "")
            << '\n';
        for (const detect::TrackerDefinition& tracker : start.trackers.trackers) {
            out << "  " << tracker.id << ": cooldown " << tracker.cooldown_seconds << ", tiers";
            for (const Tier tier : detect::k_all_tiers) {
                if (tracker.tiers.value_or(start.trackers.settings.tiers).has(tier))
                    out << ' ' << detect::tier_name(tier);
            }
            for (const auto& [what, list] :
                 {std::pair("vocabulary", &tracker.vocabulary), std::pair("pattern", &tracker.patterns),
                  std::pair("exclusion", &tracker.exclude_vocabulary), std::pair("speaker", &tracker.speakers)}) {
                for (const std::string& one : *list) out << "\n    " << what << " \"" << one << '"';
            }
            out << '\n';
        }
    }
    for (const CallStep& step : trial.steps) {
        switch (step.kind) {
            case CallStep::Kind::wait:
                out << "wait " << step.seconds << '\n';
                break;
            case CallStep::Kind::join:
                out << "join " << step.socket << '\n';
                break;
            case CallStep::Kind::lose:
                out << "lose " << step.socket << '\n';
                break;
            case CallStep::Kind::overtake:
                out << "overtake " << step.socket << '\n';
                break;
            case CallStep::Kind::speak: {
                const proto::TranscriptChunk& chunk = step.chunk;
                out << "socket " << step.socket << ' '
                    << (chunk.speaker ? chunk.speaker->user_id + "/" + chunk.speaker->name : "") << ' '
                    << chunk.utterance_id
                    << (chunk.is_final ? chunk.end_of_utterance ? " final, end" : " final" : " hypothesis") << " \""
                    << chunk.text << '"';
                if (chunk.start_time) out << " [" << *chunk.start_time << ", " << *chunk.end_time << ']';
                out << '\n';
                break;
            }
        }
    }
    return out.str();
}

}  // namespace earshot::support
