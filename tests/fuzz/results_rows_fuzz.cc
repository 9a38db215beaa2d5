// A results file whose rows say anything, as somebody with a database browser can make them: each
// input is a list of edits, (table, column, row, kind, value) a piece.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/split_mix.h"
#include "tests/fuzz/fuzz_folder.h"
#include "tests/fuzz/read_results.h"
#include "tests/fuzz/results_seed.h"
#include "tests/fuzz/seed.h"

namespace {

struct Table {
  std::string name, key;  // columns of its primary key, with commas
  std::vector<std::string> columns;
};

class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  bool empty() const { return size_ == 0; }
  uint8_t Byte() { return Take<uint8_t>(); }
  template <typename T>
  T Take() {
    T value{};
    const size_t count = std::min(size_, sizeof(T));
    std::memcpy(&value, data_, count);
    data_ += count;
    size_ -= count;
    return value;
  }
  std::string Text(size_t longest) {
    const size_t count = std::min(size_, longest);
    std::string text(reinterpret_cast<const char*>(data_), count);
    data_ += count;
    size_ -= count;
    return text;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

std::string Template() { return (dsb::FuzzFolder() / "template.db").string(); }

std::vector<Table> ReadTables() {
  dsb::Database database(Template(), "template", SQLITE_OPEN_READWRITE);
  std::vector<Table> tables;
  {
    dsb::Statement statement(database,
                             "SELECT name FROM sqlite_master WHERE type = 'table' AND "
                             "name NOT LIKE 'sqlite_%' ORDER BY name");
    dsb::Rows rows = statement.Query();
    while (rows.Next()) tables.push_back({.name = rows.Text(0), .key = {}, .columns = {}});
  }
  for (Table& table : tables) {
    dsb::Statement statement(database, "SELECT name, pk FROM pragma_table_info(?) ORDER BY cid");
    dsb::Rows rows = statement.Query(table.name);
    while (rows.Next()) {
      table.columns.push_back(rows.Text(0));
      if (rows.Int(1) > 0) table.key += (table.key.empty() ? "" : ", ") + rows.Text(0);
    }
  }
  return tables;
}

// A SQL literal.
std::string Value(Bytes& bytes) {
  static constexpr int64_t kIntegers[] = {0,
                                          -1,
                                          1,
                                          std::numeric_limits<int64_t>::max(),
                                          std::numeric_limits<int64_t>::min() + 1,
                                          1'000'000'000'000,
                                          1 << 30,
                                          -5};
  static constexpr const char* kReals[] = {"9e999", "-9e999", "1e308", "0.5", "-0.0", "1e-320"};
  static constexpr const char* kTexts[] = {"none",     "dspark", "verify", "measured", "stop",
                                           "complete", "{}",     "greedy", "[1]",      "workload"};
  switch (bytes.Byte() % 8) {
    case 0:
      return "NULL";
    case 1:
      return std::to_string(bytes.Take<int64_t>());
    case 2:
      return std::to_string(kIntegers[bytes.Byte() % std::size(kIntegers)]);
    case 3:
      return kReals[bytes.Byte() % std::size(kReals)];
    case 4:
      return std::string("'") + kTexts[bytes.Byte() % std::size(kTexts)] + "'";
    case 5:
      return "zeroblob(" + std::to_string(bytes.Take<uint16_t>()) + ")";
    default: {
      const bool text = bytes.Byte() % 2 == 0;
      static constexpr char kDigits[] = "0123456789abcdef";
      std::string hex;
      for (const char c : bytes.Text(bytes.Byte() % 40)) {
        const auto byte = static_cast<unsigned char>(c);
        hex += {kDigits[byte >> 4], kDigits[byte & 15]};
      }
      return text ? "CAST(x'" + hex + "' AS TEXT)" : "x'" + hex + "'";
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  dsb::MakeFuzzResults(Template());
  dsb::WriteSeed(*argc, *argv, "one_edit", std::string("\x05\x02\x01\x01\x02\x03", 6));
  for (uint64_t seed = 0; seed < 8; ++seed) {
    std::string edits;
    for (uint64_t i = 0; i < 40 + 20 * seed; ++i) {
      edits += static_cast<char>(dsb::SplitMix(1000 * seed + i));
    }
    dsb::WriteSeed(*argc, *argv, "edits_" + std::to_string(seed), edits);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<Table> tables = ReadTables();
  static const std::string whole = dsb::ReadFuzzFile(Template());
  const std::string path = (dsb::FuzzFolder() / "rows.db").string();
  dsb::WriteFuzzFile(path, whole);
  {
    dsb::Database database(path, "rows", SQLITE_OPEN_READWRITE);
    database.Execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN");
    Bytes bytes(data, size);
    for (int edit = 0; edit < 24 && !bytes.empty(); ++edit) {
      const Table& table = tables[bytes.Byte() % tables.size()];
      const std::string& column = table.columns[bytes.Byte() % table.columns.size()];
      const uint8_t row = bytes.Byte();
      const std::string where = " WHERE (" + table.key + ") = (SELECT " + table.key + " FROM " +
                                table.name + " LIMIT 1 OFFSET " + std::to_string(row % 8) + ")";
      const std::string sql = row == 255 ? "DELETE FROM " + table.name + where
                                         : "UPDATE " + table.name + " SET " + column + " = " +
                                               Value(bytes) + (row % 16 == 15 ? "" : where);
      // A key that exists already, or no integer for a row's number.
      sqlite3_exec(database.get(), sql.c_str(), nullptr, nullptr, nullptr);
    }
    database.Execute("COMMIT");
  }
  dsb::ReadResults(path, size == 0 ? 0 : data[size - 1]);
  return 0;
}
