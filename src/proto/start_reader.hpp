#pragma once

#include "earshot/proto/client_codec.hpp"

#include "json_reader.hpp"

#include <string_view>

namespace earshot::proto {

/// Reads a start message from its members, wherever clients put them.
class StartReader {
public:
    StartReader(StartRequest& start, const MessageLimits& limits) : start_(start), limits_(limits) { start = {}; }

    void read(std::string_view key, JsonValue member);

private:
    static bool is_switch_for_all(std::string_view key) noexcept;
    void read_trackers_or_switches(JsonValue value);
    void read_switch(std::string_view key, JsonValue member);
    void read_config(std::string_view key, JsonValue member);
    void read_audio(std::string_view key, JsonValue member);
    void read_format(JsonValue member);
    void read_keeping(JsonValue member);
    void read_channels(JsonValue member);

    StartRequest& start_;
    const MessageLimits& limits_;
};

/// Reads one member of a modify message.
void read_modify(std::string_view key, JsonValue member, ModifyRequest& modify, const MessageLimits& limits);

}  // namespace earshot::proto
