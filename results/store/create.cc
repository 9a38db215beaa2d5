#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/whole_file.h"
#include "results/store/schema.h"
#include "results/store/store_file.h"

namespace dsb {
namespace {

void WriteEmptySchema(const std::string& path, const std::string& name) {
  Database database(path, name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  database.Execute("PRAGMA page_size=8192; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;");
  Transaction transaction(database, Transaction::Kind::kWrite);
  CreateSchema(database);
  database.Execute("PRAGMA application_id=" + std::to_string(kApplicationId) +
                   "; PRAGMA user_version=" + std::to_string(kSchemaVersion) + ";");
  transaction.Commit();
  database.Execute("PRAGMA journal_mode=WAL");
}

// Moves without replacing a file that another process made meanwhile; that one is as good.
void MoveIntoPlace(const std::string& from, const std::string& to) {
  if (link(from.c_str(), to.c_str()) == 0 || errno == EEXIST) return;
  // A file system without hard links.
  if (rename(from.c_str(), to.c_str()) == 0) return;
  ThrowResource(to + ": cannot create: " + std::strerror(errno));
}

}  // namespace

TemporaryFile::TemporaryFile(const std::string& path)
    : path_(path + ".creating-" + std::to_string(getpid())) {
  Remove();
}

void TemporaryFile::Remove() const {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) unlink((path_ + suffix).c_str());
}

void CreateSchema(Database& database) {
  for (const char* sql :
       {kRunTablesSql, kEventTablesSql, kDerivedTablesSql, kIndexesSql, kViewsSql}) {
    database.Execute(sql);
  }
}

void CreateResultsFile(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0) return;
  if (errno != ENOENT) ThrowResource(path + ": cannot create: " + std::strerror(errno));
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder)) {
    ThrowResource(path + ": cannot create: the folder " + folder.string() + " does not exist");
  }
  const TemporaryFile temporary(path);
  WriteEmptySchema(temporary.path(), path);
  MoveIntoPlace(temporary.path(), path);
  SyncFolderOf(path);
}

}  // namespace dsb
