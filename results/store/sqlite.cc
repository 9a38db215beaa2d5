#include "results/store/sqlite.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "results/store/database_error.h"

namespace dsb {
namespace {

// SQLite 3.38 to 3.40 mark their own json_valid unsafe by mistake, so that with trusted_schema=OFF
// a schema with CHECK (json_valid(...)) cannot even be read. Ours replaces it on our connections.
void JsonValid(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
  if (text == nullptr) return sqlite3_result_error_nomem(context);
  sqlite3_result_int(context, nlohmann::json::accept(text, text + sqlite3_value_bytes(values[0])));
}

// A library built to do so takes file:NAME for a URI and :memory: for no file, as nobody who names
// a file means them.
std::string FileName(const std::string& path) { return path.starts_with('/') ? path : "./" + path; }

}  // namespace

Database::Database(const std::string& uri, const std::string& name, int flags) : name_(name) {
  sqlite3* handle = nullptr;
  const std::string place = (flags & SQLITE_OPEN_URI) != 0 ? uri : FileName(uri);
  const int result_code =
      sqlite3_open_v2(place.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (result_code != SQLITE_OK) Throw(result_code, "open");
  sqlite3_extended_result_codes(handle, 1);
  const int function_code = sqlite3_create_function_v2(
      handle, "json_valid", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
      JsonValid, nullptr, nullptr, nullptr);
  if (function_code != SQLITE_OK) Throw(function_code, "open");
}

void Database::Execute(const std::string& script) {
  const int result_code = sqlite3_exec(get(), script.c_str(), nullptr, nullptr, nullptr);
  if (result_code != SQLITE_OK) Throw(result_code, "execute \"" + script.substr(0, 60) + "\"");
}

std::string Database::Text(const std::string& sql) {
  Statement statement(*this, sql);
  Rows rows = statement.Query();
  return rows.Next() ? rows.Text(0) : std::string();
}

int64_t Database::Int(const std::string& sql) {
  Statement statement(*this, sql);
  Rows rows = statement.Query();
  return rows.Next() ? rows.Int(0) : 0;
}

void Database::WaitForLocks(const LockWait& wait) {
  waiter_ = std::make_unique<LockWaiter>(wait);
  sqlite3_busy_handler(
      get(),
      [](void* waiter, int count) {
        return static_cast<LockWaiter*>(waiter)->Again(count) ? 1 : 0;
      },
      waiter_.get());
}

void Database::SetLongestWait(int64_t longest_ms) {
  if (waiter_) waiter_->SetLongest(longest_ms);
}

int64_t Database::longest_wait_ms() const { return waiter_ ? waiter_->wait().longest_ms : 0; }

void Database::LimitTo(int64_t file_bytes) {
  // A row takes a few bytes of the file, and some hundred of SQLite's operations at most.
  constexpr int64_t kRowsOfAnyFile = 100'000, kOperationsOfAnyFile = 20'000'000;
  constexpr int64_t kOperationsPerByte = 500, kOperationsPerTick = 10'000;
  most_rows_ = kRowsOfAnyFile + 2 * file_bytes;
  most_ticks_ = (kOperationsOfAnyFile + kOperationsPerByte * file_bytes) / kOperationsPerTick;
  sqlite3_limit(get(), SQLITE_LIMIT_LENGTH,
                static_cast<int>(std::clamp<int64_t>(file_bytes, 1'000'000, 1'000'000'000)));
  sqlite3_progress_handler(
      get(), kOperationsPerTick,
      [](void* database) {
        auto& self = *static_cast<Database*>(database);
        return ++self.num_ticks_ > self.most_ticks_ ? 1 : 0;
      },
      this);
}

bool Database::HasMoved() const {
  int moved = 0;  // stays so with a file system layer that does not say
  sqlite3_file_control(get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

void Database::OnRow() {
  if (++num_rows_ > most_rows_) {
    ThrowBadInput(name_ + ": is damaged: gives more rows than its size has room for");
  }
}

void Database::OnQueryEnd() const {
  if (!watch_ || watch_->Unchanged()) return;
  ThrowResource(name_ + ": was changed by another process while it was read; try again");
}

void Database::Throw(int result_code, const std::string& doing) const {
  ThrowDatabaseError(handle_.get(), result_code, name_, doing);
}

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
  sqlite3_stmt* handle = nullptr;
  const int result_code =
      sqlite3_prepare_v3(database.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  if (result_code != SQLITE_OK) {
    database.Throw(result_code, "prepare \"" + std::string(sql.substr(0, 60)) + "\"");
  }
}

void Statement::CheckCount(int num_values) {
  DSB_CHECK(sqlite3_bind_parameter_count(handle_.get()) == num_values);
}

void Statement::Check(int result_code) {
  if (result_code == SQLITE_OK) return;
  database_->Throw(result_code, "bind a value");
}

void Statement::Bind(int index, double value) {
  Check(std::isnan(value) ? sqlite3_bind_null(handle_.get(), index)
                          : sqlite3_bind_double(handle_.get(), index, value));
}

void Statement::Bind(int index, std::string_view value) {
  Check(sqlite3_bind_text64(handle_.get(), index, value.empty() ? "" : value.data(), value.size(),
                            SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::Bind(int index, const std::vector<int32_t>& value) {
  static_assert(std::endian::native == std::endian::little);
  if (value.empty()) return BindNull(index);
  Check(sqlite3_bind_blob64(handle_.get(), index, value.data(), value.size() * sizeof(int32_t),
                            SQLITE_STATIC));
}

void Statement::Bind(int index, const std::vector<float>& value) {
  if (value.empty()) return BindNull(index);
  Check(sqlite3_bind_blob64(handle_.get(), index, value.data(), value.size() * sizeof(float),
                            SQLITE_STATIC));
}

void Statement::BindInt(int index, int64_t value) {
  Check(sqlite3_bind_int64(handle_.get(), index, value));
}

void Statement::BindNull(int index) { Check(sqlite3_bind_null(handle_.get(), index)); }

void Statement::OnQuery() { database_->OnQueryBegin(); }

bool Statement::Step() {
  const int result_code = sqlite3_step(handle_.get());
  if (result_code == SQLITE_ROW) {
    database_->OnRow();
    return true;
  }
  if (result_code == SQLITE_DONE) {
    database_->OnQueryEnd();
    return false;
  }
  // The message of a failed step is lost by a reset: throw first, the cursor resets later.
  const std::string_view sql = sqlite3_sql(handle_.get());
  database_->Throw(result_code, "run \"" + std::string(sql.substr(0, 60)) + "\"");
}

void Statement::Finish() {
  struct Reset {
    sqlite3_stmt* handle;
    ~Reset() { sqlite3_reset(handle); }
  } const reset{handle_.get()};
  while (Step()) {
  }
}

std::string Rows::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle(), column));
  if (text == nullptr) return std::string();
  return std::string(text, static_cast<size_t>(sqlite3_column_bytes(handle(), column)));
}

template <typename T>
void Rows::ReadBlob(int column, std::vector<T>& values) const {
  static_assert(sizeof(T) == 4);
  const void* const bytes = sqlite3_column_blob(handle(), column);
  const auto num_bytes = static_cast<size_t>(sqlite3_column_bytes(handle(), column));
  if (num_bytes % sizeof(T) != 0) {
    ThrowBadInput(statement_->database_->name() + ": column " +
                  sqlite3_column_name(handle(), column) + " has " + std::to_string(num_bytes) +
                  " bytes, expected a multiple of 4");
  }
  values.resize(num_bytes / sizeof(T));
  if (num_bytes > 0) std::memcpy(values.data(), bytes, num_bytes);
}
template void Rows::ReadBlob(int column, std::vector<int32_t>& values) const;
template void Rows::ReadBlob(int column, std::vector<float>& values) const;

Statement& StatementCache::operator()(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    found = statements_.emplace(sql, std::make_unique<Statement>(*database_, sql)).first;
  }
  return *found->second;
}

Transaction::Transaction(Database& database, Kind kind)
    : database_(&database), kind_(kind), open_(sqlite3_get_autocommit(database.get()) != 0) {
  if (open_) database.Execute(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  // Some failures (disk full) have rolled back already; then this reports an error that is of no
  // use.
  if (open_) sqlite3_exec(database_->get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::Commit() {
  // SQLite looks for itself, but not with a write-ahead log.
  if (open_ && kind_ == Kind::kWrite && database_->HasMoved()) {
    database_->Throw(SQLITE_READONLY_DBMOVED, "commit");
  }
  if (open_) database_->Execute("COMMIT");
  open_ = false;
}

}  // namespace dsb
