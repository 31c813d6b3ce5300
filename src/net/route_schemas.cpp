#include "earshot/net/routes.hpp"

#include "rest/conversation_schemas.hpp"
#include "rest/processing_schemas.hpp"

#include <string>

namespace earshot::net {
namespace {

constexpr std::string_view k_schemas = R"json(
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
    "required": ["id", "name", "description", "categories", "languages", "vocabulary", "excludeVocabulary",
                 "createdOn", "updatedOn"],
    "properties": {
      "id": {"type": "string", "pattern": "^[0-9]+$", "description": "Given by the server"},
      "name": {"type": "string", "minLength": 1},
      "description": {"type": "string"},
      "categories": {"type": "array", "items": {"type": "string"}},
      "languages": {"type": "array", "items": {"type": "string"}},
      "vocabulary": {"type": "array", "items": {"type": "string", "minLength": 1}},
      "excludeVocabulary": {"type": "array", "items": {"type": "string", "minLength": 1}},
      "patterns": {"type": "array", "items": {"type": "string", "minLength": 1}},
      "speakers": {"type": "array", "items": {"type": "string"}},
      "threshold": {"type": "number", "minimum": 0, "maximum": 1},
      "tiers": {
        "type": "array",
        "items": {"type": "string", "enum": ["exact", "pattern", "inflected", "fuzzy", "semantic"]}
      },
      "cooldownSeconds": {"type": "number", "minimum": 0, "maximum": 1000000000},
      "createdOn": {"type": "string", "format": "date-time"},
      "updatedOn": {"type": "string", "format": "date-time"}
    }
  },
  "TrackerBody": {
    "type": "object",
    "required": ["name"],
    "anyOf": [
      {"required": ["vocabulary"], "properties": {"vocabulary": {"type": "array", "minItems": 1}}},
      {"required": ["patterns"], "properties": {"patterns": {"type": "array", "minItems": 1}}}
    ],
    "properties": {
      "id": {"description": "Ignored, but a replacement's has to be that of its path"},
      "name": {"type": "string", "minLength": 1, "description": "Each account has a name once"},
      "description": {"type": ["string", "null"]},
      "categories": {"type": ["array", "null"], "items": {"type": "string"}},
      "languages": {"type": ["array", "null"], "items": {"type": "string"}, "default": ["en-US"]},
      "vocabulary": {
        "type": ["array", "null"],
        "items": {"type": "string", "minLength": 1},
        "description": "Each phrase holds a word, and is there once"
      },
      "excludeVocabulary": {"type": ["array", "null"], "items": {"type": "string", "minLength": 1}},
      "patterns": {
        "type": ["array", "null"],
        "items": {"type": "string", "minLength": 1},
        "description": "RE2 expressions"
      },
      "speakers": {"type": ["array", "null"], "items": {"type": "string"}},
      "threshold": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
      "tiers": {
        "type": ["array", "null"],
        "items": {"type": "string", "enum": ["exact", "pattern", "inflected", "fuzzy", "semantic"]}
      },
      "cooldownSeconds": {"type": ["number", "null"], "minimum": 0, "maximum": 1000000000}
    },
    "examples": [{"name": "Pricing", "vocabulary": ["how much does it cost", "what is the price"]}]
  },
  "TrackerList": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/TrackerBody"}},
  "TrackerOrList": {
    "oneOf": [{"$ref": "#/components/schemas/TrackerBody"}, {"$ref": "#/components/schemas/TrackerList"}]
  },
  "TrackerDocument": {
    "oneOf": [
      {"type": "array", "items": {"$ref": "#/components/schemas/TrackerBody"}},
      {
        "type": "object",
        "required": ["trackers"],
        "properties": {"trackers": {"type": "array", "items": {"$ref": "#/components/schemas/TrackerBody"}}}
      }
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
    },
    "examples": [[{"op": "add", "path": "/vocabulary", "value": "for how much"}]]
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
  })json";

}  // namespace

std::string_view route_schemas() noexcept {
    static const std::string all = "{" + std::string(k_schemas) + "," + std::string(conversation_schemas()) + "," +
                                   std::string(processing_schemas()) + "}";
    return all;
}

}  // namespace earshot::net
