#include "rest/conversation_schemas.hpp"

namespace earshot::net {

std::string_view conversation_schemas() noexcept {
    return R"json(
  "Done": {
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": "string", "description": "What was done, for a person"}}
  },
  "Member": {
    "type": "object",
    "required": ["id", "name", "email"],
    "properties": {
      "id": {"type": "string"},
      "name": {"type": "string"},
      "email": {"type": "string", "description": "The user id that the client gave"},
      "role": {"type": "string"}
    }
  },
  "Conversation": {
    "type": "object",
    "required": ["id", "type", "name", "startTime", "endTime", "members", "source", "store", "isOver"],
    "properties": {
      "id": {"type": "string", "pattern": "^[0-9]+$"},
      "type": {"type": "string", "const": "meeting"},
      "name": {"type": "string"},
      "startTime": {"type": "string", "format": "date-time"},
      "endTime": {"type": "string", "format": "date-time"},
      "members": {"type": "array", "items": {"$ref": "#/components/schemas/Member"}},
      "metadata": {"type": "object"},
      "source": {"type": "string", "enum": ["stream", "text", "audio", "video"]},
      "store": {"type": "string", "enum": ["full", "hits"]},
      "isOver": {"type": "boolean"}
    }
  },
  "ConversationsAnswer": {
    "type": "object",
    "required": ["conversations"],
    "properties": {"conversations": {"type": "array", "items": {"$ref": "#/components/schemas/Conversation"}}}
  },
  "ConversationBody": {
    "type": "object",
    "properties": {"name": {"type": "string"}, "metadata": {"type": "object"}},
    "examples": [{"metadata": {"agentId": "johndoe"}}]
  },
  "MessagesAnswer": {
    "type": "object",
    "required": ["messages"],
    "properties": {
      "messages": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["id", "text", "from", "startTime", "endTime", "timeOffset", "duration", "conversationId",
                       "phrases"],
          "properties": {
            "id": {"type": "string"},
            "text": {"type": "string"},
            "from": {"$ref": "#/components/schemas/Member"},
            "startTime": {"type": "string", "format": "date-time"},
            "endTime": {"type": "string", "format": "date-time"},
            "timeOffset": {"type": "number", "description": "Seconds from the conversation's begin"},
            "duration": {"type": "number", "description": "Seconds"},
            "conversationId": {"type": "string"},
            "phrases": {"type": "array", "maxItems": 0},
            "words": {"type": "array", "items": {"type": "object"}}
          }
        }
      }
    }
  },
  "MembersAnswer": {
    "type": "object",
    "required": ["members"],
    "properties": {"members": {"type": "array", "items": {"$ref": "#/components/schemas/Member"}}}
  },
  "MemberBody": {
    "type": "object",
    "properties": {
      "id": {"type": "string"},
      "name": {"type": "string"},
      "email": {"type": "string"},
      "userId": {"type": "string"},
      "role": {"type": "string"}
    },
    "examples": [{"name": "Ann Lee", "email": "ann@example.com"}]
  },
  "SpeakersBody": {
    "type": "object",
    "required": ["speakerEvents"],
    "properties": {
      "speakerEvents": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["type", "user", "offset"],
          "properties": {
            "type": {"type": "string", "enum": ["started_speaking", "stopped_speaking"]},
            "user": {
              "type": "object",
              "properties": {
                "id": {"type": "string"},
                "userId": {"type": "string"},
                "email": {"type": "string"},
                "name": {"type": "string"},
                "role": {"type": "string"}
              }
            },
            "offset": {
              "type": "object",
              "properties": {"seconds": {"type": ["number", "string"]}, "nanos": {"type": ["number", "string"]}}
            }
          }
        }
      }
    }
  },
  "DetectedTrackers": {
    "type": "array",
    "items": {
      "type": "object",
      "required": ["id", "name", "matches"],
      "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "matches": {
          "type": "array",
          "minItems": 1,
          "items": {
            "type": "object",
            "required": ["type", "value", "messageRefs", "insightRefs"],
            "properties": {
              "type": {"type": "string", "const": "vocabulary"},
              "value": {"type": "string"},
              "messageRefs": {"type": "array", "minItems": 1, "items": {"type": "object"}},
              "insightRefs": {"type": "array", "maxItems": 0}
            }
          }
        }
      }
    }
  },
  "Analytics": {
    "type": "object",
    "required": ["metrics", "members", "trackers"],
    "properties": {
      "metrics": {"type": "array", "items": {"type": "object"}},
      "members": {"type": "array", "items": {"type": "object"}},
      "trackers": {"type": "array", "items": {"type": "object"}}
    }
  },
  "Nothing": {"type": "object", "minProperties": 1, "maxProperties": 1})json";
}

}  // namespace earshot::net
