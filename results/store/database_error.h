// What SQLite's failures mean, in words for whoever reads them: no SQL, no names of its own.
#pragma once

#include <sqlite3.h>

#include <string>

#include "base/error.h"

namespace dsb {

// kBadInput for a damaged or foreign file, kResource for the disk and for locks, kInternal for a
// broken constraint or misuse.
class DatabaseError : public Error {
 public:
  DatabaseError(ExitCode code, const std::string& message, int result_code)
      : Error(code, message), result_code_(result_code) {}
  // Another connection holds what was wanted: trying again may help.
  bool is_locked() const;
  // Perhaps the file system gives no memory that processes share, as a write-ahead log needs.
  bool may_lack_shared_memory() const;
  // The file system gives no locks. Some say so by claiming that somebody holds them: then
  // is_locked().
  bool lacks_locks() const;

 private:
  int result_code_;  // SQLite's, extended
};

// `handle` may be null. `name`: the file; `doing`: for errors that are our own, "run \"...\"".
[[noreturn]] void ThrowDatabaseError(sqlite3* handle, int result_code, const std::string& name,
                                     const std::string& doing);

}  // namespace dsb
