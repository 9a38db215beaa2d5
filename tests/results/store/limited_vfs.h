// SQLite's own file system with something missing, as network and other file systems have it. The
// files are real, and so is what is left of them.
#pragma once

#include <sqlite3.h>

namespace dsb {

enum class Missing {
  kSharedMemory,       // the -shm file is made, but cannot be mapped
  kSharedMemoryCalls,  // the file system says that it has none
  kLocks,              // ENOLCK, which SQLite takes for a lock that is held
  kLocksWithError,     // EIO
};

class LimitedVfs {
 public:
  // Becomes SQLite's default until it goes. One at a time.
  explicit LimitedVfs(Missing missing) : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    Given() = missing;
    vfs_.zName = "dsb_limited";
    vfs_.pNext = nullptr;
    vfs_.pAppData = real_;
    vfs_.xOpen = Open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~LimitedVfs() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }
  LimitedVfs(const LimitedVfs&) = delete;
  LimitedVfs& operator=(const LimitedVfs&) = delete;

 private:
  static Missing& Given() {
    static Missing missing;
    return missing;
  }
  static const sqlite3_io_methods*& Real() {
    static const sqlite3_io_methods* methods;
    return methods;
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                  int* out_flags) {
    auto* const real = static_cast<sqlite3_vfs*>(vfs->pAppData);
    sqlite3_vfs forwarded = *real;
    const int code = forwarded.xOpen(real, name, file, flags, out_flags);
    if (code != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0) return code;
    static sqlite3_io_methods limited;
    Real() = file->pMethods;
    limited = *Real();
    switch (Given()) {
      case Missing::kSharedMemory:
        limited.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
          Real()->xShmMap(f, page, size, extend, out);
          *out = nullptr;
          return SQLITE_IOERR_SHMMAP;
        };
        break;
      case Missing::kSharedMemoryCalls:
        limited.iVersion = 1;
        break;
      case Missing::kLocks:
        limited.xLock = [](sqlite3_file*, int) { return SQLITE_BUSY; };
        break;
      case Missing::kLocksWithError:
        limited.xLock = [](sqlite3_file*, int) { return SQLITE_IOERR_LOCK; };
        break;
    }
    file->pMethods = &limited;
    return SQLITE_OK;
  }

  sqlite3_vfs* const real_;
  sqlite3_vfs vfs_;
};

}  // namespace dsb
