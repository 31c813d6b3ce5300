#include "tracker_rows.hpp"

#include <utility>

namespace earshot::store {

using soci::into;
using soci::use;

base::Error unknown_tracker() {
    return {base::Errc::unknown_tracker, "no tracker has this id", {}, {}};
}

TrackerRows::TrackerRows(soci::session& sql)
    : all_((sql.prepare << "SELECT id, name, definition, created_on, updated_on FROM trackers"
                           " WHERE account = :account ORDER BY position",
            use(account_, "account"), into(out_.id), into(out_.name), into(out_.definition), into(out_.created_on),
            into(out_.updated_on))),
      of_name_((sql.prepare << "SELECT id, name, definition, created_on, updated_on FROM trackers"
                               " WHERE account = :account AND name = :name",
                use(account_, "account"), use(in_.name, "name"), into(out_.id), into(out_.name), into(out_.definition),
                into(out_.created_on), into(out_.updated_on))),
      of_id_((sql.prepare << "SELECT id, name, definition, created_on, updated_on FROM trackers"
                             " WHERE account = :account AND id = :id",
              use(account_, "account"), use(in_.id, "id"), into(out_.id), into(out_.name), into(out_.definition),
              into(out_.created_on), into(out_.updated_on))),
      known_((sql.prepare << "SELECT id, name, created_on, octet_length(name) + octet_length(definition) FROM trackers"
                             " WHERE account = :account ORDER BY position",
              use(account_, "account"), into(out_.id), into(out_.name), into(out_.created_on), into(out_.bytes))),
      insert_((sql.prepare << "INSERT INTO trackers (id, account, name, definition, created_on, updated_on)"
                              " VALUES (:id, :account, :name, :definition, :created_on, :updated_on)"
                              " ON CONFLICT (id) DO NOTHING",
               use(in_.id, "id"), use(account_, "account"), use(in_.name, "name"), use(in_.definition, "definition"),
               use(in_.created_on, "created_on"), use(in_.updated_on, "updated_on"))),
      update_((sql.prepare << "UPDATE trackers SET name = :name, definition = :definition, updated_on = :updated_on"
                              " WHERE account = :account AND id = :id",
               use(in_.name, "name"), use(in_.definition, "definition"), use(in_.updated_on, "updated_on"),
               use(account_, "account"), use(in_.id, "id"))),
      remove_((sql.prepare << "DELETE FROM trackers WHERE account = :account AND id = :id", use(account_, "account"),
               use(in_.id, "id"))) {}

TrackerRows::Records TrackerRows::all(const std::string& account) {
    account_ = account;
    return read(all_);
}

TrackerRows::Records TrackerRows::of_name(const std::string& account, const std::string& name) {
    account_ = account;
    in_.name = name;
    return read(of_name_);
}

base::Result<detect::TrackerRecord> TrackerRows::of_id(const std::string& account, const std::string& id) {
    account_ = account;
    in_.id = id;
    auto records = read(of_id_);
    if (!records) return records.error();
    if (records->empty()) return unknown_tracker();
    return std::move(records->front());
}

std::vector<TrackerRows::Known> TrackerRows::known(const std::string& account) {
    account_ = account;
    std::vector<Known> known;
    for_each_row(known_, [&] {
        known.push_back({out_.id, out_.name, base::WallTime(std::chrono::milliseconds(out_.created_on)),
                         static_cast<std::size_t>(out_.bytes)});
    });
    return known;
}

bool TrackerRows::insert(const std::string& account, const detect::TrackerRecord& record,
                         const std::string& definition) {
    bind(account, record, definition);
    return execute(insert_) == 1;
}

void TrackerRows::update(const std::string& account, const detect::TrackerRecord& record,
                         const std::string& definition) {
    bind(account, record, definition);
    execute(update_);
}

void TrackerRows::remove(const std::string& account, const std::string& id) {
    account_ = account;
    in_.id = id;
    execute(remove_);
}

TrackerRows::Records TrackerRows::read(soci::statement& query) {
    std::vector<detect::TrackerRecord> records;
    std::optional<base::Error> error;
    for_each_row(query, [&] {
        auto definition = reader_.read(out_.definition);
        if (!definition) {
            error = definition.error();
            error->message += ": " + out_.id;
            return;
        }
        detect::TrackerRecord record{std::move(*definition), base::WallTime(std::chrono::milliseconds(out_.created_on)),
                                     base::WallTime(std::chrono::milliseconds(out_.updated_on))};
        record.tracker.id = out_.id;
        record.tracker.name = out_.name;
        records.push_back(std::move(record));
    });
    if (error) return *error;
    return records;
}

void TrackerRows::bind(const std::string& account, const detect::TrackerRecord& record, const std::string& definition) {
    account_ = account;
    in_ = {record.tracker.id,
           record.tracker.name,
           definition,
           record.created_on.time_since_epoch().count(),
           record.updated_on.time_since_epoch().count(),
           0};
}

}  // namespace earshot::store
