#pragma once

#include "management/body_reader.hpp"

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

// Queries as JSON: what a parameter may hold is then read by the same code as the member of a body.
namespace earshot::proto {

/// How a query writes the value of a parameter.
enum class QueryForm : std::uint8_t {
    text,     ///< as it is: also numbers and booleans
    object,   ///< a JSON object
    objects,  ///< a JSON array of objects, or one object each time that the parameter is given
    texts,    ///< a JSON array of strings, `[a,b]`, `a,b`, or one text each time
};

struct QueryParameter {
    std::string_view name;
    QueryForm form;
};

/// Those parameters of `query` that are among `known`, as a JSON object in `parser`, which then owns it; numbers and
/// booleans are strings in it. `query`: as sent, without the question mark, percent-encoded, `+` for a blank. Others
/// are ignored, and so is one without a value; where one is given several times and is no list, the last counts.
/// Findings: a value that cannot be decoded, is no UTF-8, or not the JSON that it should be; the parameter is then
/// left out. None: JSON in it is nested too deeply, and that is noted.
std::optional<simdjson::dom::element> parse_query(std::string_view query, std::span<const QueryParameter> known,
                                                  simdjson::dom::parser& parser, FindingList& findings);

}  // namespace earshot::proto
