// What a Store holds, for the .cc files of this room that read or write rows. Not for other rooms.
#pragma once

#include <string>

#include "results/store/sqlite.h"
#include "results/store/store.h"

namespace dsb {

struct Store::Impl {
  std::string path;
  bool read_only = false;
  std::string warning;
  Database database;
  StatementCache sql{database};
};

}  // namespace dsb
