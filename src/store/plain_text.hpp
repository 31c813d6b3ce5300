#pragma once

#include "earshot/base/error.hpp"

#include <string>
#include <string_view>

namespace earshot::store {

/// Whether every database can hold `text` in a column: UTF-8 without U+0000.
bool is_plain_text(std::string_view text) noexcept;

/// Whether an account can have this name: plain text of at most 256 bytes.
bool is_account_name(std::string_view name) noexcept;

/// What who gives another name is told.
base::Error no_account_name();

/// Whether something can be known by this id: plain text of at most 256 bytes, as every index can hold it.
bool is_id(std::string_view id) noexcept;

/// `text` as every database can hold it: each U+0000 is a blank, each byte that belongs to no UTF-8 a U+FFFD. Text that
/// is UTF-8 keeps its length in UTF-16.
std::string as_plain_text(std::string text);

/// UTF-8 without its U+0000, to be made whole by with_zeros(). Mostly the text itself.
std::string without_zeros(std::string text);
std::string with_zeros(std::string text);

}  // namespace earshot::store
