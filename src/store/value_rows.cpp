#include "value_rows.hpp"

#include <openssl/evp.h>

namespace earshot::store {
namespace {

using soci::into;
using soci::use;

std::string to_base64(const std::string& bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

/// Empty where it is none: then the value is made again.
std::string from_base64(const std::string& text) {
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return {};
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    return bytes;
}

}  // namespace

ValueRows::ValueRows(soci::session& sql)
    : of_key_((sql.prepare << "SELECT value, used_on FROM made_values WHERE key = :key", use(key_, "key"), into(value_),
               into(day_))),
      use_((sql.prepare << "UPDATE made_values SET used_on = :day WHERE key = :key AND used_on < :day2",
            use(day_, "day"), use(key_, "key"), use(day_, "day2"))),
      insert_((sql.prepare << "INSERT INTO made_values (key, value, bytes, used_on)"
                              " VALUES (:key, :value, :bytes, :day) ON CONFLICT (key) DO NOTHING",
               use(key_, "key"), use(value_, "value"), use(bytes_, "bytes"), use(day_, "day"))),
      trim_((sql.prepare << "DELETE FROM made_values WHERE key IN (SELECT key FROM (SELECT key,"
                            " SUM(bytes) OVER (ORDER BY used_on DESC, key) AS total FROM made_values) AS running"
                            " WHERE total > :bytes)",
             use(bytes_, "bytes"))) {}

std::string ValueRows::of_key(const std::string& key, long long& used_on) {
    key_ = key;
    std::string found;
    for_each_row(of_key_, [&] {
        found = from_base64(value_);
        used_on = day_;
    });
    return found;
}

void ValueRows::use_key(const std::string& key, long long day) {
    key_ = key;
    day_ = day;
    execute(use_);
}

void ValueRows::insert(const std::string& key, const std::string& value, long long day) {
    key_ = key;
    value_ = to_base64(value);
    bytes_ = static_cast<long long>(key.size() + value_.size());
    day_ = day;
    execute(insert_);
}

void ValueRows::trim(std::uint64_t bytes) {
    bytes_ = static_cast<long long>(bytes);
    execute(trim_);
}

}  // namespace earshot::store
