#include "backend.hpp"

namespace earshot::store {

base::Result<std::unique_ptr<Backend>> make_backend(const DatabaseOptions& options) {
    constexpr std::string_view k_sqlite = "sqlite:";
    const std::string_view url = options.url;
    if (url.starts_with(k_sqlite)) return make_sqlite_backend(options.url.substr(k_sqlite.size()), options);
    if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return make_postgresql_backend(options);
    // A URL may hold a password, so it is not repeated.
    return base::Error{base::Errc::invalid_value, "the store's URL must begin with sqlite: or postgresql://", {}, {}};
}

std::string what_was_said(const soci::soci_error& error) {
    std::string text = error.get_error_message();
    // The lines behind the first one repeat values and statements.
    const std::size_t begin =
        text.starts_with("Cannot establish connection to the database.\n") ? text.find('\n') + 1 : 0;
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace earshot::store
