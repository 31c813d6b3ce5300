#include "rest/store_refusal.hpp"

#include "earshot/proto/management_codec.hpp"
#include "earshot/proto/server_codec.hpp"

#include "store_failures.hpp"

#include <chrono>

namespace earshot::net {
namespace {

using base::Errc;

constexpr std::chrono::seconds k_retry(1);

}  // namespace

HttpAnswer away(std::string_view message) {
    HttpAnswer answer{503, proto::rest_error(message)};
    answer.retry_after = k_retry;
    return answer;
}

HttpAnswer too_many(std::string_view message) {
    HttpAnswer answer{429, proto::status_answer(message, 429)};
    answer.retry_after = k_retry;
    return answer;
}

HttpAnswer findings_refusal(const proto::Findings& findings, unsigned status) {
    return {status, proto::findings_answer(findings)};
}

HttpAnswer store_refusal(const std::shared_ptr<StoreFailures>& failures, const base::Error& error) {
    switch (error.code) {
        case Errc::too_many:
        case Errc::too_large:
        case Errc::invalid_value:
        case Errc::invalid_utf8:
            return {400, proto::findings_answer({{{"", error.message}}})};
        case Errc::queue_full:
            return away("Too many requests wait for the database.");
        case Errc::store_away:
            return away("The database cannot be reached at the moment.");
        default:
            failures->tell(error);
            return {500, proto::rest_error("The database failed.")};
    }
}

}  // namespace earshot::net
