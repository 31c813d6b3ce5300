#include "hit_rows.hpp"

#include "plain_text.hpp"

#include <cmath>
#include <optional>
#include <utility>

namespace earshot::store {

using soci::into;
using soci::use;

HitRows::HitRows(soci::session& sql)
    : insert_(sql, "conversation_hits", "(conversation, id)"),
      all_((sql.prepare << "SELECT hits.id, tracker, tracker_name, value, tier, score, hits.member, parts,"
                           " coalesce(messages.text, '') FROM conversation_hits AS hits"
                           " LEFT JOIN conversation_messages AS messages"
                           " ON messages.conversation = hits.conversation AND messages.id = hits.message"
                           " WHERE hits.conversation = :conversation ORDER BY hits.position",
            use(conversation_, "conversation"), into(out_.id), into(out_.tracker), into(out_.tracker_name),
            into(out_.value), into(out_.tier), into(out_.score), into(out_.member), into(out_.parts), into(text_))),
      places_((sql.prepare << "SELECT position, message FROM conversation_hits WHERE conversation = :conversation",
               use(conversation_, "conversation"), into(position_), into(out_.message))),
      assign_(positions_.prepare(sql, "UPDATE conversation_hits SET member = :member WHERE position IN", "",
                                 use(member_, "member"))),
      remove_((sql.prepare << "DELETE FROM conversation_hits WHERE conversation = :conversation",
               use(conversation_, "conversation"))) {}

void HitRows::insert(const std::string& conversation, const std::vector<detect::HitRecord>& hits) {
    insert_.insert(hits, [&](const detect::HitRecord& hit, Row& row) {
        row.conversation = conversation;
        row.id = as_plain_text(hit.id);
        row.message = hit.parts.empty() ? std::string() : as_plain_text(hit.parts.front().message);
        row.tracker = as_plain_text(hit.tracker);
        row.tracker_name = as_plain_text(hit.tracker_name);
        row.value = as_plain_text(hit.value);
        row.tier = detect::tier_name(hit.tier);
        row.score = std::isfinite(hit.score) ? hit.score : 0;
        row.member = as_plain_text(hit.member);
        row.parts = write_parts(hit.parts);
    });
}

base::Result<std::vector<HitRows::Found>> HitRows::all(const std::string& conversation) {
    conversation_ = conversation;
    std::vector<Found> hits;
    std::optional<base::Error> error;
    for_each_row(all_, [&] {
        auto parts = reader_.read_parts(out_.parts);
        const auto tier = detect::find_tier(out_.tier);
        if (!parts || !tier) {
            error = {base::Errc::io_failed, "a stored hit cannot be read: " + out_.id, {}, {}};
            return;
        }
        detect::HitRecord hit{out_.id, out_.tracker, out_.tracker_name, out_.value,
                              *tier,   out_.score,   out_.member,       std::move(*parts)};
        hits.push_back({std::move(hit), text_});
    });
    if (error) return *error;
    return hits;
}

std::vector<HitRows::Place> HitRows::places(const std::string& conversation) {
    conversation_ = conversation;
    std::vector<Place> places;
    for_each_row(places_, [&] { places.push_back({position_, out_.message}); });
    return places;
}

void HitRows::assign(const std::vector<long long>& positions, const std::string& member) {
    member_ = member;
    positions_.for_each_piece(positions, [&] { execute(assign_); });
}

void HitRows::remove(const std::string& conversation) {
    conversation_ = conversation;
    execute(remove_);
}

}  // namespace earshot::store
