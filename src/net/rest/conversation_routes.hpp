#pragma once

#include "earshot/net/routes.hpp"

#include "http_routes.hpp"
#include "rest/conversations.hpp"

#include <array>
#include <string_view>
#include <utility>

// The routes of the conversation API. Without a store, each answers 404.
namespace earshot::net {

/// The API of a server that keeps conversations; null, and answered, where it does not.
Conversations* conversations_of(ServerShared& server, const HttpDone& done);

template <void (Conversations::*answer)(HttpCall, HttpDone)>
void ask_conversations(ServerShared& server, HttpCall call, HttpDone done) {
    if (Conversations* const api = conversations_of(server, done)) (api->*answer)(std::move(call), std::move(done));
}

/// `resource`: as of proto::empty_answer.
template <const char* resource>
void find_nothing(ServerShared& server, HttpCall call, HttpDone done) {
    if (Conversations* const api = conversations_of(server, done)) {
        api->nothing_of(resource, std::move(call), std::move(done));
    }
}

namespace conversations {

inline constexpr std::string_view k_name = "conversations";
inline constexpr char k_topics[] = "topics";
inline constexpr char k_questions[] = "questions";
inline constexpr char k_action_items[] = "action-items";
inline constexpr char k_follow_ups[] = "follow-ups";
inline constexpr char k_entities[] = "entities";

inline constexpr std::array k_list_parameters{
    RouteParameter{"limit", "integer", "How many to show at most: 20 unless said otherwise, never more than 1,000", 1},
    RouteParameter{"offset", "integer", "How many of the first to leave out"},
    RouteParameter{"order", "string", "By their begin: \"desc\", the newest first, or \"asc\""},
    RouteParameter{"startTime", "string", "Only those that began then or later"},
    RouteParameter{"endTime", "string", "Only those that began then or earlier"},
};
inline constexpr std::array k_message_parameters{
    RouteParameter{"limit", "integer", "How many to show at most: all unless said otherwise", 1},
    RouteParameter{"offset", "integer", "How many of the first to leave out"},
    RouteParameter{"verbose", "boolean", "Whether words are shown with their times, where there are some"},
};
inline constexpr std::array k_list_responses{RouteResponse{200, "ConversationsAnswer"}, RouteResponse{400, "Findings"},
                                             RouteResponse{404, "Error"}};
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
            &ask_conversations<&Conversations::trackers>};
}
constexpr HttpRoute nothing_at(std::string_view path, HttpHandler handler) {
    return {{"GET", path, k_name, Access::token, "Not looked for: always empty", "", k_nothing_responses}, handler};
}

}  // namespace conversations

/// Those of one path stand together.
inline constexpr std::array k_conversation_routes{
    HttpRoute{{"GET", "/v1/conversations", conversations::k_name, Access::token, "Conversations of the account", "",
               conversations::k_list_responses, conversations::k_list_parameters},
              &ask_conversations<&Conversations::list>},
    HttpRoute{{"GET", "/v1/conversations/{id}", conversations::k_name, Access::token, "One conversation", "",
               conversations::k_show_responses},
              &ask_conversations<&Conversations::show>},
    HttpRoute{
        {"PUT", "/v1/conversations/{id}", conversations::k_name, Access::token,
         "Names a conversation anew, or gives it other metadata", "ConversationBody", conversations::k_edit_responses},
        &ask_conversations<&Conversations::edit>},
    HttpRoute{{"DELETE", "/v1/conversations/{id}", conversations::k_name, Access::token,
               "Deletes all that is kept of a conversation", "", conversations::k_done_responses},
              &ask_conversations<&Conversations::remove>},
    HttpRoute{{"GET", "/v1/conversations/{id}/messages", conversations::k_name, Access::token,
               "What was said, sentence by sentence", "", conversations::k_messages_responses,
               conversations::k_message_parameters},
              &ask_conversations<&Conversations::messages>},
    HttpRoute{{"GET", "/v1/conversations/{id}/members", conversations::k_name, Access::token, "Who took part", "",
               conversations::k_members_responses},
              &ask_conversations<&Conversations::members>},
    HttpRoute{{"PUT", "/v1/conversations/{id}/members/{memberId}", conversations::k_name, Access::token,
               "Names a member anew", "MemberBody", conversations::k_change_responses},
              &ask_conversations<&Conversations::rename_member>},
    HttpRoute{{"PUT", "/v1/conversations/{id}/speakers", conversations::k_name, Access::token,
               "Says afterwards who spoke when", "SpeakersBody", conversations::k_change_responses},
              &ask_conversations<&Conversations::assign_speakers>},
    conversations::trackers_at("/v1/conversations/{id}/trackers"),
    conversations::trackers_at("/v1/conversations/{id}/trackers-detected"),
    HttpRoute{{"GET", "/v1/conversations/{id}/analytics", conversations::k_name, Access::token,
               "Who talked how much, and how much of it each tracker was", "", conversations::k_analytics_responses},
              &ask_conversations<&Conversations::analytics>},
    conversations::nothing_at("/v1/conversations/{id}/topics", &find_nothing<conversations::k_topics>),
    conversations::nothing_at("/v1/conversations/{id}/questions", &find_nothing<conversations::k_questions>),
    conversations::nothing_at("/v1/conversations/{id}/action-items", &find_nothing<conversations::k_action_items>),
    conversations::nothing_at("/v1/conversations/{id}/follow-ups", &find_nothing<conversations::k_follow_ups>),
    conversations::nothing_at("/v1/conversations/{id}/entities", &find_nothing<conversations::k_entities>),
};

}  // namespace earshot::net
