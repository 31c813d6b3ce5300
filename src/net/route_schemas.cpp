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
  "Findings": {
    "type": "object",
    "required": ["message", "errors"],
    "properties": {
      "message": {"type": "string", "description": "That of the first of the errors"},
      "errors": {
        "type": "array",
        "minItems": 1,
        "maxItems": 100,
        "items": {
          "type": "object",
          "required": ["path", "message"],
          "properties": {
            "path": {"type": "string", "description": "A JSON pointer into the body"},
            "message": {"type": "string"}
          }
        }
      }
    }
  },
  "Busy": {
    "type": "object",
    "required": ["message", "statusCode"],
    "properties": {"message": {"type": "string"}, "statusCode": {"type": "integer", "const": 429}}
  },
  "Tracker": {
    "type": "object",
    "required": ["name"],
    "anyOf": [{"required": ["vocabulary"]}, {"required": ["patterns"]}],
    "properties": {
      "id": {"type": "string", "pattern": "^[0-9]+$", "description": "Given by the server"},
      "name": {"type": "string", "minLength": 1, "description": "Each account has a name once"},
      "description": {"type": "string"},
      "categories": {"type": "array", "items": {"type": "string"}},
      "languages": {"type": "array", "items": {"type": "string"}, "default": ["en-US"]},
      "vocabulary": {"type": "array", "items": {"type": "string", "minLength": 1}},
      "excludeVocabulary": {"type": "array", "items": {"type": "string", "minLength": 1}},
      "patterns": {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "RE2 expressions"},
      "speakers": {"type": "array", "items": {"type": "string"}},
      "threshold": {"type": "number", "minimum": 0, "maximum": 1},
      "tiers": {
        "type": "array",
        "items": {"type": "string", "enum": ["exact", "pattern", "inflected", "fuzzy", "semantic"]}
      },
      "cooldownSeconds": {"type": "number", "minimum": 0, "maximum": 1000000000},
      "createdOn": {"type": "string", "format": "date-time", "readOnly": true},
      "updatedOn": {"type": "string", "format": "date-time", "readOnly": true}
    }
  },
  "TrackerList": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Tracker"}},
  "TrackerOrList": {
    "oneOf": [{"$ref": "#/components/schemas/Tracker"}, {"$ref": "#/components/schemas/TrackerList"}]
  },
  "TrackerDocument": {
    "oneOf": [
      {"type": "array", "items": {"$ref": "#/components/schemas/Tracker"}},
      {"$ref": "#/components/schemas/TrackersAnswer"}
    ]
  },
  "TrackerPatch": {
    "type": "array",
    "items": {
      "type": "object",
      "required": ["op", "path"],
      "properties": {
        "op": {"type": "string", "enum": ["add", "replace", "remove"]},
        "path": {
          "type": "string",
          "enum": ["/name", "/description", "/categories", "/languages", "/vocabulary", "/excludeVocabulary",
                   "/patterns", "/speakers", "/tiers", "/threshold", "/cooldownSeconds"]
        },
        "value": {
          "oneOf": [{"type": "string"}, {"type": "number"}, {"type": "array", "items": {"type": "string"}}]
        }
      }
    }
  },
  "TrackerAnswer": {
    "type": "object",
    "required": ["tracker"],
    "properties": {"tracker": {"$ref": "#/components/schemas/Tracker"}}
  },
  "TrackersAnswer": {
    "type": "object",
    "required": ["trackers"],
    "properties": {"trackers": {"type": "array", "items": {"$ref": "#/components/schemas/Tracker"}}}
  },
  "EitherAnswer": {
    "oneOf": [{"$ref": "#/components/schemas/TrackerAnswer"}, {"$ref": "#/components/schemas/TrackersAnswer"}]
  },
  "TrackerDeleted": {
    "type": "object",
    "required": ["id", "type", "deleted"],
    "properties": {
      "id": {"type": "string"},
      "type": {"type": "string", "const": "tracker"},
      "deleted": {"type": "boolean", "const": true}
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
