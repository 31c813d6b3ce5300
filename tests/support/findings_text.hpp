#pragma once

#include "earshot/proto/management_codec.hpp"

#include <string>

namespace earshot::support {

/// All that is wrong, as "pointer: message" with "; " between; "nothing" where nothing is.
template <typename T>
std::string told(const proto::Checked<T>& checked) {
    if (checked) return "nothing";
    std::string all;
    for (const proto::Finding& finding : checked.error().list) {
        all += (all.empty() ? "" : "; ") + finding.path + ": " + finding.message;
    }
    return all;
}

}  // namespace earshot::support
