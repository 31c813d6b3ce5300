#pragma once

#include "earshot/net/routes.hpp"

#include "http_routes.hpp"

#include <array>
#include <string_view>

// The routes of the asynchronous API. Without jobs, each answers 404.
namespace earshot::net {

void process_text(ServerShared& server, HttpCall call, HttpDone done);
void process_more_text(ServerShared& server, HttpCall call, HttpDone done);
void show_job(ServerShared& server, HttpCall call, HttpDone done);

namespace processing {

inline constexpr std::string_view k_name = "process";

inline constexpr std::array k_accept_responses{RouteResponse{201, "Accepted"}, RouteResponse{400, "Findings"},
                                               RouteResponse{404, "Error"}, RouteResponse{429, "Busy"}};
inline constexpr std::array k_job_responses{RouteResponse{200, "Job"}, RouteResponse{404, "Error"}};

constexpr HttpRoute text_at(std::string_view method, std::string_view path, std::string_view summary,
                            HttpHandler handler) {
    return {{method,
             path,
             k_name,
             Access::token,
             summary,
             "TextRequest",
             k_accept_responses,
             {},
             &HttpLimits::process_bytes},
            handler};
}

}  // namespace processing

/// Those of one path stand together.
inline constexpr std::array k_processing_routes{
    processing::text_at("POST", "/v1/process/text", "Has what was said in a call heard afterwards", &process_text),
    processing::text_at("PUT", "/v1/process/text/{conversationId}", "Adds to what was said in a conversation",
                        &process_more_text),
    HttpRoute{{"GET", "/v1/job/{jobId}", "job", Access::token, "How it is with a job", "", processing::k_job_responses},
              &show_job},
};

}  // namespace earshot::net
