#pragma once

#include "connection.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace earshot::store {

/// Inserts many rows with few statements, since each of them is a round trip. One of each connection. `Row` is what a
/// row's columns are bound to: `each_column(visit)` calls `visit(name, value)`, or `visit(name, value, indicator)` for
/// a column that may be null, for each column in the same order.
template <typename Row>
class BulkInsert {
public:
    /// A row that is there already, by what `conflict` names ("(id)"), stays as it is.
    BulkInsert(soci::session& sql, const std::string& table, const std::string& conflict)
        : many_(sql, k_many, table, conflict), one_(sql, 1, table, conflict) {}

    /// Inserts a row for each of `items`, in their order; `fill(item, row)` sets all that the row is bound to.
    template <typename Item, typename Fill>
    void insert(const std::vector<Item>& items, Fill fill) {
        std::size_t next = 0;
        for (Statement* statement : {&many_, &one_}) {
            while (items.size() - next >= statement->rows.size()) {
                for (Row& row : statement->rows) fill(items[next++], row);
                execute(statement->statement);
            }
        }
    }

private:
    /// 100,000 rows are 1,563 round trips: a second on a network where one takes a good half of a millisecond.
    static constexpr std::size_t k_many = 64;

    struct Statement {
        Statement(soci::session& sql, std::size_t count, const std::string& table, const std::string& conflict)
            : rows(count), statement(sql) {
            std::string columns;
            rows.front().each_column([&](const char* name, auto&...) { append(columns, name); });
            std::string values;
            for (std::size_t number = 0; number < count; ++number) {
                std::string names;
                rows[number].each_column([&](const char* name, auto&... bound) {
                    const std::string place = name + ("_" + std::to_string(number));
                    append(names, ":" + place);
                    statement.exchange(soci::use(bound..., place));
                });
                append(values, "(" + names + ")");
            }
            statement.alloc();
            statement.prepare("INSERT INTO " + table + " (" + columns + ") VALUES " + values + " ON CONFLICT " +
                              conflict + " DO NOTHING");
            statement.define_and_bind();
        }

        static void append(std::string& list, const std::string& entry) {
            if (!list.empty()) list += ", ";
            list += entry;
        }

        std::vector<Row> rows;  // never resized: the statement is bound to them
        soci::statement statement;
    };

    Statement many_;
    Statement one_;
};

}  // namespace earshot::store
