#pragma once

#include "earshot/detect/conversation_record.hpp"

#include "bulk_insert.hpp"
#include "conversation_json.hpp"
#include "key_list.hpp"

#include <string>
#include <vector>

namespace earshot::store {

/// The statements on the table `conversation_hits`. One of each connection; what they are bound to are its members.
/// Throws soci::soci_error.
class HitRows {
public:
    explicit HitRows(soci::session& sql);
    HitRows(const HitRows&) = delete;
    HitRows& operator=(const HitRows&) = delete;

    /// Those that are there already stay as they are.
    void insert(const std::string& conversation, const std::vector<detect::HitRecord>& hits);

    struct Found {
        detect::HitRecord hit;
        std::string text;  ///< of its first message; empty if that is not kept
    };
    /// In the order in which they became known. Errors: Errc::io_failed.
    base::Result<std::vector<Found>> all(const std::string& conversation);

    struct Place {
        long long position;
        std::string message;  ///< the first that it lies in
    };
    std::vector<Place> places(const std::string& conversation);

    /// Gives the hits at these positions to another member.
    void assign(const std::vector<long long>& positions, const std::string& member);

    void remove(const std::string& conversation);

private:
    struct Row {
        std::string conversation;
        std::string id;
        std::string message;
        std::string tracker;
        std::string tracker_name;
        std::string value;
        std::string tier;
        double score = 0;
        std::string member;
        std::string parts;

        template <typename Visit>
        void each_column(Visit visit) {
            visit("conversation", conversation);
            visit("id", id);
            visit("message", message);
            visit("tracker", tracker);
            visit("tracker_name", tracker_name);
            visit("value", value);
            visit("tier", tier);
            visit("score", score);
            visit("member", member);
            visit("parts", parts);
        }
    };
    std::string conversation_;  ///< what statements use
    std::string member_;
    KeyList<long long> positions_;
    Row out_;  ///< what queries give
    long long position_ = 0;
    std::string text_;
    RecordReader reader_;

    BulkInsert<Row> insert_;
    soci::statement all_;
    soci::statement places_;
    soci::statement assign_;
    soci::statement remove_;
};

}  // namespace earshot::store
