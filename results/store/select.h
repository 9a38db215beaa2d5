// SELECT lists from the tables' descriptions, and the records of the rows that they give. A column
// that the file is too old for reads as what older versions meant.
#pragma once

#include <string>
#include <vector>

#include "results/store/columns.h"
#include "results/store/store_impl.h"

namespace dsb {

template <typename Record>
std::string SelectList(const StoredTable<Record>& table, int schema_version, bool token_ids) {
  std::string list;
  for (const Column<Record>& column : table.columns) {
    if (!list.empty()) list += ", ";
    if (column.since > schema_version) {
      list += column.before;
    } else if (column.use == ColumnUse::kTokenIds && !token_ids) {
      list += "NULL";
    } else {
      list += std::string(table.name) + "." + column.name;
    }
  }
  return list;
}

// "SELECT keys, columns of the tables FROM from": `keys` are columns that stand before the
// records'.
template <typename... Records>
std::string SelectSql(const Store::Impl& impl, bool token_ids, const std::string& keys,
                      const std::string& from, const StoredTable<Records>&... tables) {
  std::string sql = "SELECT " + keys;
  ((sql += ", " + SelectList(tables, impl.schema_version, token_ids)), ...);
  return sql + " FROM " + from;
}

// Fills `record` from the columns at `first` and later; returns the next one's index.
template <typename Record>
int ReadRecord(const Rows& rows, int first, const StoredTable<Record>& table, Record& record) {
  for (const Column<Record>& column : table.columns) {
    std::visit([&](auto member) { rows.Read(first++, record.*member); }, column.member);
  }
  return first;
}

// The rows of one table: `rest` begins behind the table's name and has one parameter for each of
// `values`. None if the file is too old for the table.
template <typename Record, typename... Values>
std::vector<Record> ReadRecords(Store::Impl& impl, const StoredTable<Record>& table,
                                const std::string& rest, const Values&... values) {
  std::vector<Record> records;
  if (table.since > impl.schema_version) return records;
  Rows rows =
      impl.sql(SelectSql(impl, true, "0", table.name + (" " + rest), table)).Query(values...);
  while (rows.Next()) ReadRecord(rows, 1, table, records.emplace_back());
  return records;
}

}  // namespace dsb
