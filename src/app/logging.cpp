#include "earshot/app/logging.hpp"

#include "log_record.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <mutex>
#include <utility>

namespace earshot::app {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit FunctionSink(Logger::LineSink take_line) : take_line_(std::move(take_line)) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        take_line_(std::string_view(line.data(), line.size() - 1));
    }
    void flush_() override {}

    Logger::LineSink take_line_;
};

}  // namespace

class Logger::Impl {
public:
    Impl(const LogSettings& settings, spdlog::sink_ptr sink) : logger("earshot", std::move(sink)), settings_(settings) {
        logger.set_level(spdlog_level(settings.level));
        logger.set_formatter(detail::make_formatter(settings.format));
    }

    bool transcripts() const noexcept { return settings_.transcripts; }

    mutable spdlog::logger logger;  // safe for any number of threads

private:
    LogSettings settings_;
};

Logger::Logger(const LogSettings& settings)
    : impl_(std::make_shared<Impl>(settings, std::make_shared<spdlog::sinks::stderr_sink_mt>())) {}

Logger::Logger(const LogSettings& settings, LineSink sink)
    : impl_(std::make_shared<Impl>(settings, std::make_shared<FunctionSink>(std::move(sink)))) {}

Logger Logger::with(std::initializer_list<LogField> fields) const {
    Logger child = *this;
    for (const LogField& field : fields) detail::append_field(child.fields_, field, impl_->transcripts());
    return child;
}

void Logger::debug(std::string_view message, std::initializer_list<LogField> fields) const {
    log(LogLevel::debug, message, std::span(fields.begin(), fields.size()));
}
void Logger::info(std::string_view message, std::initializer_list<LogField> fields) const {
    log(LogLevel::info, message, std::span(fields.begin(), fields.size()));
}
void Logger::warn(std::string_view message, std::initializer_list<LogField> fields) const {
    log(LogLevel::warn, message, std::span(fields.begin(), fields.size()));
}
void Logger::error(std::string_view message, std::initializer_list<LogField> fields) const {
    log(LogLevel::error, message, std::span(fields.begin(), fields.size()));
}

void Logger::log(LogLevel level, std::string_view message, std::span<const LogField> fields) const {
    if (!writes(level)) return;
    std::string record;
    detail::append_message(record, message);
    record += fields_;
    for (const LogField& field : fields) detail::append_field(record, field, impl_->transcripts());
    impl_->logger.log(spdlog_level(level), spdlog::string_view_t(record.data(), record.size()));
}

bool Logger::writes(LogLevel level) const noexcept {
    return impl_->logger.should_log(spdlog_level(level));
}

}  // namespace earshot::app
