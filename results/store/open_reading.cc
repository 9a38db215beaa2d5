#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "results/store/database_error.h"
#include "results/store/store_file.h"
#include "results/store/store_impl.h"

namespace dsb {
namespace {

// 0 if there is no such file.
int64_t SizeOf(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? static_cast<int64_t>(status.st_size) : 0;
}

// A writer's log or journal, or what a dead one left of it.
bool HasLog(const std::string& path) {
  return SizeOf(path + "-wal") > 0 || SizeOf(path + "-journal") > 0;
}

std::string FileUri(const std::string& path, const std::string& query) {
  std::string uri = path.starts_with("/") ? "file://" : "file:./";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      char escaped[4];
      std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned>(c));
      uri += escaped;
    } else {
      uri += c;
    }
  }
  return uri + "?" + query;
}

// A WAL reader needs -wal and -shm beside the file and only a connection that may write can take
// them away again.
enum class Access {
  kCleaning,   // nobody writes: through a connection that may write, which query_only forbids
  kReading,    // beside a writer or its remains
  kWatching,   // we may not write and nobody does: without locks or log, but the file is watched
  kExclusive,  // nobody can share memory here: the log is read by one process at a time
};

Access Choose(const std::string& path) {
  if (HasLog(path)) return Access::kReading;
  return access(path.c_str(), W_OK) == 0 ? Access::kCleaning : Access::kWatching;
}

// Both the file and its folder are ours to write to.
bool MayTry(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return access(path.c_str(), W_OK) == 0 &&
         access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0;
}

// A computed column is a program that each row runs.
void CheckNothingIsComputed(Database& database) {
  Statement statement(
      database,
      "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS "
      "c WHERE m.type = 'table' AND c.hidden > 1");
  Rows rows = statement.Query();
  if (!rows.Next()) return;
  ThrowBadInput(database.name() + ": column " + rows.Text(1) + " of table " + rows.Text(0) +
                " is computed, expected stored values");
}

std::unique_ptr<Store::Impl> Open(const std::string& path, Access how, const LockWait& wait) {
  const bool may_write = how == Access::kCleaning || how == Access::kExclusive;
  const FileWatch watch(path);  // before SQLite looks at it
  const std::string uri = FileUri(path, may_write                  ? "mode=rw"
                                        : how == Access::kWatching ? "mode=ro&immutable=1"
                                                                   : "mode=ro");
  const int flags = (may_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_URI;
  std::unique_ptr<Store::Impl> impl(new Store::Impl{
      .path = path, .read_only = true, .warning = "", .database = Database(uri, path, flags)});
  Database& database = impl->database;
  database.WaitForLocks(wait);
  if (how == Access::kWatching) database.Watch(watch);
  sqlite3* const handle = database.get();
  if (how == Access::kReading) {
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  database.LimitTo(SizeOf(path) + SizeOf(path + "-wal"));
  SetCommonPragmas(database);
  if (how == Access::kExclusive) database.Execute("PRAGMA locking_mode=EXCLUSIVE");
  database.Execute("PRAGMA query_only=ON; PRAGMA mmap_size=0;");
  impl->schema_version = CheckedVersion(database);
  CheckNothingIsComputed(database);
  if (how == Access::kExclusive) unlink((path + "-shm").c_str());
  return impl;
}

}  // namespace

std::unique_ptr<Store::Impl> OpenForReading(const std::string& path,
                                            const Store::Options& options) {
  CheckRegularFile(path);
  LockWait wait = FirstWait(options.lock_wait);
  for (int tries = 0;; ++tries) {
    const Access how = Choose(path);
    try {
      std::unique_ptr<Store::Impl> impl = Open(path, how, wait);
      impl->database.WaitForLocks(options.lock_wait);
      return impl;
    } catch (const DatabaseError& error) {
      if (error.code() != ExitCode::kResource) throw;
      if (how == Access::kCleaning || how == Access::kReading) {
        const bool may_lack = error.is_locked() || error.may_lack_shared_memory();
        if (may_lack && MayTry(path) && !TryFolderOf(path).empty()) {
          return Open(path, Access::kExclusive, options.lock_wait);
        }
      }
      // A writer may have come or gone between the look and the opening.
      const bool again = error.is_locked() ? tries == 0 : tries < 2 && Choose(path) != how;
      if (!again) throw;
      wait = options.lock_wait;
    }
  }
}

}  // namespace dsb
