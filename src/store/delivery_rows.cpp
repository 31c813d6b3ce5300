#include "delivery_rows.hpp"

namespace earshot::store {

using soci::into;
using soci::use;

DeliveryRows::DeliveryRows(soci::session& sql)
    : insert_((sql.prepare << "INSERT INTO deliveries (id, account, topic, url, body, attempts, due_on, created_on)"
                              " VALUES (:id, :account, :topic, :url, :body, 0, :due_on, :created_on)",
               use(in_.id, "id"), use(in_.account, "account"), use(in_.topic, "topic"), use(in_.url, "url"),
               use(in_.body, "body"), use(in_.due_on, "due_on"), use(in_.created_on, "created_on"))),
      due_((sql.prepare << "SELECT id, account, topic, url, body, attempts, created_on FROM deliveries"
                           " WHERE due_on <= :now AND NOT EXISTS (SELECT 1 FROM deliveries AS earlier"
                           " WHERE earlier.topic = deliveries.topic AND earlier.position < deliveries.position)"
                           " ORDER BY due_on, position LIMIT :limit",
            use(now_, "now"), use(limit_, "limit"), into(out_.id), into(out_.account), into(out_.topic), into(out_.url),
            into(out_.body), into(out_.attempts), into(out_.created_on))),
      hold_((sql.prepare << "UPDATE deliveries SET due_on = :due_on WHERE id = :id AND due_on <= :now",
             use(in_.due_on, "due_on"), use(in_.id, "id"), use(now_, "now"))),
      end_((sql.prepare << "DELETE FROM deliveries WHERE id = :id", use(in_.id, "id"))),
      retry_((sql.prepare << "UPDATE deliveries SET due_on = :due_on, attempts = attempts + 1 WHERE id = :id",
              use(in_.due_on, "due_on"), use(in_.id, "id"))) {}

void DeliveryRows::insert(const Delivery& delivery) {
    const long long created_on = number_of(delivery.created_on);
    in_ = {delivery.id, delivery.account, delivery.topic, delivery.url, delivery.body, 0, created_on, created_on};
    execute(insert_);
}

std::vector<Delivery> DeliveryRows::due(std::size_t at_most, base::WallTime now) {
    now_ = number_of(now);
    limit_ = count_of(at_most);
    std::vector<Delivery> due;
    for_each_row(due_, [&] {
        due.push_back(
            {out_.id, out_.account, out_.topic, out_.url, out_.body, out_.attempts, time_of(out_.created_on)});
    });
    return due;
}

bool DeliveryRows::hold(const std::string& id, base::WallTime now, base::WallTime until) {
    in_.id = id;
    in_.due_on = number_of(until);
    now_ = number_of(now);
    return execute(hold_) == 1;
}

bool DeliveryRows::end(const std::string& id) {
    in_.id = id;
    return execute(end_) == 1;
}

bool DeliveryRows::retry(const std::string& id, base::WallTime when) {
    in_.id = id;
    in_.due_on = number_of(when);
    return execute(retry_) == 1;
}

}  // namespace earshot::store
