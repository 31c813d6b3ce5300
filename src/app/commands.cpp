#include "earshot/app/commands.hpp"

#include "earshot/app/check_command.hpp"
#include "earshot/app/detect_command.hpp"
#include "earshot/app/eval_command.hpp"
#include "earshot/app/openapi.hpp"
#include "earshot/app/play.hpp"
#include "earshot/app/serve_command.hpp"
#include "earshot/app/static_table_command.hpp"

#include "command_lines.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>
#include <vector>

namespace earshot::app {
namespace {

/// Tier names, as CLI11 splits them at commas; throws CLI::ValidationError.
detect::TierSet parse_tiers(const std::vector<std::string>& names) {
    detect::TierSet tiers;
    for (const std::string& name : names) {
        const auto tier = detect::find_tier(name);
        if (!tier) throw CLI::ValidationError("--tiers", "no tier is called \"" + name + "\"");
        tiers.insert(*tier);
    }
    return tiers;
}

/// Stage names, which are checked.
std::vector<EvalStage> parse_stages(const std::vector<std::string>& names) {
    std::vector<EvalStage> stages;
    for (const std::string& name : names) {
        stages.push_back(name == "literal"  ? EvalStage::literal
                         : name == "static" ? EvalStage::static_table
                                            : EvalStage::full);
    }
    return stages;
}

/// Options that several commands share.
struct Tuning {
    std::vector<std::string> tiers;
    double threshold = 0;
    CLI::Option* tiers_option = nullptr;
    CLI::Option* threshold_option = nullptr;

    void declare(CLI::App& command) {
        tiers_option = command.add_option("--tiers", tiers, "only these tiers: exact,pattern,inflected,fuzzy,semantic");
        tiers_option->delimiter(',');
        threshold_option = command.add_option("--threshold", threshold, "least score of a fuzzy or semantic hit")
                               ->check(CLI::Range(0.0, 1.0));
    }
    template <typename Options>
    void apply(Options& options) const {
        if (tiers_option->count() > 0) options.tiers = parse_tiers(tiers);
        if (threshold_option->count() > 0) options.threshold = threshold;
    }
};

}  // namespace

int run(int count, char** arguments) {
    std::ios::sync_with_stdio(false);
    CLI::App program("Earshot hears trackers in live conversations.", "earshot");
    program.set_version_flag("--version", "earshot " EARSHOT_VERSION);
    program.require_subcommand(1);

    ServeOptions serve_options;
    CLI::App* serve_command = program.add_subcommand("serve", "Serve WebSocket sessions and REST");
    serve_command->add_option("--config", serve_options.config_file,
                              "settings (default: configs/earshot.yaml, if it is there)");
    serve_command->add_flag("--print-config", serve_options.print_config,
                            "print the settings that would hold, and end");
    add_settings_flags(*serve_command, serve_options.flags);

    PlayOptions play_options;
    Tuning play_tuning;
    CLI::App* play_command = program.add_subcommand("play", "Play a call through a server and show what it hears");
    play_command->add_option("call", play_options.call_file, "JSON lines, a transcript chunk each")->required();
    play_command->add_option("--trackers", play_options.trackers_file, "tracker file (default: the server's trackers)");
    play_command->add_option("--url", play_options.url, "ws:// or wss://host:port, with or without a path")
        ->capture_default_str();
    play_command->add_option("--speed", play_options.speed, "1 as spoken, N times faster, or max")
        ->capture_default_str();
    play_command->add_flag("--interims", play_options.interims, "send hypotheses too and follow each hit's life");
    play_command->add_flag("--json", play_options.json, "print the server's messages, one a line");
    play_command->add_option("--summary", play_options.summary_file, "a file for the summary's figures, as JSON");
    play_command->add_option("--language", play_options.language, "BCP 47 code of the call");
    play_command->add_flag("--insecure", play_options.insecure, "take any certificate of a wss:// server");
    play_command->add_option("--token", play_options.access_token, "access token");
    play_tuning.declare(*play_command);

    DetectOptions detect_options;
    Tuning detect_tuning;
    std::string format = "jsonl";
    CLI::App* detect_command = program.add_subcommand("detect", "Match without a server: JSON lines in, hits out");
    detect_command->add_option("--trackers", detect_options.trackers_file, "tracker file")->required();
    detect_command->add_option("--min-score", detect_options.min_score, "leave out hits below it");
    detect_command->add_option("--format", format, "jsonl or table")->check(CLI::IsMember({"jsonl", "table"}));
    detect_command->add_option("--language", detect_options.language, "BCP 47 code of the texts")
        ->capture_default_str();
    detect_command->add_option("--gap", detect_options.phrase_gap_seconds, "silence that ends a phrase, in seconds")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    detect_command->add_option("--model", detect_options.semantic.model, "folder of the model that hears other words")
        ->capture_default_str();
    bool static_only = false;
    detect_command->add_flag("--static", static_only, "hear other words by the static table alone");
    detect_tuning.declare(*detect_command);

    std::vector<std::string> check_files;
    CLI::App* check_command =
        program.add_subcommand("check", "Check settings (.yaml), calls (.jsonl) and tracker files (.json)");
    check_command->add_option("files", check_files, "files to check")->required();

    CredentialsLine credentials(program);
    TrackersLine trackers_line(program);
    ProcessLine process_line(program);
    CLI::App* openapi_command = program.add_subcommand("openapi", "Print what the HTTP interface is, as OpenAPI 3.1");

    EvalOptions eval_options;
    std::vector<std::string> eval_stages;
    bool without_small_sets = false;
    CLI::App* eval_command =
        program.add_subcommand("eval", "Measure what is heard in labelled data, by its own scorer");
    eval_command->add_option("--data", eval_options.data_folder, "folder of trackers_dev.json, score.py and so on")
        ->required();
    eval_command->add_option("--out", eval_options.out_folder, "folder for what was heard")->capture_default_str();
    eval_command->add_option("--stages", eval_stages, "of literal,static,full")
        ->delimiter(',')
        ->check(CLI::IsMember({"literal", "static", "full"}));
    eval_command->add_flag("--stripped", eval_options.stripped, "texts without capitals and punctuation");
    eval_command->add_flag("--no-small-sets", without_small_sets, "leave out sets of few trackers");
    eval_command->add_option("--model", eval_options.semantic.model, "folder of the model")->capture_default_str();

    StaticTableOptions table_options;
    CLI::App* table_command =
        program.add_subcommand("make-static-table", "Make the table that hears meanings without a model");
    table_command->add_option("--model", table_options.model_folder, "the folder of the model")->capture_default_str();
    table_command->add_option("--frequencies", table_options.frequencies_file, "lines of a word, a tab and its share")
        ->capture_default_str();
    table_command->add_option("--out", table_options.out_file, "the file to write (default: in the model's folder)");
    table_command->add_flag("--force", table_options.force, "make it anew, even if it is there");

    try {
        program.parse(count, arguments);
        play_tuning.apply(play_options);
        detect_tuning.apply(detect_options);
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? 0 : 2;
    }
    if (serve_command->parsed()) return serve(serve_options, std::cout, std::cerr);
    if (play_command->parsed()) return play(play_options, std::cout, std::cerr);
    if (const auto code = credentials.run()) return *code;
    if (const auto code = trackers_line.run()) return *code;
    if (const auto code = process_line.run()) return *code;
    if (table_command->parsed()) return make_static_table(table_options, std::cout, std::cerr);
    if (eval_command->parsed()) {
        if (!eval_stages.empty()) eval_options.stages = parse_stages(eval_stages);
        eval_options.small_sets = !without_small_sets;
        return eval(eval_options, std::cout, std::cerr);
    }
    if (openapi_command->parsed()) {
        std::cout << openapi_document() << std::flush;
        return 0;
    }
    if (check_command->parsed()) return check(check_files, std::cout, std::cerr);
    detect_options.format = format == "table" ? DetectFormat::table : DetectFormat::jsonl;
    if (static_only) detect_options.semantic.stages = Settings::Semantic::Stages::static_table;
    return detect(detect_options, std::cin, std::cout, std::cerr);
}

}  // namespace earshot::app
