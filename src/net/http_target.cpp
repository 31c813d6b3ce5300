#include "http_target.hpp"

#include "earshot/text/percent.hpp"

#include <utility>

namespace earshot::net {
namespace {

/// Cuts off what stands before `mark` and the mark itself; all of `rest` if there is none.
std::string_view take_until(std::string_view& rest, char mark) {
    const std::string_view taken = rest.substr(0, rest.find(mark));
    rest.remove_prefix(taken.size() < rest.size() ? taken.size() + 1 : taken.size());
    return taken;
}

}  // namespace

std::optional<HttpTarget> parse_target(std::string_view target) {
    if (const std::size_t scheme = target.find("://"); scheme != target.npos && !target.starts_with('/')) {
        const std::size_t path = target.find('/', scheme + 3);
        target = path == target.npos ? "/" : target.substr(path);
    }
    if (!target.starts_with('/')) return std::nullopt;
    target = target.substr(0, target.find('#'));

    HttpTarget result;
    std::string_view path = take_until(target, '?');
    result.query = target;
    while (!path.empty()) {
        const std::string_view segment = take_until(path, '/');
        if (segment.empty()) continue;
        auto decoded = text::decode_percent(segment);
        if (!decoded) return std::nullopt;
        result.segments.push_back(std::move(*decoded));
    }
    return result;
}

std::optional<std::string_view> raw_query_value(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        std::string_view value = take_until(query, '&');
        if (take_until(value, '=') == name) return value;
    }
    return std::nullopt;
}

std::vector<std::string> query_values(std::string_view query, std::string_view name) {
    std::vector<std::string> values;
    while (!query.empty()) {
        std::string_view value = take_until(query, '&');
        if (take_until(value, '=') != name) continue;
        if (auto decoded = text::decode_form(value)) values.push_back(std::move(*decoded));
    }
    return values;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
    const auto value = raw_query_value(query, name);
    return value ? text::decode_percent(*value) : std::nullopt;
}

}  // namespace earshot::net
