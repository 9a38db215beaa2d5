#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/error.h"
#include "results/store/schema.h"
#include "results/store/store_file.h"
#include "results/store/store_impl.h"

namespace dsb {
namespace {

std::string Hex(int64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

void CheckRegularFile(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    ThrowResource(path + ": cannot open: " + std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    ThrowBadInput(path + ": is no regular file, expected a results file");
  }
  if (status.st_size == 0) ThrowBadInput(path + ": is empty, expected a results file");
}

bool HasWal(const std::string& path) {
  struct stat status {};
  return stat((path + "-wal").c_str(), &status) == 0 && status.st_size > 0;
}

std::string FileUri(const std::string& path, const std::string& query) {
  std::string uri = "file:";
  if (path.starts_with("/")) uri += "//";
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
// them away again. So: while nobody writes, read through a connection that may write (query_only
// forbids it to change the database) and cleans up; beside a writer or its remains, only read; and
// a file that we may not write and nobody is writing cannot change under us.
std::unique_ptr<Store::Impl> OpenForReading(const std::string& path) {
  const bool has_wal = HasWal(path);
  const bool may_write = access(path.c_str(), W_OK) == 0;
  const std::string uri = FileUri(path, has_wal     ? "mode=ro"
                                        : may_write ? "mode=rw"
                                                    : "mode=ro&immutable=1");
  const int flags =
      (has_wal || !may_write ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_URI;
  std::unique_ptr<Store::Impl> impl(new Store::Impl{
      .path = path, .read_only = true, .warning = "", .database = Database(uri, path, flags)});
  sqlite3* const handle = impl->database.get();
  if (has_wal) sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  return impl;
}

int CheckedVersion(Database& database) {
  const int64_t application_id = database.Int("PRAGMA application_id");
  if (application_id != kApplicationId) {
    ThrowBadInput(database.name() + ": application_id is " + Hex(application_id) + ", expected " +
                  Hex(kApplicationId) + " (a dsbench results file)");
  }
  const int64_t version = database.Int("PRAGMA user_version");
  if (version < 1 || version > kSchemaVersion) {
    ThrowBadInput(database.name() + ": schema version " + std::to_string(version) +
                  (version > kSchemaVersion ? " is newer than" : " is unknown to") +
                  " this build's, which is " + std::to_string(kSchemaVersion));
  }
  return static_cast<int>(version);
}

void SetCommonPragmas(Database& database) {
  database.Execute(
      "PRAGMA busy_timeout=5000; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
      "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;");
}

void SetWriterPragmas(Store::Impl& impl, bool durable) {
  Database& database = impl.database;
  // 32 MB: fewer syncs, and a page that changes often is copied back once for many changes.
  database.Execute("PRAGMA wal_autocheckpoint=4096");
  if (database.Text("PRAGMA journal_mode=WAL") == "wal") {
    database.Execute(durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    return;
  }
  database.Text("PRAGMA journal_mode=DELETE");
  database.Execute("PRAGMA synchronous=FULL");
  impl.warning =
      impl.path +
      ": this file system has no shared memory for SQLite's WAL; writing with a rollback "
      "journal, which is slower";
}

}  // namespace

std::unique_ptr<Store::Impl> OpenResultsFile(const std::string& path,
                                             const Store::Options& options) {
  CheckRegularFile(path);
  if (options.mode == Store::Mode::kReadOnly) {
    std::unique_ptr<Store::Impl> impl = OpenForReading(path);
    SetCommonPragmas(impl->database);
    impl->database.Execute("PRAGMA query_only=ON; PRAGMA mmap_size=0;");
    impl->schema_version = CheckedVersion(impl->database);
    return impl;
  }
  std::unique_ptr<Store::Impl> impl(
      new Store::Impl{.path = path,
                      .read_only = false,
                      .warning = "",
                      .database = Database(path, path, SQLITE_OPEN_READWRITE)});
  SetCommonPragmas(impl->database);
  impl->schema_version = CheckedVersion(impl->database);
  if (sqlite3_db_readonly(impl->database.get(), "main") == 1) {
    ThrowResource(path + ": is write-protected, expected a results file to add to");
  }
  SetWriterPragmas(*impl, options.durable);
  if (impl->schema_version < kSchemaVersion) MigrateResultsFile(*impl);
  return impl;
}

}  // namespace dsb
