#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace earshot::app {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

enum class LogFormat : std::uint8_t {
    text,  ///< `2024-05-01T10:00:00.000Z info session started conversation=5843 account=default`
    json,  ///< `{"time":"…","level":"info","message":"session started","conversation":"5843","account":"default"}`
};

struct LogSettings {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::text;
    bool transcripts = false;  ///< whether lines may hold what was said
};

/// What somebody said. A line holds it only with LogSettings::transcripts, and otherwise how long it is.
struct Spoken {
    std::string_view text;
};

/// A named value of a line. Names are ours, of letters; texts may be any bytes from anywhere: they are escaped, and
/// what is not UTF-8 is replaced. Views need to live as long as the call that takes the field.
struct LogField {
    LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
    LogField(std::string_view field_name, const char* text) : name(field_name), value(std::string_view(text)) {}
    LogField(std::string_view field_name, const std::string& text) : name(field_name), value(std::string_view(text)) {}
    LogField(std::string_view field_name, Spoken spoken) : name(field_name), value(spoken) {}
    LogField(std::string_view field_name, bool flag) : name(field_name), value(flag) {}
    LogField(std::string_view field_name, double number) : name(field_name), value(number) {}
    template <std::integral Number>
        requires(!std::same_as<Number, bool>)
    LogField(std::string_view field_name, Number number) : name(field_name), value(static_cast<std::int64_t>(number)) {}

    std::string_view name;
    std::variant<std::string_view, Spoken, bool, std::int64_t, double> value;
};

/// Writes log lines: a message that is always the same for the same event, and fields that say of whom it speaks
/// (`conversation`, `connection`, `account`, …). A cheap value; copies write to the same place. Any thread may log.
class Logger {
public:
    /// Called with each line, without its end; never by two threads at once. It must not log.
    using LineSink = std::function<void(std::string_view line)>;

    /// Writes to standard error.
    explicit Logger(const LogSettings& settings);
    Logger(const LogSettings& settings, LineSink sink);

    /// A logger whose lines all begin with these fields (before those of the line), after the fields of this one.
    Logger with(std::initializer_list<LogField> fields) const;

    void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const;
    void info(std::string_view message, std::initializer_list<LogField> fields = {}) const;
    void warn(std::string_view message, std::initializer_list<LogField> fields = {}) const;
    void error(std::string_view message, std::initializer_list<LogField> fields = {}) const;
    void log(LogLevel level, std::string_view message, std::span<const LogField> fields) const;

    /// False: a line of `level` would not be written, so that its fields need not be made.
    bool writes(LogLevel level) const noexcept;

private:
    class Impl;
    std::shared_ptr<const Impl> impl_;
    std::string fields_;  // of every line, encoded
};

}  // namespace earshot::app
