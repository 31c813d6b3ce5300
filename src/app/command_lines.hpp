#pragma once

#include "earshot/app/credential_commands.hpp"
#include "earshot/app/process_command.hpp"
#include "earshot/app/trackers_command.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

// Commands with commands or many options of their own: each is declared by construction, before `program` parses, and
// run after it.
namespace earshot::app {

/// `earshot secret …` and `earshot token …`.
class CredentialsLine {
public:
    explicit CredentialsLine(CLI::App& program);

    /// Its exit code; none if another command was given.
    std::optional<int> run();

private:
    void declare_place(CLI::App& command);

    std::string account_ = "default";
    TokenOptions options_;
    std::int64_t life_ = 0;
    CLI::App* hash_ = nullptr;
    CLI::App* make_ = nullptr;
    CLI::App* token_ = nullptr;
    CLI::App* rotate_ = nullptr;
};

/// `earshot trackers …`.
class TrackersLine {
public:
    explicit TrackersLine(CLI::App& program);

    /// Its exit code; none if another command was given.
    std::optional<int> run();

private:
    CLI::App* declare(const char* name, const char* description, TrackersAction action);

    TrackersOptions options_;
    CLI::App* command_ = nullptr;
};

/// `earshot process …`.
class ProcessLine {
public:
    explicit ProcessLine(CLI::App& program);

    /// Its exit code; none if another command was given.
    std::optional<int> run();

private:
    ProcessCommandOptions options_;
    CLI::App* command_ = nullptr;
};

}  // namespace earshot::app
