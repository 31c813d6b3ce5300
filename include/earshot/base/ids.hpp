#pragma once

#include <string>

namespace earshot::base {

/// Where ids come from. The core is given one, so that tests know every id beforehand.
/// Implementations belong to one thread and need not be safe for others.
class IdSource {
public:
    virtual ~IdSource() = default;

    /// A new lower-case UUID (36 characters), for messages and hits.
    virtual std::string make_uuid() = 0;

    /// A new string of 16 decimal digits without a leading zero, for conversations, as the contract's samples have.
    virtual std::string make_digits() = 0;
};

}  // namespace earshot::base
