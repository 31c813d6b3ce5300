#include "earshot/app/detect_command.hpp"

#include "earshot/app/random_ids.hpp"
#include "earshot/app/semantic_tier.hpp"
#include "earshot/app/tracker_file.hpp"
#include "earshot/detect/batch_detector.hpp"
#include "earshot/detect/tracker_language.hpp"
#include "earshot/proto/json_writer.hpp"
#include "earshot/text/utf8.hpp"

#include "prompt_judge.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <istream>
#include <map>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace earshot::app {
namespace {

namespace json = boost::json;

struct Input {
    json::value id;
    std::vector<detect::Turn> turns;
};

double number_or_unknown(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value && value->is_number() ? value->to_number<double>() : detect::k_unknown_time;
}

std::string text_of(const json::object& object) {
    const json::value* text = object.if_contains("text");
    if (!text || !text->is_string()) throw std::runtime_error("\"text\" must be a string");
    return std::string(text->get_string());
}

/// Throws std::exception with a sentence for a person.
Input parse_input(const std::string& line) {
    const json::value parsed = json::parse(line);
    const json::object* object = parsed.if_object();
    if (!object) throw std::runtime_error("must be an object");
    Input input;
    if (const json::value* id = object->if_contains("id")) input.id = *id;
    const json::value* turns = object->if_contains("turns");
    if (!turns) {
        input.turns.push_back({{}, text_of(*object)});
        return input;
    }
    if (!turns->is_array()) throw std::runtime_error("\"turns\" must be an array");
    for (const json::value& turn : turns->get_array()) {
        if (!turn.is_object()) throw std::runtime_error("\"turns\" must hold objects");
        const json::object& members = turn.get_object();
        const json::value* speaker = members.if_contains("speaker");
        const std::string name = speaker && speaker->is_string() ? std::string(speaker->get_string()) : std::string();
        input.turns.push_back(
            {name, text_of(members), {number_or_unknown(members, "startTime"), number_or_unknown(members, "endTime")}});
    }
    return input;
}

std::string json_line(const json::value& id, const detect::TurnHit& found) {
    const detect::TrackerDefinition& tracker = found.hit.list->tracker(found.hit.tracker);
    std::string line;
    // The id goes out as it came in, whatever it is.
    line = "{\"id\":" + json::serialize(id);
    std::string members;
    proto::JsonWriter writer(members);
    writer.begin_object().member("turn", static_cast<std::uint64_t>(found.turn));
    writer.member("startTurn", static_cast<std::uint64_t>(found.start_turn)).member("tracker", tracker.name);
    writer.member("phrase", found.hit.value()).member("tier", detect::tier_name(found.hit.tier));
    writer.member("score", found.hit.score).member("start", found.start).member("end", found.end);
    writer.member("word", found.word).end_object();
    return line + "," + members.substr(1);
}

std::string table_line(const json::value& id, const detect::TurnHit& found, const std::vector<detect::Turn>& turns) {
    const detect::TrackerDefinition& tracker = found.hit.list->tracker(found.hit.tracker);
    std::string said;
    for (const detect::HitPart& part : found.hit.parts) said += (said.empty() ? "" : " | ") + part.text;
    const std::string& speaker = turns[found.turn].speaker;
    const std::string name = id.is_string() ? std::string(id.get_string()) : json::serialize(id);
    return name + "\t" + std::to_string(found.turn) + "\t" + speaker + "\t" + tracker.name + "\t" +
           std::string(detect::tier_name(found.hit.tier)) + "\t" + found.hit.value() + "\t" + said;
}

/// The tier `semantic`, if the list wants it and there is a model.
class Meaning {
public:
    /// Says to `err` why it cannot be had.
    void load(const DetectOptions& options, const std::shared_ptr<const detect::TrackerList>& list, std::ostream& err) {
        if (!list->has_tier(detect::Tier::semantic)) return;
        if (options.semantic.model.empty()) {
            if (is_asked_for(options)) err << "not heard in other words: no model is given\n";
            return;
        }
        Settings::Semantic settings = options.semantic;
        settings.encoder_queue = k_patient_encoder_queue;
        semantic::ScorerSettings scoring;
        if (options.min_score == 0) scoring.telling = semantic::Telling::best_score;
        auto tier = SemanticTier::load(settings, nullptr, scoring);
        if (!tier) {
            err << "not heard in other words: " << describe(tier.error()) << '\n';
            return;
        }
        tier_ = std::move(*tier);
        judge_ = make_prompt_judge(*tier_, list, [this](const detect::NotEvaluated& missed) {
            missed_[{detect::tier_name(missed.tier), missed.reason}] += missed.windows;
        });
    }

    /// By name, not only because trackers are heard in all tiers that there are.
    static bool is_asked_for(const DetectOptions& options) {
        return options.tiers && options.tiers->has(detect::Tier::semantic);
    }

    bool is_there() const noexcept { return tier_ != nullptr; }
    const detect::Judge& judge() const noexcept { return judge_; }
    double default_threshold() const noexcept { return tier_ ? tier_->default_threshold() : 1; }

    void tell_missed(std::ostream& err) const {
        for (const auto& [what, windows] : missed_) {
            err << "not evaluated: " << windows << " in " << what.first << ", " << what.second << '\n';
        }
    }

private:
    std::unique_ptr<SemanticTier> tier_;
    detect::Judge judge_;
    std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> missed_;  // by tier and reason
};

}  // namespace

int detect(const DetectOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
    auto trackers = load_trackers(options.trackers_file);
    if (!trackers) {
        err << describe(trackers.error(), options.trackers_file) << '\n';
        return 2;
    }
    std::erase_if(*trackers, [&](const auto& tracker) { return !detect::is_for_language(tracker, options.language); });
    detect::TrackerListDefinition definition{std::move(*trackers), {}};
    definition.settings.language = options.language;
    definition.settings.phrase_gap_seconds = options.phrase_gap_seconds;
    if (options.threshold) definition.settings.threshold = *options.threshold;
    for (detect::TrackerDefinition& tracker : definition.trackers) {
        if (options.tiers) tracker.tiers = *options.tiers;
        if (options.threshold) tracker.threshold = *options.threshold;
        if (options.min_score >= 0) tracker.threshold = options.min_score;
    }
    if (options.tiers) definition.settings.tiers = *options.tiers;

    detect::LanguageTools tools;
    detect::PhraseSetSource sets;
    auto list = detect::TrackerList::compile(std::move(definition), {}, tools.tokenizer(), sets);
    if (!list) {
        err << describe(list.error(), options.trackers_file) << '\n';
        return 2;
    }
    RandomIdSource ids;
    Meaning meaning;
    meaning.load(options, *list, err);
    if (Meaning::is_asked_for(options) && !meaning.is_there()) return 1;
    detect::BatchDetector detector(*list, tools, ids, meaning.judge(), meaning.default_threshold());
    if (options.format == DetectFormat::table) out << "id\tturn\tspeaker\ttracker\ttier\tphrase\ttext\n";

    int exit_code = 0;
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        if (text::trim(line).empty()) continue;
        try {
            const Input input = parse_input(line);
            for (const detect::TurnHit& found : detector.detect(input.turns)) {
                if (found.hit.score < options.min_score) continue;
                const bool as_json = options.format == DetectFormat::jsonl;
                out << (as_json ? json_line(input.id, found) : table_line(input.id, found, input.turns)) << '\n';
            }
        } catch (const std::exception& problem) {
            err << "line " << number << ": " << problem.what() << '\n';
            exit_code = 1;
        }
    }
    meaning.tell_missed(err);
    return exit_code;
}

}  // namespace earshot::app
