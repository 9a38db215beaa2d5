#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/whole_file.h"
#include "results/store/database_error.h"
#include "results/store/file_system.h"
#include "results/store/schema.h"
#include "results/store/store_file.h"

namespace dsb {
namespace {

// False: a write-ahead log was wanted, and SQLite said that it has none.
bool WriteEmptySchema(const std::string& path, const std::string& name, bool wal) {
  Database database(path, name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  database.Execute("PRAGMA page_size=8192; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;");
  Transaction transaction(database, Transaction::Kind::kWrite);
  CreateSchema(database);
  database.Execute("PRAGMA application_id=" + std::to_string(kApplicationId) +
                   "; PRAGMA user_version=" + std::to_string(kSchemaVersion) + ";");
  transaction.Commit();
  if (!wal) return true;
  if (database.Text("PRAGMA journal_mode=WAL") != "wal") return false;
  // SQLite says "wal" before it has tried to share memory; this tries.
  Transaction(database, Transaction::Kind::kWrite).Commit();
  return true;
}

// The log of a file that was removed would be played into the new one: its runs would come back.
void RefuseOldLog(const std::string& path) {
  for (const char* suffix : {"-wal", "-journal"}) {
    struct stat status {};
    const std::string log = path + suffix;
    if (stat(log.c_str(), &status) != 0 || status.st_size == 0) continue;
    ThrowBadInput(log + ": is left of a results file that is gone, expected none beside a new " +
                  "one (remove it, or take another name)");
  }
}

// SQLite's own words for a folder that cannot be written to are of a file that does not exist.
void CheckFolderOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const std::string folder = parent.empty() ? "." : parent;
  if (!std::filesystem::is_directory(folder)) {
    ThrowResource(path + ": cannot create: the folder " + folder + " does not exist");
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    ThrowResource(path + ": its folder cannot be written to: " + std::strerror(errno));
  }
}

WhyNoWal WriteEmptyFile(const TemporaryFile& file, const std::string& name) {
  CheckFolderOf(name);
  WhyNoWal why = WhyNoWalByType(name);
  try {
    if (why.empty()) {
      if (WriteEmptySchema(file.path(), name, true)) return why;
      why = "is on a file system without shared memory";
    }
  } catch (const DatabaseError& error) {
    if (!error.may_lack_shared_memory() && !error.is_locked()) throw;
    why = "is on a file system without shared memory";
  }
  file.Remove();
  try {
    WriteEmptySchema(file.path(), name, false);
  } catch (const DatabaseError& error) {
    // Nobody else knows this file. A system call that knows no locks is reported as a lock.
    if (!error.is_locked() && !error.lacks_locks()) throw;
    ThrowResource(name + ": its file system has no file locks; use a local disk");
  }
  return why;
}

}  // namespace

WhyNoWal WhyNoWalByType(const std::string& path) {
  const std::optional<FileSystem> file_system = FileSystemOf(path);
  const char* const name = file_system ? NetworkFileSystemName(file_system->type) : nullptr;
  return name == nullptr ? "" : std::string("is on a network file system (") + name + ")";
}

void CreateSchema(Database& database) {
  for (const char* sql :
       {kRunTablesSql, kEventTablesSql, kDerivedTablesSql, kIndexesSql, kViewsSql}) {
    database.Execute(sql);
  }
}

std::optional<WhyNoWal> CreateResultsFile(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0) return std::nullopt;
  if (errno != ENOENT) ThrowResource(path + ": cannot create: " + std::strerror(errno));
  RefuseOldLog(path);
  const TemporaryFile temporary(path, "creating");
  const WhyNoWal why = WriteEmptyFile(temporary, path);
  // Another process may have made one meanwhile; that one is as good.
  if (!temporary.MoveTo(path)) return std::nullopt;
  try {
    SyncFolderOf(path);
  } catch (const Error&) {
    unlink(path.c_str());
    throw;
  }
  return why;
}

WhyNoWal TryFolderOf(const std::string& path) {
  const TemporaryFile temporary(path, "trying");
  return WriteEmptyFile(temporary, path);
}

}  // namespace dsb
