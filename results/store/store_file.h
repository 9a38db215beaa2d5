// The results file as a file: creating it whole or not at all, opening it, and refusing what is not
// ours.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "results/store/sqlite.h"
#include "results/store/store.h"

namespace dsb {

// A file under construction beside `path`, with the journals SQLite may put beside it; removed when
// it goes, unless it was moved into place.
class TemporaryFile {
 public:
  // Its name is PATH.PURPOSE-PID.
  TemporaryFile(const std::string& path, const std::string& purpose);
  ~TemporaryFile() { Remove(); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }
  void Remove() const;
  // To `name`, unless there is such a file: false. A link where the file system has links, so that
  // this name may stay until Remove(). kResource on failure.
  bool MoveTo(const std::string& name) const;

 private:
  std::string path_;
};

// Why a file at PATH has, or should have, no write-ahead log; empty if nothing is in the way.
using WhyNoWal = std::string;

// Makes `path` an empty results file unless it exists: then none is returned. Written under another
// name in the same folder and moved there when complete, so a failure leaves nothing. Throws
// kResource (folder missing, disk, a file system without locks); kBadInput beside the log of a file
// that is gone.
std::optional<WhyNoWal> CreateResultsFile(const std::string& path);
// What the type of its file system says.
WhyNoWal WhyNoWalByType(const std::string& path);
// What the folder of `path` allows, tried with an empty results file that is gone afterwards.
// Throws as creating would.
WhyNoWal TryFolderOf(const std::string& path);

void CreateSchema(Database& database);  // in an empty database

// Brings an older file to this build's schema in one transaction, after a copy of it to
// PATH.v1-backup; impl.warning says so. Throws kBadInput if a living process writes to it.
void MigrateResultsFile(Store::Impl& impl);

// Throws kBadInput if the file is no results file or of a newer schema, kResource if it is missing.
void CheckRegularFile(const std::string& path);
int CheckedVersion(Database& database);
// Of the first try to open a file. Whether a lock is held or not to be had at all is found out
// next.
LockWait FirstWait(LockWait wait);
// Of every connection (measurement.md 11).
void SetCommonPragmas(Database& database);

// Opens an existing file. Throws as the two above, or kResource if it cannot be read or written.
std::unique_ptr<Store::Impl> OpenForReading(const std::string& path, const Store::Options& options);
// `known`: why it has no write-ahead log, if it was just created.
std::unique_ptr<Store::Impl> OpenForWriting(const std::string& path, const Store::Options& options,
                                            const std::optional<WhyNoWal>& known);

}  // namespace dsb
