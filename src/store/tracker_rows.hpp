#pragma once

#include "earshot/detect/tracker_record.hpp"

#include "connection.hpp"
#include "definition_json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace earshot::store {

base::Error unknown_tracker();

/// The statements on the table `trackers`. One of each connection; what they are bound to are its members. Throws
/// soci::soci_error.
class TrackerRows {
public:
    explicit TrackerRows(soci::session& sql);
    TrackerRows(const TrackerRows&) = delete;
    TrackerRows& operator=(const TrackerRows&) = delete;

    using Records = base::Result<std::vector<detect::TrackerRecord>>;

    /// Of the account, in the order of their creation. Errors: Errc::io_failed.
    Records all(const std::string& account);
    Records of_name(const std::string& account, const std::string& name);

    /// Errors: Errc::unknown_tracker, Errc::io_failed.
    base::Result<detect::TrackerRecord> of_id(const std::string& account, const std::string& id);

    struct Known {
        std::string id;
        std::string name;
        base::WallTime created_on;
        std::size_t bytes = 0;  ///< of its name and definition
    };
    std::vector<Known> known(const std::string& account);

    /// False: the id is taken.
    bool insert(const std::string& account, const detect::TrackerRecord& record, const std::string& definition);
    /// The name, the definition and `updated_on` of the row with the record's id.
    void update(const std::string& account, const detect::TrackerRecord& record, const std::string& definition);
    void remove(const std::string& account, const std::string& id);

private:
    Records read(soci::statement& query);
    void bind(const std::string& account, const detect::TrackerRecord& record, const std::string& definition);

    struct Row {
        std::string id;
        std::string name;
        std::string definition;
        long long created_on = 0;
        long long updated_on = 0;
        long long bytes = 0;
    };
    std::string account_;
    Row in_;   ///< what statements use
    Row out_;  ///< what queries give
    DefinitionReader reader_;

    soci::statement all_;
    soci::statement of_name_;
    soci::statement of_id_;
    soci::statement known_;
    soci::statement insert_;
    soci::statement update_;
    soci::statement remove_;
};

}  // namespace earshot::store
