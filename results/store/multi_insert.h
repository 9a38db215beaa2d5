// INSERT statements of up to kRowsAtOnce rows: a row in company costs much less than a statement of
// its own. For the tables that every round and every step write to.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "results/store/sqlite.h"

namespace dsb {

class MultiInsert {
 public:
  static constexpr size_t kRowsAtOnce = 16;

  // `row`: the values of one row, as "(?, NULL, ?)". Make it once: statements are cached by its
  // texts.
  MultiInsert(const std::string& table, const std::string& row) {
    std::string sql = "INSERT INTO " + table + " VALUES " + row;
    for (std::string& text : sql_) {
      text = sql;
      sql += ", " + row;
    }
  }

  // Inserts `num_rows` rows; bind_row(statement, row, first) binds one by Statement::BindFrom and
  // returns what that returned.
  template <typename BindRow>
  void Run(StatementCache& statements, size_t num_rows, const BindRow& bind_row) const {
    for (size_t done = 0; done < num_rows;) {
      const size_t count = std::min(num_rows - done, kRowsAtOnce);
      Statement& statement = statements(sql_[count - 1]);
      int next = 1;
      for (size_t i = 0; i < count; ++i) next = bind_row(statement, done + i, next);
      statement.RunBound(next);
      done += count;
    }
  }

 private:
  std::array<std::string, kRowsAtOnce> sql_;  // for 1, 2, ... rows
};

}  // namespace dsb
