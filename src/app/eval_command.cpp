#include "earshot/app/eval_command.hpp"

#include "earshot/app/tracker_file.hpp"
#include "earshot/meaning/value_keeper.hpp"
#include "earshot/proto/json_writer.hpp"

#include "eval_hearing.hpp"
#include "eval_small_sets.hpp"
#include "prompt_judge.hpp"

#define BOOST_PROCESS_USE_STD_FS
#include <boost/process.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <map>
#include <mutex>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace earshot::app {
namespace {

namespace process = boost::process;
using detect::Tier;
using detect::TierSet;
using detect::TurnHit;

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what);
}

template <typename T>
T value_or_fail(base::Result<T> result) {
    if (!result) fail(describe(result.error()));
    return std::move(*result);
}

/// Keeps vectors of phrases from one set of trackers to the next.
class MemoryKeeper final : public meaning::ValueKeeper {
public:
    void get(std::vector<std::string> keys, std::function<void(std::vector<std::string>)> done) override {
        std::vector<std::string> values;
        {
            const std::lock_guard lock(mutex_);
            for (const std::string& key : keys) {
                const auto found = values_.find(key);
                values.push_back(found == values_.end() ? std::string() : found->second);
            }
        }
        done(std::move(values));
    }
    void put(std::vector<std::pair<std::string, std::string>> entries) override {
        const std::lock_guard lock(mutex_);
        for (auto& [key, value] : entries) values_.insert_or_assign(std::move(key), std::move(value));
    }

private:
    std::mutex mutex_;
    std::unordered_map<std::string, std::string> values_;
};

std::string name_of(EvalStage stage) {
    switch (stage) {
        case EvalStage::literal:
            return "literal";
        case EvalStage::static_table:
            return "static";
        case EvalStage::full:
            break;
    }
    return "full";
}

TierSet tiers_of(EvalStage stage) {
    if (stage != EvalStage::literal) return TierSet::all();
    TierSet tiers;
    for (const Tier tier : {Tier::exact, Tier::pattern, Tier::inflected}) tiers.insert(tier);
    return tiers;
}

/// A line of a prediction: which tracker, how sure, and what the score is made of.
void write_parts(proto::JsonWriter& writer, const TurnHit& found) {
    writer.member("tracker", found.hit.list->tracker(found.hit.tracker).name).member("score", found.hit.score);
    writer.member("tier", detect::tier_name(found.hit.tier));
    if (!found.hit.explanation) return;
    for (const auto& part : found.hit.explanation->parts) writer.member(part.name, part.value);
}

class EvalRun {
public:
    EvalRun(const EvalOptions& options, std::ostream& out)
        : options_(options),
          out_(out),
          scorer_(std::filesystem::path(options.data_folder) / "score.py"),
          python_(process::search_path("python3")) {
        if (!std::filesystem::exists(scorer_)) fail(scorer_.string() + " is not there");
        if (python_.empty()) fail("there is no python3 to run " + scorer_.string() + " with");
        if (!std::filesystem::is_directory(options.out_folder)) fail(options.out_folder + " is no folder");
        data_ = value_or_fail(read_eval_data(options.data_folder, options.stripped));
    }

    void run() {
        for (const EvalStage stage : options_.stages) {
            out_ << "\n==== " << name_of(stage) << std::endl;
            run_utterances(stage);
            run_conversations(stage);
        }
    }

private:
    std::unique_ptr<SemanticTier> load(EvalStage stage, semantic::Telling telling) {
        if (stage == EvalStage::literal) return nullptr;
        Settings::Semantic settings = options_.semantic;
        settings.stages =
            stage == EvalStage::full ? Settings::Semantic::Stages::all : Settings::Semantic::Stages::static_table;
        // Nothing here is live: everything is judged in full, however long that takes.
        settings.encoder_threads = std::max<std::size_t>(1, std::thread::hardware_concurrency());
        settings.encoder_queue = k_patient_encoder_queue;
        settings.cache_bytes = 512 * 1024 * 1024;
        semantic::ScorerSettings scoring;
        scoring.telling = telling;
        auto tier = value_or_fail(SemanticTier::load(settings, &keeper_, scoring));
        if (!has_told_model_) out_ << "by " << tier->description() << std::endl;
        has_told_model_ = stage == EvalStage::full;
        return tier;
    }

    std::string file(EvalStage stage, const std::string& what) const {
        return (std::filesystem::path(options_.out_folder) / (name_of(stage) + "-" + what + ".jsonl")).string();
    }

    void run_utterances(EvalStage stage) {
        const auto tier = load(stage, semantic::Telling::best_score);
        const std::string predictions = file(stage, "utterances");
        std::ofstream lines(predictions);
        hear(data_.utterances, {"", tiers_of(stage), true}, tier.get(), [&](const EvalText& text, const auto& hits) {
            for (const TurnHit& found : best_of_each(hits)) {
                std::string line;
                proto::JsonWriter writer(line);
                writer.begin_object().member("utterance_id", text.id);
                write_parts(writer, found);
                writer.end_object();
                lines << line << '\n';
            }
        });
        close(lines, predictions);
        score({"utterances", "--predictions", predictions, "--threshold",
               std::to_string(tier ? tier->default_threshold() : 0.5), "--utterances", data_file("utterances")});
        if (options_.small_sets && tier) run_small_sets(stage, *tier);
    }

    void run_small_sets(EvalStage stage, SemanticTier& tier) {
        out_ << "\nsets of few trackers, one threshold for all: F1 over all, mean of the suites' F1, best F1 of the "
                "nearest phrase's cosine\n";
        for (const SmallSetFigures& figure : value_or_fail(hear_small_sets(data_, tiers_of(stage), &tier))) {
            out_ << std::setw(4) << figure.trackers << " trackers, " << figure.sets << " sets: " << std::fixed
                 << std::setprecision(3) << figure.f1 << ' ' << figure.mean_f1 << ' ' << figure.nearest_best_f1
                 << std::endl;
        }
    }

    void run_conversations(EvalStage stage) {
        const auto tier = load(stage, semantic::Telling::heard);
        const std::string calls = hear_turns(stage, "calls", data_.calls, tier.get());
        score({"stream", "--detections", calls});
        const std::string alarms = hear_turns(stage, "alarms", data_.conversations, tier.get());
        for (const EvalSuite& suite : data_.suites) {
            const bool is_used =
                std::any_of(data_.conversations.begin(), data_.conversations.end(), [&](const auto& one) {
                    return std::find(one.suites.begin(), one.suites.end(), suite.name) != one.suites.end();
                });
            if (is_used) score({"alarms", "--suite", suite.name, "--detections", alarms});
        }
    }

    std::string hear_turns(EvalStage stage, const std::string& what, const std::vector<EvalText>& texts,
                           SemanticTier* tier) {
        const std::string detections = file(stage, what);
        std::ofstream lines(detections);
        hear(texts, {"", tiers_of(stage), false}, tier, [&](const EvalText& text, const auto& hits) {
            for (const TurnHit& found : hits) {
                std::string line;
                proto::JsonWriter writer(line);
                writer.begin_object().member("conversation_id", text.id);
                writer.member("turn", static_cast<std::uint64_t>(found.turn)).member("word", found.word);
                write_parts(writer, found);
                writer.end_object();
                lines << line << '\n';
            }
        });
        close(lines, detections);
        return detections;
    }

    /// Hears each text with each of its suites.
    template <typename Take>
    void hear(const std::vector<EvalText>& texts, EvalHearing::Options how, SemanticTier* tier, const Take& take) {
        std::mutex mutex;
        for (const EvalSuite& suite : data_.suites) {
            std::vector<const EvalText*> own;
            for (const EvalText& text : texts) {
                if (std::find(text.suites.begin(), text.suites.end(), suite.name) != text.suites.end())
                    own.push_back(&text);
            }
            if (own.empty()) continue;
            how.language = suite.language;
            const EvalHearing hearing = value_or_fail(EvalHearing::make(suite.trackers, how, tier));
            hearing.hear(own, [&](std::size_t index, const std::vector<TurnHit>& hits) {
                const std::lock_guard lock(mutex);
                take(*own[index], hits);
            });
        }
    }

    /// The surest hit of each tracker.
    static std::vector<TurnHit> best_of_each(const std::vector<TurnHit>& hits) {
        std::map<std::uint32_t, const TurnHit*> best;
        for (const TurnHit& found : hits) {
            const TurnHit*& known = best[found.hit.tracker];
            if (!known || found.hit.score > known->hit.score) known = &found;
        }
        std::vector<TurnHit> all;
        for (const auto& [tracker, found] : best) all.push_back(*found);
        return all;
    }

    std::string data_file(const std::string& what) const { return options_.data_folder + "/" + what + "_dev.jsonl"; }

    static void close(std::ofstream& lines, const std::string& file) {
        lines.close();
        if (!lines) fail(file + " cannot be written");
    }

    void score(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), scorer_.string());
        process::ipstream told;
        process::child child(python_, process::args(arguments), process::std_out > told);
        for (std::string line; std::getline(told, line);) out_ << line << '\n';
        child.wait();
        out_ << std::flush;
        if (child.exit_code() != 0) fail(scorer_.string() + " failed");
    }

    const EvalOptions& options_;
    std::ostream& out_;
    const std::filesystem::path scorer_;
    const std::filesystem::path python_;
    EvalData data_;
    MemoryKeeper keeper_;
    bool has_told_model_ = false;
};

}  // namespace

int eval(const EvalOptions& options, std::ostream& out, std::ostream& err) {
    try {
        EvalRun(options, out).run();
        return 0;
    } catch (const std::exception& problem) {
        err << problem.what() << '\n';
        return 1;
    }
}

}  // namespace earshot::app
