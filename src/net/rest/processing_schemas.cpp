#include "rest/processing_schemas.hpp"

namespace earshot::net {

// Of a request no more is said than what is refused otherwise: numbers may come as texts, and much has more than one
// place.
std::string_view processing_schemas() noexcept {
    return R"json(
  "TextRequest": {
    "type": "object",
    "required": ["messages"],
    "properties": {
      "messages": {
        "type": "array",
        "minItems": 1,
        "items": {
          "type": "object",
          "required": ["payload"],
          "properties": {
            "payload": {
              "type": "object",
              "required": ["content"],
              "properties": {"content": {"type": "string"}, "contentType": {"type": "string"}}
            },
            "from": {
              "type": "object",
              "properties": {
                "userId": {"type": "string"},
                "email": {"type": "string"},
                "name": {"type": "string"},
                "role": {"type": "string"}
              }
            },
            "duration": {
              "type": "object",
              "properties": {"startTime": {"type": ["string", "number"]}, "endTime": {"type": ["string", "number"]}}
            }
          }
        }
      },
      "trackers": {
        "type": "array",
        "items": {
          "anyOf": [
            {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
            {"$ref": "#/components/schemas/TrackerBody"}
          ]
        }
      },
      "enableAllTrackers": {"type": ["boolean", "string"]},
      "name": {"type": "string"},
      "metadata": {"type": "object"},
      "webhookUrl": {"type": "string"},
      "config": {"type": "object"}
    },
    "examples": [{"messages": [{"payload": {"content": "How much is it?"}, "from": {"name": "Ann"}}],
                  "trackers": [{"name": "Pricing", "vocabulary": ["how much is it"]}]}]
  },
  "Accepted": {
    "type": "object",
    "required": ["conversationId", "jobId"],
    "properties": {
      "conversationId": {"type": "string", "pattern": "^[0-9]+$"},
      "jobId": {"type": "string", "format": "uuid"}
    }
  },
  "Job": {
    "type": "object",
    "required": ["id", "status", "progress"],
    "properties": {
      "id": {"type": "string", "format": "uuid"},
      "status": {"type": "string", "enum": ["scheduled", "in_progress", "completed", "failed"]},
      "progress": {"type": "number", "minimum": 0, "maximum": 1},
      "error": {"type": "string", "description": "Why it failed, for a person"}
    }
  })json";
}

}  // namespace earshot::net
