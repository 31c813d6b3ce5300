#pragma once

#include "earshot/net/routes.hpp"

#include "http_routes.hpp"

#include <array>

// The routes of the management API. Without a store, each answers 404.
namespace earshot::net {

void list_trackers(ServerShared& server, HttpCall call, HttpDone done);
void show_tracker(ServerShared& server, HttpCall call, HttpDone done);
void create_tracker(ServerShared& server, HttpCall call, HttpDone done);
void create_trackers(ServerShared& server, HttpCall call, HttpDone done);
void create_either(ServerShared& server, HttpCall call, HttpDone done);
void replace_tracker(ServerShared& server, HttpCall call, HttpDone done);
void patch_tracker(ServerShared& server, HttpCall call, HttpDone done);
void delete_tracker(ServerShared& server, HttpCall call, HttpDone done);
void import_trackers(ServerShared& server, HttpCall call, HttpDone done);
void export_trackers(ServerShared& server, HttpCall call, HttpDone done);

namespace management {

inline constexpr std::array k_list_parameters{
    RouteParameter{"name", "string", "Only the tracker of this name, compared to the letter"},
    RouteParameter{"offset", "integer", "How many of the oldest to leave out"},
    RouteParameter{"limit", "integer", "How many to show at most"},
};
inline constexpr std::array k_list_responses{RouteResponse{200, "TrackersAnswer"}, RouteResponse{400, "Findings"}};
inline constexpr std::array k_export_responses{RouteResponse{200, "TrackersAnswer"}};
inline constexpr std::array k_show_responses{RouteResponse{200, "TrackerAnswer"}, RouteResponse{404, "Error"}};
inline constexpr std::array k_create_responses{RouteResponse{200, "TrackerAnswer"}, RouteResponse{400, "Findings"},
                                               RouteResponse{409, "Findings"}, RouteResponse{429, "Busy"}};
inline constexpr std::array k_create_list_responses{RouteResponse{200, "TrackersAnswer"},
                                                    RouteResponse{400, "Findings"}, RouteResponse{409, "Findings"},
                                                    RouteResponse{429, "Busy"}};
inline constexpr std::array k_create_either_responses{RouteResponse{200, "EitherAnswer"},
                                                      RouteResponse{400, "Findings"}, RouteResponse{409, "Findings"},
                                                      RouteResponse{429, "Busy"}};
inline constexpr std::array k_change_responses{RouteResponse{200, "TrackerAnswer"}, RouteResponse{400, "Findings"},
                                               RouteResponse{404, "Error"}, RouteResponse{409, "Findings"},
                                               RouteResponse{429, "Busy"}};
inline constexpr std::array k_delete_responses{RouteResponse{200, "TrackerDeleted"}, RouteResponse{404, "Error"}};

inline constexpr std::string_view k_name = "manage";

constexpr HttpRoute list_at(std::string_view path) {
    return {{"GET", path, k_name, Access::token, "All trackers of the account, oldest first, or the one of a name", "",
             k_list_responses, k_list_parameters},
            &list_trackers};
}
constexpr HttpRoute show_at(std::string_view path) {
    return {{"GET", path, k_name, Access::token, "One tracker", "", k_show_responses}, &show_tracker};
}
constexpr HttpRoute replace_at(std::string_view path) {
    return {{"PUT", path, k_name, Access::token, "Puts another definition in a tracker's place", "TrackerBody",
             k_change_responses},
            &replace_tracker};
}
constexpr HttpRoute delete_at(std::string_view path) {
    return {{"DELETE", path, k_name, Access::token, "Deletes a tracker", "", k_delete_responses}, &delete_tracker};
}

}  // namespace management

/// Those of one path stand together. Several are there because clients of several generations ask for them.
inline constexpr std::array k_management_routes{
    management::list_at("/v1/manage/tracker"),
    HttpRoute{{"POST", "/v1/manage/tracker", management::k_name, Access::token, "Creates a tracker", "TrackerBody",
               management::k_create_responses},
              &create_tracker},
    management::show_at("/v1/manage/tracker/{id}"),
    management::replace_at("/v1/manage/tracker/{id}"),
    management::delete_at("/v1/manage/tracker/{id}"),
    management::list_at("/v1/manage/trackers"),
    HttpRoute{{"POST", "/v1/manage/trackers", management::k_name, Access::token,
               "Creates a tracker, or several, all or none", "TrackerOrList", management::k_create_either_responses},
              &create_either},
    HttpRoute{{"POST", "/v1/manage/trackers/bulk", management::k_name, Access::token, "Creates trackers, all or none",
               "TrackerList", management::k_create_list_responses},
              &create_trackers},
    management::show_at("/v1/manage/trackers/{id}"),
    management::replace_at("/v1/manage/trackers/{id}"),
    HttpRoute{{"PATCH", "/v1/manage/trackers/{id}", management::k_name, Access::token,
               "Changes a tracker by operations, all or none", "TrackerPatch", management::k_change_responses},
              &patch_tracker},
    management::delete_at("/v1/manage/trackers/{id}"),
    management::replace_at("/v1/conversations/tracker/{id}"),
    HttpRoute{{"POST",
               "/v1/manage/trackers:import",
               management::k_name,
               Access::token,
               "Makes a document the whole set of the account's trackers",
               "TrackerDocument",
               management::k_create_list_responses,
               {},
               &HttpLimits::import_bytes},
              &import_trackers},
    HttpRoute{{"GET", "/v1/manage/trackers:export", management::k_name, Access::token,
               "All trackers of the account, as a document to import", "", management::k_export_responses},
              &export_trackers},
};

}  // namespace earshot::net
