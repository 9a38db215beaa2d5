#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/error.h"
#include "results/store/database_error.h"
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

// 32 MB: fewer syncs, and a page that changes often is copied back once for many changes.
void UseWal(Database& database, bool durable) {
  database.Execute("PRAGMA wal_autocheckpoint=4096");
  database.Text("PRAGMA journal_mode=WAL");
  database.Execute(durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
  // Now, not at the first row: the log may turn out to be impossible.
  Transaction(database, Transaction::Kind::kWrite).Commit();
}

// Of a connection that has the file for itself, so that a log needs no shared memory; or of a file
// that has no log.
void UseRollbackJournal(Store::Impl& impl, const WhyNoWal& why) {
  Database& database = impl.database;
  if (database.Text("PRAGMA journal_mode=DELETE") != "delete") {
    ThrowResource(impl.path + ": " + why +
                  " and cannot do without a write-ahead log there; use a local disk");
  }
  unlink((impl.path + "-shm").c_str());
  database.Execute("PRAGMA locking_mode=NORMAL; PRAGMA synchronous=FULL;");
  database.Int("PRAGMA user_version");  // a read lets the others in
  impl.warning = impl.path + ": " + why +
                 ": written with a rollback journal, which is slower; a local "
                 "disk is better";
}

std::unique_ptr<Store::Impl> Open(const std::string& path, const Store::Options& options,
                                  const LockWait& wait, const WhyNoWal& why) {
  std::unique_ptr<Store::Impl> impl(
      new Store::Impl{.path = path,
                      .read_only = false,
                      .warning = "",
                      .database = Database(path, path, SQLITE_OPEN_READWRITE)});
  Database& database = impl->database;
  database.WaitForLocks(wait);
  if (!why.empty()) database.Execute("PRAGMA locking_mode=EXCLUSIVE");
  SetCommonPragmas(database);
  impl->schema_version = CheckedVersion(database);
  if (sqlite3_db_readonly(database.get(), "main") == 1) {
    ThrowResource(path + ": is write-protected, expected a results file to add to");
  }
  const bool has_wal = database.Text("PRAGMA journal_mode") == "wal";
  // A file that was without: only if it can be had, since SQLite tries on the file itself.
  const WhyNoWal why_not = why.empty() && !has_wal ? TryFolderOf(path) : why;
  if (why_not.empty()) {
    UseWal(database, options.durable);
  } else {
    UseRollbackJournal(*impl, why_not);
  }
  return impl;
}

}  // namespace

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

LockWait FirstWait(LockWait wait) {
  constexpr int64_t kLongestMs = 2000;
  wait.longest_ms = std::min(wait.longest_ms, kLongestMs);
  wait.on_wait = nullptr;  // the user hears of the real one
  return wait;
}

void SetCommonPragmas(Database& database) {
  database.Execute(
      "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;"
      "PRAGMA foreign_keys=ON;");
}

std::unique_ptr<Store::Impl> OpenForWriting(const std::string& path, const Store::Options& options,
                                            const std::optional<WhyNoWal>& known) {
  CheckRegularFile(path);
  WhyNoWal why = known ? *known : WhyNoWalByType(path);
  std::unique_ptr<Store::Impl> impl;
  try {
    impl = Open(path, options, FirstWait(options.lock_wait), why);
  } catch (const DatabaseError& error) {
    if (!error.is_locked() && !error.may_lack_shared_memory()) throw;
    const WhyNoWal found = TryFolderOf(path);  // throws if there are no locks at all
    if (!error.is_locked() && found.empty()) throw;
    if (why.empty()) why = found;
    impl = Open(path, options, options.lock_wait, why);
  }
  impl->database.WaitForLocks(options.lock_wait);
  if (impl->schema_version < kSchemaVersion) MigrateResultsFile(*impl);
  return impl;
}

}  // namespace dsb
