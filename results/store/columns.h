// One description for each column of a table: INSERT text, SELECT list, binding, reading, migration
// and the hash chain are made from it. The DDL is written by hand (schema.h); a test compares them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace dsb {

template <typename Record>
using Member = std::variant<int64_t Record::*, bool Record::*, double Record::*,
                            std::string Record::*, std::optional<int64_t> Record::*,
                            std::optional<double> Record::*, std::optional<std::string> Record::*,
                            std::vector<int32_t> Record::*, std::vector<float> Record::*>;

enum class ColumnUse {
  kValue,
  kTokenIds,  // large: read on demand
  kRowId,     // of another row in this file: means nothing elsewhere
  kComputed,  // written by the store: the writer gives it beside the record
};

template <typename Record>
struct Column {
  const char* name;
  Member<Record> member;
  int since = 1;  // schema version
  ColumnUse use = ColumnUse::kValue;
  const char* before = "NULL";  // SQL of its value in a file of an older version
};

template <typename Record>
struct StoredTable {
  const char* name;
  std::array<const char*, 4> given;  // columns that the writer gives beside the record; then null
  std::span<const Column<Record>> columns;
  int since = 1;
};

// What is the same for records of all types.
struct ColumnName {
  std::string name;
  int since = 1;
  const char* before = nullptr;
};
struct TableNames {
  std::string name;
  std::vector<ColumnName> columns;  // without `id`
};

}  // namespace dsb
