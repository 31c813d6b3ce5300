#include "support/net/wire_call.hpp"

#include "earshot/detect/tier.hpp"
#include "earshot/proto/json_writer.hpp"

#include "support/random_talk.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

namespace earshot::testing {
namespace {

using detect::TrackerDefinition;
using proto::JsonWriter;
using Kind = WireStep::Kind;

std::string name_of(const std::string& tracker) {
    return "Tracker " + tracker;
}

class RandomWireCall {
public:
    RandomWireCall(std::uint64_t seed, Witness witness) : talk_(seed) { call_.has_witness = witness == Witness::yes; }

    WireCall make() {
        const std::size_t publishers = talk_.one_in(4) ? 1 : 2;
        for (std::size_t i = 0; i < publishers; ++i) add_publisher(i);
        if (call_.has_witness) listen();
        if (talk_.one_in(2)) listen();  // before there is anything to listen to
        begin(0);
        if (publishers > 1 && !talk_.one_in(3)) begin(1);
        for (std::size_t left = 4 + talk_.below(8); left > 0; --left) happen();
        for (std::size_t i = 0; i < publishers; ++i) call_.stop_order.push_back(i);
        if (talk_.one_in(2)) std::reverse(call_.stop_order.begin(), call_.stop_order.end());
        return std::move(call_);
    }

private:
    void add_publisher(std::size_t number) {
        WirePublisher publisher;
        publisher.speaker.user_id = number == 0 ? "ann@example.com" : "user" + std::to_string(number);
        publisher.speaker.role = talk_.one_in(2) ? "agent" : "customer";
        publisher.list = talk_.list(true);
        publisher.list.trackers = named(std::move(publisher.list.trackers), number);
        if (number > 0) {
            publisher.list.settings.language = call_.publishers[0].list.settings.language;
            if (talk_.one_in(4)) publisher.list.trackers.clear();
        }
        publisher.revisions = talk_.one_in(2);
        publisher.interim_results = publisher.revisions || talk_.one_in(2);
        trackers_.push_back(publisher.list.trackers);
        call_.publishers.push_back(std::move(publisher));
        has_begun_.push_back(false);
    }

    /// Trackers with ids that no others of the call have.
    std::vector<TrackerDefinition> named(std::vector<TrackerDefinition> trackers, std::size_t publisher) {
        for (TrackerDefinition& tracker : trackers) {
            tracker.id = "p" + std::to_string(publisher) + "-" + std::to_string(++last_tracker_);
            tracker.name = name_of(tracker.id);
            if (tracker.tiers && *tracker.tiers == detect::TierSet{}) tracker.tiers.reset();
        }
        return trackers;
    }

    WireStep& add(Kind kind, std::size_t who) {
        WireStep& step = call_.steps.emplace_back();
        step.kind = kind;
        step.who = who;
        return step;
    }

    void begin(std::size_t publisher) {
        if (has_begun_[publisher]) return;
        has_begun_[publisher] = true;
        add(Kind::begin, publisher);
    }

    void listen() {
        constexpr std::size_t k_most = 4;
        if (call_.listeners == k_most) return;
        WireStep& step = add(Kind::listen, call_.listeners++);
        step.revisions = talk_.one_in(2);
        if (!talk_.one_in(4)) step.resume = static_cast<unsigned>(talk_.below(5));
    }

    void happen() {
        const std::size_t publisher = talk_.below(call_.publishers.size());
        if (talk_.one_in(2)) begin(publisher);
        if (!has_begun_[publisher]) return;
        if (talk_.one_in(4)) add(talk_.one_in(3) ? Kind::overtake : Kind::lose, publisher);
        if (talk_.one_in(3)) add(Kind::read, publisher);
        if (talk_.one_in(4)) listen();
        if (talk_.one_in(6)) lose_listener();
        if (talk_.one_in(6)) change(publisher);
        utter(publisher);
    }

    void lose_listener() {
        const std::size_t first = call_.has_witness ? 1 : 0;
        if (call_.listeners <= first) return;
        add(Kind::lose_listener, first + talk_.below(call_.listeners - first));
    }

    void change(std::size_t publisher) {
        std::vector<TrackerDefinition>& trackers = trackers_[publisher];
        WireStep& step = add(Kind::change, publisher);
        if (!trackers.empty() && talk_.one_in(2)) {
            const std::size_t gone = talk_.below(trackers.size());
            step.removed.push_back(trackers[gone].id);
            trackers.erase(trackers.begin() + static_cast<std::ptrdiff_t>(gone));
        }
        if (step.removed.empty() || talk_.one_in(2)) {
            step.added = named(talk_.list(true).trackers, publisher);
            step.added.resize(1);
            trackers.push_back(step.added.front());
        }
        step.form = static_cast<ChangeForm>(talk_.below(3));
    }

    /// Some pieces of one utterance, each perhaps after hypotheses, and perhaps with a loss or another's words between.
    void utter(std::size_t publisher) {
        const std::string id = talk_.one_in(2) ? "" : "u" + std::to_string(talk_.below(3));
        const std::size_t who = talk_.below(3);
        for (std::size_t left = 1 + talk_.below(3); left > 0; --left) {
            const std::string text = talk_.text(5);
            for (std::size_t hypotheses = talk_.below(3); hypotheses > 0; --hypotheses) {
                speak(publisher, who, id, talk_.hypothesis_of(text), false, false);
            }
            if (talk_.one_in(10)) add(Kind::lose, publisher);
            if (talk_.one_in(6)) speak_between();
            if (!talk_.one_in(8)) speak(publisher, who, id, text, true, left == 1 && !talk_.one_in(4));
        }
    }

    void speak_between() {
        const std::size_t publisher = talk_.below(call_.publishers.size());
        if (!has_begun_[publisher]) return;
        speak(publisher, talk_.below(3), talk_.one_in(2) ? "" : "u1", talk_.text(4), talk_.one_in(2), talk_.one_in(2));
    }

    void speak(std::size_t publisher, std::size_t who, const std::string& id, std::string text, bool is_final,
               bool ends) {
        now_ += 0.25 * static_cast<double>(talk_.below(4));
        if (talk_.one_in(8)) now_ += 0.25 * static_cast<double>(talk_.below(60));
        proto::TranscriptChunk& chunk = add(Kind::speak, publisher).chunk;
        chunk.text = std::move(text);
        chunk.utterance_id = id;
        chunk.is_final = is_final;
        chunk.end_of_utterance = ends;
        // A speaker speaks for one publisher alone: two would measure time from two starts.
        if (who == 1) chunk.speaker = proto::Speaker{"", "Guest " + std::to_string(publisher), "customer"};
        if (who == 2) chunk.speaker = proto::Speaker{"guest" + std::to_string(publisher), "", "agent"};
        chunk.start_time = now_ - 0.25 * static_cast<double>(talk_.below(4));
        chunk.end_time = *chunk.start_time + 0.25 * static_cast<double>(talk_.below(4));
    }

    support::RandomTalk talk_;
    WireCall call_;
    std::vector<std::vector<TrackerDefinition>> trackers_;  // as changes leave them, by publisher
    std::vector<bool> has_begun_;
    std::size_t last_tracker_ = 0;
    double now_ = 1;
};

void write_tiers(JsonWriter& json, const detect::TierSet& tiers) {
    json.key("tiers").begin_array();
    for (const detect::Tier tier : detect::k_all_tiers) {
        if (tiers.has(tier)) json.value(detect::tier_name(tier));
    }
    json.end_array();
}

void write_strings(JsonWriter& json, std::string_view key, const std::vector<std::string>& strings) {
    json.key(key).begin_array();
    for (const std::string& string : strings) json.value(string);
    json.end_array();
}

void write_trackers(JsonWriter& json, std::string_view key, const std::vector<TrackerDefinition>& trackers) {
    json.key(key).begin_array();
    for (const TrackerDefinition& tracker : trackers) {
        json.begin_object().member("id", tracker.id).member("name", tracker.name);
        write_strings(json, "vocabulary", tracker.vocabulary);
        write_strings(json, "excludeVocabulary", tracker.exclude_vocabulary);
        write_strings(json, "patterns", tracker.patterns);
        write_strings(json, "speakers", tracker.speakers);
        json.member("cooldownSeconds", tracker.cooldown_seconds);
        if (tracker.tiers) write_tiers(json, *tracker.tiers);
        json.end_object();
    }
    json.end_array();
}

void write_speaker(JsonWriter& json, const proto::Speaker& speaker) {
    json.key("speaker").begin_object();
    json.member("userId", speaker.user_id).member("name", speaker.name).member("role", speaker.role);
    json.end_object();
}

const char* spelled(Kind kind) {
    switch (kind) {
        case Kind::begin:
            return "begin";
        case Kind::speak:
            return "speak";
        case Kind::read:
            return "read";
        case Kind::lose:
            return "lose";
        case Kind::overtake:
            return "overtake";
        case Kind::change:
            return "change";
        case Kind::listen:
            return "listen";
        case Kind::lose_listener:
            return "lose listener";
    }
    return "";
}

}  // namespace

WireCall make_wire_call(std::uint64_t seed, Witness witness) {
    return RandomWireCall(seed, witness).make();
}

std::string start_frame(const WirePublisher& publisher, const std::vector<TrackerDefinition>& trackers,
                        std::optional<std::uint64_t> resume_from) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("type", "start_request");
    write_speaker(json, publisher.speaker);
    json.member("noConnectionTimeout", 300);
    if (resume_from) json.member("resumeFrom", *resume_from);
    json.key("config").begin_object();
    json.member("languageCode", publisher.list.settings.language);
    json.member("pauseSeconds", 60);  // nothing but the client ends an utterance
    json.key("trackers").begin_object();
    json.member("interimResults", publisher.interim_results).member("revisions", publisher.revisions);
    json.member("phraseGapSeconds", publisher.list.settings.phrase_gap_seconds);
    write_tiers(json, publisher.list.settings.tiers);
    json.end_object().end_object();
    write_trackers(json, "trackers", trackers);
    json.end_object();
    return text;
}

std::string chunk_frame(const proto::TranscriptChunk& chunk) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("type", "transcript").member("text", chunk.text);
    json.member("isFinal", chunk.is_final).member("endOfUtterance", chunk.end_of_utterance);
    if (!chunk.utterance_id.empty()) json.member("utteranceId", chunk.utterance_id);
    if (chunk.speaker) write_speaker(json, *chunk.speaker);
    if (chunk.seq) json.member("seq", *chunk.seq);
    if (chunk.start_time) json.member("startTime", *chunk.start_time);
    if (chunk.end_time) json.member("endTime", *chunk.end_time);
    json.end_object();
    return text;
}

std::string change_frame(const std::string& request_id, const WireStep& step,
                         const std::vector<TrackerDefinition>& trackers) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("type", "modify_request").member("requestId", request_id);
    json.key("trackers").begin_object();
    if (step.form == ChangeForm::whole) {
        write_trackers(json, "replace", trackers);
    } else {
        std::vector<std::string> removed = step.removed;
        if (step.form == ChangeForm::names) std::transform(removed.begin(), removed.end(), removed.begin(), name_of);
        if (!step.added.empty()) write_trackers(json, "add", step.added);
        if (!removed.empty()) write_strings(json, "remove", removed);
    }
    json.end_object().end_object();
    return text;
}

std::string describe(const WireCall& call) {
    std::ostringstream out;
    for (const WirePublisher& publisher : call.publishers) {
        out << start_frame(publisher, publisher.list.trackers, std::nullopt) << '\n';
    }
    for (const WireStep& step : call.steps) {
        out << spelled(step.kind) << ' ' << step.who;
        if (step.kind == Kind::speak) out << ' ' << chunk_frame(step.chunk);
        if (step.kind == Kind::change) {
            out << (step.form == ChangeForm::whole ? " as a whole " : " ") << change_frame("", step, step.added);
        }
        if (step.kind == Kind::listen) {
            out << (step.revisions ? " with revisions" : "");
            if (step.resume) out << ", knows " << *step.resume << "/4";
        }
        out << '\n';
    }
    out << "stop";
    for (const std::size_t publisher : call.stop_order) out << ' ' << publisher;
    return out.str() + "\n";
}

}  // namespace earshot::testing
