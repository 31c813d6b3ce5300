#include "earshot/proto/conversation_codec.hpp"

#include "body_members.hpp"
#include "management/body_reader.hpp"
#include "query_document.hpp"

#include <array>

namespace earshot::proto {
namespace {

constexpr std::size_t k_most = 1'000'000'000;
constexpr std::size_t k_word_bytes = 64;

constexpr std::array k_parameters{
    QueryParameter{"limit", QueryForm::text},   QueryParameter{"offset", QueryForm::text},
    QueryParameter{"order", QueryForm::text},   QueryParameter{"startTime", QueryForm::text},
    QueryParameter{"endTime", QueryForm::text}, QueryParameter{"verbose", QueryForm::text},
};

std::optional<base::WallTime> read_time(const BodyValue& value) {
    const auto text = value.text(k_word_bytes);
    if (!text) return std::nullopt;
    const auto time = parse_time(*text);
    if (!time) value.note("must be a time in ISO 8601 or in seconds");
    return time;
}

std::optional<bool> read_order(const BodyValue& value) {
    const auto order = value.text(k_word_bytes);
    if (!order) return std::nullopt;
    if (order == "asc" || order == "ASC") return true;
    if (order == "desc" || order == "DESC") return false;
    value.note("must be asc or desc");
    return std::nullopt;
}

}  // namespace

Checked<ListQuery> read_list_query(std::string_view query) {
    FindingList findings;
    simdjson::dom::parser parser;
    ListQuery read;
    const Place root;
    if (const auto whole = parse_query(query, k_parameters, parser, findings)) {
        BodyValue(*whole, root, findings).for_each_member([&](std::string_view key, const BodyValue& value) {
            if (key == "limit") read.limit = read_loose_count(value, 1, k_most);
            if (key == "offset") read.offset = read_loose_count(value, 0, k_most).value_or(0);
            if (key == "order") read.is_ascending = read_order(value);
            if (key == "startTime") read.after = read_time(value);
            if (key == "endTime") read.before = read_time(value);
            if (key == "verbose") read.verbose = read_loose_flag(value).value_or(false);
        });
    }
    if (!findings.empty()) return findings.take();
    return read;
}

}  // namespace earshot::proto
