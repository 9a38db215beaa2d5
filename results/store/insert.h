// The INSERT statements of one table, their texts made once from its description. Of up to
// kRowsAtOnce rows: a row in company costs much less than a statement of its own.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>

#include "results/store/columns.h"
#include "results/store/sqlite.h"

namespace dsb {

template <typename Record>
class Insert {
 public:
  static constexpr size_t kRowsAtOnce = 16;

  // `verb`: INSERT, INSERT OR REPLACE; `conflict`: "ON CONFLICT ...".
  explicit Insert(const StoredTable<Record>& table, const std::string& verb = "INSERT",
                  const std::string& conflict = "")
      : columns_(table.columns) {
    std::string names, row;
    const auto add = [&](const char* name) {
      names += (names.empty() ? "" : ", ") + std::string(name);
      row += row.empty() ? "(?" : ", ?";
    };
    for (const char* name : table.given) {
      if (name != nullptr) add(name);
    }
    for (const Column<Record>& column : columns_) {
      if (column.use != ColumnUse::kComputed) add(column.name);
    }
    const std::string head = verb + " INTO " + table.name + " (" + names + ") VALUES ";
    std::string rows = row + ")";
    for (std::string& sql : sql_) {
      sql = head + rows + " " + conflict;
      rows += ", " + row + ")";
    }
  }

  // `given`: the values of the table's given columns, in their order.
  template <typename... Given>
  void One(StatementCache& statements, const Record& record, const Given&... given) const {
    Statement& statement = statements(sql_[0]);
    statement.RunBound(Bind(statement, 1, record, given...));
  }

  // `row(i)` returns a tuple of a pointer to record i and of its given values, which are numbers.
  template <typename Row>
  void Many(StatementCache& statements, size_t num_rows, const Row& row) const {
    for (size_t done = 0; done < num_rows;) {
      const size_t count = std::min(num_rows - done, kRowsAtOnce);
      Statement& statement = statements(sql_[count - 1]);
      int next = 1;
      for (size_t i = 0; i < count; ++i) {
        std::apply(
            [&](const Record* record, auto... given) {
              static_assert((std::is_integral_v<decltype(given)> && ...));
              next = Bind(statement, next, *record, given...);
            },
            row(done + i));
      }
      statement.RunBound(next);
      done += count;
    }
  }

 private:
  template <typename... Given>
  int Bind(Statement& statement, int next, const Record& record, const Given&... given) const {
    next = statement.BindFrom(next, given...);
    for (const Column<Record>& column : columns_) {
      if (column.use == ColumnUse::kComputed) continue;
      std::visit([&](auto member) { next = statement.BindFrom(next, record.*member); },
                 column.member);
    }
    return next;
  }

  std::span<const Column<Record>> columns_;
  std::array<std::string, kRowsAtOnce> sql_;  // for 1, 2, ... rows
};

}  // namespace dsb
