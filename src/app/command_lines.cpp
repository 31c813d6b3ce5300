#include "command_lines.hpp"

#include "earshot/app/tokens.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>

namespace earshot::app {

namespace {

/// Which server is asked, and how its answers are printed.
void declare_server(CLI::App& command, auto& options) {
    command.add_option("--url", options.url, "the server")->envname("EARSHOT_URL")->capture_default_str();
    command.add_option("--token", options.token, "access token")->envname("EARSHOT_TOKEN");
    command.add_flag("--insecure", options.insecure, "take any certificate of an https:// server");
    command.add_flag("--json", options.json, "print what the server answers");
}

}  // namespace

CredentialsLine::CredentialsLine(CLI::App& program) {
    CLI::App* secret = program.add_subcommand("secret", "Make what apps fetch their tokens with");
    secret->require_subcommand(1);
    hash_ = secret->add_subcommand("hash", "Print the hash of a secret that is read from standard input");
    make_ = secret->add_subcommand("new", "Make an app's id and secret, and print its entry for auth.appsFile");
    make_->add_option("--account", account_, "whose trackers and conversations it uses")->capture_default_str();

    token_ = program.add_subcommand("token", "Print a token made with the server's own key");
    token_->add_option("--account", options_.account, "whom it speaks for")->capture_default_str();
    token_->add_option("--life", life_, "seconds until it expires; without: as auth.tokenSeconds says")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{k_longest_token_life.count()}));
    declare_place(*token_);
    rotate_ = token_->add_subcommand("rotate-key", "Make a new signing key; tokens of the one before stay valid");
    declare_place(*rotate_);
}

void CredentialsLine::declare_place(CLI::App& command) {
    command.add_option("--config", options_.config_file, "settings, as for serve");
    command.add_option("--data.directory", options_.data_directory, "where the key is kept");
}

std::optional<int> CredentialsLine::run() {
    if (hash_->parsed()) return print_secret_hash(std::cin, std::cout, std::cerr);
    if (make_->parsed()) return make_app(account_, std::cout, std::cerr);
    if (rotate_->parsed()) return rotate_key(options_, std::cout, std::cerr);
    if (!token_->parsed()) return std::nullopt;
    if (life_ > 0) options_.life = std::chrono::seconds(life_);
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return print_token(options_, now, std::cout, std::cerr);
}

TrackersLine::TrackersLine(CLI::App& program) {
    command_ = program.add_subcommand("trackers", "Read and change the trackers that a running server stores");
    command_->require_subcommand(1);
    declare_server(*command_, options_);

    declare("list", "Show all trackers, or the one of a name", TrackersAction::list)
        ->add_option("--name", options_.name, "only the tracker of this name");
    declare("get", "Show one tracker with its phrases", TrackersAction::get)
        ->add_option("id", options_.ids, "id or name")
        ->required()
        ->expected(1);
    declare("create", "Add the trackers of a file", TrackersAction::create)
        ->add_option("file", options_.file, "JSON: a tracker, or a list of them")
        ->required();
    CLI::App* update = declare("update", "Put a file's tracker in the place of a stored one", TrackersAction::update);
    update->add_option("id", options_.ids, "id")->required()->expected(1);
    update->add_option("file", options_.file, "JSON: a tracker")->required();
    declare("delete", "Remove trackers", TrackersAction::remove)->add_option("ids", options_.ids, "ids")->required();
    declare("import", "Make the trackers of a file all that there are", TrackersAction::import)
        ->add_option("file", options_.file, "JSON: a list of trackers")
        ->required();
    declare("export", "Write all trackers into a file that import and create read", TrackersAction::export_all)
        ->add_option("file", options_.file, "without: to standard output");
}

CLI::App* TrackersLine::declare(const char* name, const char* description, TrackersAction action) {
    CLI::App* command = command_->add_subcommand(name, description);
    command->fallthrough();
    command->callback([this, action] { options_.action = action; });
    return command;
}

std::optional<int> TrackersLine::run() {
    if (!command_->parsed()) return std::nullopt;
    return trackers(options_, std::cout, std::cerr);
}

ProcessLine::ProcessLine(CLI::App& program) {
    command_ = program.add_subcommand("process", "Have calls heard after they were held, and show what was detected");
    command_->add_option("files", options_.files, "text, .json (a request) or .jsonl (calls)")->required();
    declare_server(*command_, options_);
    command_->add_option("--trackers", options_.trackers_file, "tracker file (default: the server's trackers)");
    command_->add_flag("--enable-all", options_.enable_all, "the server's trackers too");
    command_->add_option("--language", options_.language, "BCP 47 code of the calls");
}

std::optional<int> ProcessLine::run() {
    if (!command_->parsed()) return std::nullopt;
    return process(options_, std::cout, std::cerr);
}

}  // namespace earshot::app
