#include "earshot/net/routes.hpp"

namespace earshot::net {

std::string_view route_schemas() noexcept {
    return R"json({
  "Error": {
    "type": "object",
    "required": ["message"],
    "properties": {
      "message": {"type": "string", "description": "What is wrong, for a person"}
    }
  },
  "Status": {
    "type": "object",
    "required": ["status"],
    "properties": {"status": {"type": "string", "enum": ["ok", "ready"]}}
  },
  "TokenRequest": {
    "type": "object",
    "required": ["appId", "appSecret"],
    "properties": {
      "type": {"type": "string", "enum": ["application"]},
      "appId": {"type": "string", "minLength": 1},
      "appSecret": {"type": "string", "minLength": 1}
    }
  },
  "Token": {
    "type": "object",
    "required": ["accessToken", "expiresIn"],
    "properties": {
      "accessToken": {"type": "string", "description": "A JSON Web Token"},
      "expiresIn": {"type": "integer", "minimum": 1, "description": "Seconds"}
    }
  }
})json";
}

}  // namespace earshot::net
