// The results file as a file: creating it whole or not at all, opening it, and refusing what is not
// ours.
#pragma once

#include <memory>
#include <string>

#include "results/store/sqlite.h"
#include "results/store/store.h"

namespace dsb {

// Makes `path` an empty results file unless it exists. Written under another name in the same
// folder and moved there when complete, so a failure leaves nothing. Throws kResource (folder
// missing, disk).
void CreateResultsFile(const std::string& path);

void CreateSchema(Database& database);  // in an empty database

// A file under construction beside `path`, with the journals SQLite may put beside it; removed when
// it goes, unless it was moved into place.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& path);
  ~TemporaryFile() { Remove(); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  void Remove() const;
  std::string path_;
};

// Brings an older file to this build's schema in one transaction, after a copy of it to
// PATH.v1-backup; impl.warning says so. Throws kBadInput if a living process writes to it.
void MigrateResultsFile(Store::Impl& impl);

// Opens with the PRAGMAs of measurement.md 11. Throws kBadInput if the file is no results file or
// of a newer schema, kResource if it is missing or cannot be read or written.
std::unique_ptr<Store::Impl> OpenResultsFile(const std::string& path,
                                             const Store::Options& options);

}  // namespace dsb
