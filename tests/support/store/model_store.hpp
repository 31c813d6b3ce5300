#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_record.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace earshot::support {

/// What a TrackerStore holds, as plainly as it can be said. It gives no ids: a record that is new has the one that the
/// store gave it, which the caller passes as `given`, in order.
class ModelStore {
public:
    using Definitions = std::vector<detect::TrackerDefinition>;
    using Records = std::vector<detect::TrackerRecord>;

    const Records& all(const std::string& account) { return accounts_[account]; }
    const detect::TrackerRecord* find(const std::string& account, const std::string& id);
    Records of_name(const std::string& account, const std::string& name);

    base::Result<Records> create(const std::string& account, const Definitions& trackers, std::size_t at_most,
                                 base::WallTime now, const Records& given);
    base::Result<detect::TrackerRecord> update(const std::string& account, const std::string& id,
                                               const detect::TrackerDefinition& tracker, base::WallTime now);
    base::Result<detect::TrackerRecord> remove(const std::string& account, const std::string& id);
    base::Result<Records> replace_all(const std::string& account, const Definitions& trackers, std::size_t at_most,
                                      base::WallTime now, const Records& given);

    friend bool operator==(const ModelStore&, const ModelStore&) = default;

private:
    std::map<std::string, Records> accounts_;
};

}  // namespace earshot::support
