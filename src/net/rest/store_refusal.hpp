#pragma once

#include "earshot/base/error.hpp"
#include "earshot/net/http_call.hpp"
#include "earshot/proto/management_codec.hpp"

#include <memory>
#include <string_view>

namespace earshot::net {

class StoreFailures;

/// 503, with the advice to ask again in a moment.
HttpAnswer away(std::string_view message);

/// 429, likewise, with its status in the body as clients look for it.
HttpAnswer too_many(std::string_view message);

/// What is wrong with a body or a query.
HttpAnswer findings_refusal(const proto::Findings& findings, unsigned status = 400);

/// What an error of a store is to the client that no route has words of its own for: 400 for a value that cannot be
/// stored, 503 where the store is away or too much waits for it, and 500, which `failures` is told, for all else.
HttpAnswer store_refusal(const std::shared_ptr<StoreFailures>& failures, const base::Error& error);

}  // namespace earshot::net
