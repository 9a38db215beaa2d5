// What a Store holds, for the .cc files of this room that read or write rows. Not for other rooms.
#pragma once

#include <string>
#include <vector>

#include "results/store/sqlite.h"
#include "results/store/store.h"

namespace dsb {

struct Store::Impl {
  std::string path;
  bool read_only = false;
  std::string warning;
  Database database;
  int schema_version = kSchemaVersion;  // of the file: below this build's only if read_only
  StatementCache sql{database};
};

// All runs, oldest first.
std::vector<RunRecord> ReadRuns(Store::Impl& impl);

}  // namespace dsb
