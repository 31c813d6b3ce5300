#include "transaction.hpp"

#include <exception>

namespace earshot::store {
namespace {

base::Error error_of(Trouble trouble, const soci::soci_error& error) {
    switch (trouble) {
        case Trouble::conflict:
            return {base::Errc::store_away, "the database was held by others", {}, what_was_said(error)};
        case Trouble::lost:
            return {base::Errc::store_away, "the database went away", {}, what_was_said(error)};
        case Trouble::failed:
            break;
    }
    return {base::Errc::io_failed, "the database failed", {}, what_was_said(error)};
}

void roll_back(Connection& connection) noexcept {
    try {
        connection.sql() << "ROLLBACK";
    } catch (const std::exception&) {
        // SQLite has done so already after some errors; a lost connection takes its transaction with it.
    }
}

}  // namespace

std::optional<TransactionFailure> run_once(Connection& connection, Access access,
                                           const std::function<bool(Connection&)>& work) {
    bool is_open = false;
    bool is_committing = false;
    TransactionFailure failure;
    try {
        connection.sql() << connection.backend().begin(access);
        is_open = true;
        if (!work(connection)) {
            roll_back(connection);
            return std::nullopt;
        }
        is_committing = true;
        connection.sql() << "COMMIT";
        return std::nullopt;
    } catch (const soci::soci_error& error) {
        failure.trouble = connection.backend().judge(error);
        failure.error = error_of(failure.trouble, error);
        failure.is_in_doubt = is_committing;
    } catch (const std::exception& error) {
        failure.error = {base::Errc::internal, "a transaction failed", {}, error.what()};
    }
    if (is_open && failure.trouble != Trouble::lost) roll_back(connection);
    return failure;
}

}  // namespace earshot::store
