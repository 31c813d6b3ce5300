#pragma once

#include "earshot/proto/process_codec.hpp"

#include "support/dice.hpp"

#include <string>

namespace earshot::support {

/// An asynchronous request as a client may send it, and what it says.
struct WrittenRequest {
    std::string query;
    std::string body;
    proto::TextRequest expected;
};

/// A random request whose parameters stand in query and body as it may happen, each in one of its loose forms. Those
/// that stand in both have another value in the query, which does not count and need not be right.
WrittenRequest random_request(Dice& dice);

}  // namespace earshot::support
