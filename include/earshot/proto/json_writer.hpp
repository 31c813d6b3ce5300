#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace earshot::proto {

/// Appends JSON to a string, in the order of the calls and without white space, so that equal calls give equal bytes.
/// Text must be valid UTF-8; it is escaped as RFC 8259 needs and no further. Numbers are written in the shortest form
/// that reads back the same; what is not finite becomes null. The caller keeps the nesting right.
class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }

    /// `name` is ours: it needs no escape and gets none.
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(bool flag);
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(std::uint64_t number);
    JsonWriter& value(std::uint32_t number) { return value(static_cast<std::uint64_t>(number)); }
    JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
    JsonWriter& value(double number);
    JsonWriter& null();
    /// One whole value that is JSON already.
    JsonWriter& raw(std::string_view json);

    /// A member of an object: key and value.
    template <typename T>
    JsonWriter& member(std::string_view name, const T& content) {
        key(name);
        return value(content);
    }

private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    void separate();
    void append_quoted(std::string_view text);

    std::string& out_;
    bool needs_comma_ = false;
};

}  // namespace earshot::proto
