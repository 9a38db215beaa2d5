// Small owners of SQLite's handles: a connection and a prepared statement. No SQL of the store
// here. Every failure throws DatabaseError. A connection belongs to one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "results/store/file_system.h"
#include "results/store/lock_wait.h"

namespace dsb {

class Rows;

class Database {
 public:
  // `uri`: what SQLite opens (a plain path, or file:... with SQLITE_OPEN_URI); `name`: for
  // messages.
  Database(const std::string& uri, const std::string& name, int flags);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // From here on a lock that another connection holds is waited for; before, it is an error.
  void WaitForLocks(const LockWait& wait);
  void SetLongestWait(int64_t longest_ms);
  int64_t longest_wait_ms() const;
  // From here on every query's end checks that the file is still as `watch` found it: for files
  // that SQLite was told not to lock. kResource if it is not.
  void Watch(const FileWatch& watch) { watch_ = watch; }
  // From here on a query may give no more rows, no longer values and take no more work than a file
  // of so many bytes has a use for: a small damaged or hostile file can ask for any amount.
  // kBadInput.
  void LimitTo(int64_t file_bytes);
  // Whether the file that was opened is no longer the one of that name: it was moved or deleted.
  bool HasMoved() const;

  // Runs a script; rows are dropped.
  void Execute(const std::string& script);
  // The first column of the first row; empty if there is none.
  std::string Text(const std::string& sql);
  int64_t Int(const std::string& sql);
  // Throws the error that `result_code` stands for; `doing` ends the sentence "cannot ...".
  [[noreturn]] void Throw(int result_code, const std::string& doing) const;

  sqlite3* get() const { return handle_.get(); }
  const std::string& name() const { return name_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  friend class Statement;
  void OnQueryBegin() { num_rows_ = num_ticks_ = 0; }
  void OnRow();
  void OnQueryEnd() const;

  std::string name_;
  std::optional<FileWatch> watch_;
  int64_t most_rows_ = INT64_MAX, num_rows_ = 0;
  int64_t most_ticks_ = INT64_MAX, num_ticks_ = 0;
  std::unique_ptr<LockWaiter> waiter_;  // outlives the handle, which knows its address
  std::unique_ptr<sqlite3, Close> handle_;
};

class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Binds all parameters in order and runs the statement to its end.
  template <typename... Values>
  void Run(const Values&... values) {
    BindAll(values...);
    Finish();
  }
  // For statements of many rows: binds parameters from `first` (1-based) on and returns the next
  // one's index. Text and blobs must live until RunBound, which wants every parameter bound.
  template <typename... Values>
  int BindFrom(int first, const Values&... values) {
    (Bind(first++, values), ...);
    return first;
  }
  void RunBound(int next) {
    CheckCount(next - 1);
    Finish();
  }
  // Binds all parameters in order. Text and blobs must outlive the returned cursor.
  template <typename... Values>
  Rows Query(const Values&... values);

 private:
  friend class Rows;
  template <typename... Values>
  void BindAll(const Values&... values) {
    CheckCount(static_cast<int>(sizeof...(values)));
    [[maybe_unused]] int index = 0;
    (Bind(++index, values), ...);
  }
  template <typename T>
  void Bind(int index, const std::optional<T>& value) {
    value ? Bind(index, *value) : BindNull(index);
  }
  template <typename T>
  requires std::is_integral_v<T>
  void Bind(int index, T value) { BindInt(index, static_cast<int64_t>(value)); }
  void Bind(int index, std::nullopt_t) { BindNull(index); }
  void Bind(int index, double value);  // NaN becomes NULL
  void Bind(int index, std::string_view value);
  void Bind(int index, const std::string& value) { Bind(index, std::string_view(value)); }
  // 4-byte elements, little-endian (as this machine's memory); an empty vector becomes NULL.
  void Bind(int index, const std::vector<int32_t>& value);
  void Bind(int index, const std::vector<float>& value);
  void BindInt(int index, int64_t value);
  void BindNull(int index);
  void OnQuery();
  void CheckCount(int num_values);
  void Check(int result_code);
  void Finish();
  bool Step();

  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// The rows of a query; resets its statement when it goes.
class Rows {
 public:
  explicit Rows(Statement& statement) : statement_(&statement) {}
  ~Rows() { sqlite3_reset(handle()); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  bool Next() { return statement_->Step(); }
  int64_t Int(int column) const { return sqlite3_column_int64(handle(), column); }
  std::string Text(int column) const;
  // NULL reads as 0, an empty text or an empty vector, and as no value of an optional. Throws
  // kBadInput if the length of a vector's blob is no multiple of 4.
  void Read(int column, int64_t& value) const { value = Int(column); }
  void Read(int column, bool& value) const { value = Int(column) != 0; }
  void Read(int column, double& value) const { value = sqlite3_column_double(handle(), column); }
  void Read(int column, std::string& value) const { value = Text(column); }
  void Read(int column, std::vector<int32_t>& value) const { ReadBlob(column, value); }
  void Read(int column, std::vector<float>& value) const { ReadBlob(column, value); }
  template <typename T>
  void Read(int column, std::optional<T>& value) const {
    value.reset();
    if (!IsNull(column)) Read(column, value.emplace());
  }

 private:
  sqlite3_stmt* handle() const { return statement_->handle_.get(); }
  bool IsNull(int column) const { return sqlite3_column_type(handle(), column) == SQLITE_NULL; }
  template <typename T>
  void ReadBlob(int column, std::vector<T>& values) const;

  Statement* statement_;
};

template <typename... Values>
Rows Statement::Query(const Values&... values) {
  BindAll(values...);
  OnQuery();
  return Rows(*this);
}

// Prepared statements by their text.
class StatementCache {
 public:
  explicit StatementCache(Database& database) : database_(&database) {}
  Statement& operator()(std::string_view sql);

 private:
  Database* database_;
  std::map<std::string, std::unique_ptr<Statement>, std::less<>> statements_;
};

// BEGIN ... COMMIT; rolls back if it goes without Commit(). Inside another one it does nothing: the
// outer one decides. A writing one does not commit into a file that was moved or deleted, where
// nobody would find the rows: kResource.
class Transaction {
 public:
  enum class Kind { kRead, kWrite };
  Transaction(Database& database, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void Commit();

 private:
  Database* database_;
  Kind kind_;
  bool open_;
};

}  // namespace dsb
