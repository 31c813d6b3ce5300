#pragma once

#include "earshot/net/routes.hpp"

#include "http_routes.hpp"

#include <array>

// The routes of the conversation API. Without a store, each answers 404.
namespace earshot::net {

void list_conversations(ServerShared& server, HttpCall call, HttpDone done);
void show_conversation(ServerShared& server, HttpCall call, HttpDone done);
void edit_conversation(ServerShared& server, HttpCall call, HttpDone done);
void delete_conversation(ServerShared& server, HttpCall call, HttpDone done);
void list_messages(ServerShared& server, HttpCall call, HttpDone done);
void list_members(ServerShared& server, HttpCall call, HttpDone done);
void rename_member(ServerShared& server, HttpCall call, HttpDone done);
void assign_speakers(ServerShared& server, HttpCall call, HttpDone done);
void list_detected_trackers(ServerShared& server, HttpCall call, HttpDone done);
void show_analytics(ServerShared& server, HttpCall call, HttpDone done);
void list_topics(ServerShared& server, HttpCall call, HttpDone done);
void list_questions(ServerShared& server, HttpCall call, HttpDone done);
void list_action_items(ServerShared& server, HttpCall call, HttpDone done);
void list_follow_ups(ServerShared& server, HttpCall call, HttpDone done);
void list_entities(ServerShared& server, HttpCall call, HttpDone done);

namespace conversations {

inline constexpr std::string_view k_name = "conversations";

inline constexpr std::array k_list_parameters{
    RouteParameter{"limit", "integer", "How many to show at most: 20 unless said otherwise"},
    RouteParameter{"offset", "integer", "How many of the first to leave out"},
    RouteParameter{"order", "string", "By their begin: \"desc\", the newest first, or \"asc\""},
    RouteParameter{"startTime", "string", "Only those that began then or later"},
    RouteParameter{"endTime", "string", "Only those that began then or earlier"},
};
inline constexpr std::array k_message_parameters{
    RouteParameter{"limit", "integer", "How many to show at most: all unless said otherwise"},
    RouteParameter{"offset", "integer", "How many of the first to leave out"},
    RouteParameter{"verbose", "boolean", "Whether words are shown with their times, where there are some"},
};
inline constexpr std::array k_list_responses{RouteResponse{200, "ConversationsAnswer"}, RouteResponse{400, "Findings"}};
inline constexpr std::array k_show_responses{RouteResponse{200, "Conversation"}, RouteResponse{404, "Error"}};
inline constexpr std::array k_edit_responses{RouteResponse{200, "Conversation"}, RouteResponse{400, "Findings"},
                                             RouteResponse{404, "Error"}};
inline constexpr std::array k_done_responses{RouteResponse{200, "Done"}, RouteResponse{404, "Error"}};
inline constexpr std::array k_change_responses{RouteResponse{200, "Done"}, RouteResponse{400, "Findings"},
                                               RouteResponse{404, "Error"}};
inline constexpr std::array k_messages_responses{RouteResponse{200, "MessagesAnswer"}, RouteResponse{400, "Findings"},
                                                 RouteResponse{404, "Error"}};
inline constexpr std::array k_members_responses{RouteResponse{200, "MembersAnswer"}, RouteResponse{404, "Error"}};
inline constexpr std::array k_trackers_responses{RouteResponse{200, "DetectedTrackers"}, RouteResponse{404, "Error"}};
inline constexpr std::array k_analytics_responses{RouteResponse{200, "Analytics"}, RouteResponse{404, "Error"}};
inline constexpr std::array k_nothing_responses{RouteResponse{200, "Nothing"}, RouteResponse{404, "Error"}};

constexpr HttpRoute trackers_at(std::string_view path) {
    return {{"GET", path, k_name, Access::token, "What was heard in a conversation, by tracker and phrase", "",
             k_trackers_responses},
            &list_detected_trackers};
}
constexpr HttpRoute nothing_at(std::string_view path, HttpHandler handler) {
    return {{"GET", path, k_name, Access::token, "Not looked for: always empty", "", k_nothing_responses}, handler};
}

}  // namespace conversations

/// Those of one path stand together.
inline constexpr std::array k_conversation_routes{
    HttpRoute{{"GET", "/v1/conversations", conversations::k_name, Access::token, "Conversations of the account", "",
               conversations::k_list_responses, conversations::k_list_parameters},
              &list_conversations},
    HttpRoute{{"GET", "/v1/conversations/{id}", conversations::k_name, Access::token, "One conversation", "",
               conversations::k_show_responses},
              &show_conversation},
    HttpRoute{
        {"PUT", "/v1/conversations/{id}", conversations::k_name, Access::token,
         "Names a conversation anew, or gives it other metadata", "ConversationBody", conversations::k_edit_responses},
        &edit_conversation},
    HttpRoute{{"DELETE", "/v1/conversations/{id}", conversations::k_name, Access::token,
               "Deletes all that is kept of a conversation", "", conversations::k_done_responses},
              &delete_conversation},
    HttpRoute{{"GET", "/v1/conversations/{id}/messages", conversations::k_name, Access::token,
               "What was said, sentence by sentence", "", conversations::k_messages_responses,
               conversations::k_message_parameters},
              &list_messages},
    HttpRoute{{"GET", "/v1/conversations/{id}/members", conversations::k_name, Access::token, "Who took part", "",
               conversations::k_members_responses},
              &list_members},
    HttpRoute{{"PUT", "/v1/conversations/{id}/members/{memberId}", conversations::k_name, Access::token,
               "Names a member anew", "MemberBody", conversations::k_change_responses},
              &rename_member},
    HttpRoute{{"PUT", "/v1/conversations/{id}/speakers", conversations::k_name, Access::token,
               "Says afterwards who spoke when", "SpeakersBody", conversations::k_change_responses},
              &assign_speakers},
    conversations::trackers_at("/v1/conversations/{id}/trackers"),
    conversations::trackers_at("/v1/conversations/{id}/trackers-detected"),
    HttpRoute{{"GET", "/v1/conversations/{id}/analytics", conversations::k_name, Access::token,
               "Who talked how much, and how much of it each tracker was", "", conversations::k_analytics_responses},
              &show_analytics},
    conversations::nothing_at("/v1/conversations/{id}/topics", &list_topics),
    conversations::nothing_at("/v1/conversations/{id}/questions", &list_questions),
    conversations::nothing_at("/v1/conversations/{id}/action-items", &list_action_items),
    conversations::nothing_at("/v1/conversations/{id}/follow-ups", &list_follow_ups),
    conversations::nothing_at("/v1/conversations/{id}/entities", &list_entities),
};

}  // namespace earshot::net
