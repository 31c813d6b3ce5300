#pragma once

#include "earshot/store/job_store.hpp"

#include "row_values.hpp"

#include <string>
#include <vector>

namespace earshot::store {

/// The statements on the table `deliveries`. One of each connection; what they are bound to are its members. Throws
/// soci::soci_error.
class DeliveryRows {
public:
    explicit DeliveryRows(soci::session& sql);
    DeliveryRows(const DeliveryRows&) = delete;
    DeliveryRows& operator=(const DeliveryRows&) = delete;

    void insert(const Delivery& delivery);

    /// Up to `at_most` that are due, the first of their topics; those first that have been due longest.
    std::vector<Delivery> due(std::size_t at_most, base::WallTime now);

    /// Nobody is given it before `until`. False: it is gone, or not due any more.
    bool hold(const std::string& id, base::WallTime now, base::WallTime until);

    // False: it is gone.
    bool end(const std::string& id);
    bool retry(const std::string& id, base::WallTime when);

private:
    struct Row {
        std::string id;
        std::string account;
        std::string topic;
        std::string url;
        std::string body;
        int attempts = 0;
        long long due_on = 0;
        long long created_on = 0;
    };
    Row in_;  ///< what statements use
    long long now_ = 0;
    long long limit_ = 0;
    Row out_;  ///< what queries give

    soci::statement insert_;
    soci::statement due_;
    soci::statement hold_;
    soci::statement end_;
    soci::statement retry_;
};

}  // namespace earshot::store
