#pragma once

#include <string>

namespace earshot::app {

/// What the server's HTTP interface is, as an OpenAPI 3.1 document in YAML: every route of net::routes() with the
/// schemas that it names. docs/openapi.yaml holds it.
std::string openapi_document();

}  // namespace earshot::app
