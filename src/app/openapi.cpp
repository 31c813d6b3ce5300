#include "earshot/app/openapi.hpp"

#include "earshot/net/routes.hpp"

#include <boost/beast/http/status.hpp>
#include <boost/json.hpp>
#include <yaml-cpp/emitter.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace earshot::app {
namespace {

namespace json = boost::json;
using net::RouteInfo;

constexpr std::string_view k_error = "Error";

json::object reference_to(std::string_view schema) {
    return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

json::object response_reference(std::string_view response) {
    return {{"$ref", "#/components/responses/" + std::string(response)}};
}

json::object content_of(std::string_view schema) {
    return {{"application/json", json::object{{"schema", reference_to(schema)}}}};
}

/// When to come back, as an answer may say that is none for now.
json::object retry_header() {
    return {{"Retry-After",
             json::object{{"description", "Seconds"}, {"schema", json::object{{"type", "integer"}, {"minimum", 0}}}}}};
}

json::object response_of(std::string_view description, std::string_view schema) {
    json::object response{{"description", description}};
    if (!schema.empty()) response["content"] = content_of(schema);
    return response;
}

/// What a route answers that is none of its own affair.
struct CommonResponse {
    std::string_view status;
    std::string_view name;
    std::string_view description;
};

constexpr CommonResponse k_unauthorized{"401", "Unauthorized", "The token is missing or not valid"};
constexpr CommonResponse k_too_large{"413", "TooLarge", "The body is too large"};
constexpr CommonResponse k_away{"503", "Away", "Cannot be answered now"};
constexpr std::array k_of_every_route{
    CommonResponse{"400", "Unreadable", "The request cannot be read"},
    CommonResponse{"408", "Late", "The request did not come in time"},
    CommonResponse{"431", "HeadersTooLarge", "The headers are too large"},
    CommonResponse{"500", "Failed", "The server failed"},
    k_away,
};

json::object common_responses() {
    json::object responses;
    const auto add = [&](const CommonResponse& response) {
        responses[response.name] = response_of(response.description, k_error);
    };
    add(k_unauthorized);
    add(k_too_large);
    for (const CommonResponse& response : k_of_every_route) add(response);
    responses[k_away.name].as_object()["headers"] = retry_header();
    return responses;
}

/// "get_v1_manage_trackers_id".
std::string operation_id(const RouteInfo& route) {
    std::string id;
    for (const char character : std::string(route.method) + std::string(route.path)) {
        if (std::isalnum(static_cast<unsigned char>(character))) {
            id += static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
        } else if (!id.ends_with('_')) {
            id += '_';
        }
    }
    if (id.ends_with('_')) id.pop_back();
    return id;
}

json::array parameters_of(const RouteInfo& route) {
    json::array parameters;
    for (std::size_t at = 0; (at = route.path.find('{', at)) != route.path.npos; ++at) {
        const std::string_view name = route.path.substr(at + 1, route.path.find('}', at) - at - 1);
        parameters.push_back(json::object{
            {"name", name}, {"in", "path"}, {"required", true}, {"schema", json::object{{"type", "string"}}}});
    }
    for (const net::RouteParameter& parameter : route.parameters) {
        json::object schema{{"type", parameter.type}};
        if (parameter.type == "integer") schema["minimum"] = parameter.least;
        parameters.push_back(json::object{{"name", parameter.name},
                                          {"in", "query"},
                                          {"description", parameter.summary},
                                          {"schema", std::move(schema)}});
    }
    return parameters;
}

json::object responses_of(const RouteInfo& route) {
    json::object responses;
    for (const net::RouteResponse& response : route.responses) {
        const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
        json::object documented = response_of(std::string_view(reason.data(), reason.size()), response.schema);
        if (response.status == 429) documented["headers"] = retry_header();
        responses[std::to_string(response.status)] = std::move(documented);
    }
    const auto add = [&](const CommonResponse& response) {
        if (!responses.contains(response.status)) responses[response.status] = response_reference(response.name);
    };
    if (route.access == net::Access::token) add(k_unauthorized);
    if (!route.request.empty()) add(k_too_large);
    for (const CommonResponse& response : k_of_every_route) add(response);
    return responses;
}

json::object operation_of(const RouteInfo& route) {
    json::object operation{{"operationId", operation_id(route)}, {"summary", route.summary}};
    operation["security"] = route.access == net::Access::open ? json::array{}
                                                              : json::array{json::object{{"bearer", json::array{}}},
                                                                            json::object{{"apiKey", json::array{}}},
                                                                            json::object{{"query", json::array{}}}};
    if (json::array parameters = parameters_of(route); !parameters.empty()) {
        operation["parameters"] = std::move(parameters);
    }
    if (!route.request.empty()) {
        operation["requestBody"] = json::object{{"required", true}, {"content", content_of(route.request)}};
    }
    operation["responses"] = responses_of(route);
    return operation;
}

json::object paths() {
    json::object paths;
    for (const RouteInfo& route : net::routes()) {
        std::string method(route.method);
        std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::tolower(c); });
        auto& at = paths[route.path];
        if (!at.is_object()) at.emplace_object();
        at.get_object()[method] = operation_of(route);
    }
    return paths;
}

json::object document() {
    const json::object by_header{{"type", "apiKey"}, {"in", "header"}, {"name", "x-api-key"}};
    const json::object by_query{{"type", "apiKey"}, {"in", "query"}, {"name", "access_token"}};
    const json::object by_bearer{{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}};
    return {{"openapi", "3.1.0"},
            {"info", json::object{{"title", "Earshot"},
                                  {"version", EARSHOT_VERSION},
                                  {"summary", "Hears trackers in live conversations"},
                                  {"license", json::object{{"name", "Apache 2.0"}, {"identifier", "Apache-2.0"}}}}},
            {"servers", json::array{json::object{{"url", "http://127.0.0.1:8080"}}}},
            {"paths", paths()},
            {"components",
             json::object{
                 {"securitySchemes", json::object{{"bearer", by_bearer}, {"apiKey", by_header}, {"query", by_query}}},
                 {"responses", common_responses()},
                 {"schemas", json::parse(json::string_view(net::route_schemas().data(), net::route_schemas().size()))},
             }}};
}

/// Texts are always quoted, so that none can be taken for something else.
void emit(YAML::Emitter& out, const json::value& value) {
    if (const auto* object = value.if_object()) {
        out << YAML::BeginMap;
        for (const auto& [key, member] : *object) {
            const bool is_number = std::isdigit(static_cast<unsigned char>(key.front())) != 0;
            if (is_number) out << YAML::DoubleQuoted;
            out << YAML::Key << std::string(key) << YAML::Value;
            emit(out, member);
        }
        out << YAML::EndMap;
    } else if (const auto* array = value.if_array()) {
        if (array->empty()) out << YAML::Flow;
        out << YAML::BeginSeq;
        for (const json::value& element : *array) emit(out, element);
        out << YAML::EndSeq;
    } else if (const auto* text = value.if_string()) {
        out << YAML::DoubleQuoted << std::string(*text);
    } else {
        out << json::serialize(value);
    }
}

}  // namespace

std::string openapi_document() {
    YAML::Emitter out;
    emit(out, document());
    return "# Written by `earshot openapi`.\n" + std::string(out.c_str()) + "\n";
}

}  // namespace earshot::app
