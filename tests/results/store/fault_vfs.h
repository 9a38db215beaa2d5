// A SQLite file system that fails on demand: the n-th change of a file (write, truncate, sync,
// delete, or a new -shm page) returns an error, once or from then on. Everything else goes to the
// real one.
#pragma once

#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace dsb {

class FaultVfs {
 public:
  // Becomes SQLite's default until it goes.
  FaultVfs() {
    real_ = sqlite3_vfs_find(nullptr);
    vfs_ = *real_;
    vfs_.zName = "dsb_fault";
    vfs_.pNext = nullptr;
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = Open;
    vfs_.xDelete = [](sqlite3_vfs* vfs, const char* name, int sync_dir) {
      FaultVfs& self = *static_cast<FaultVfs*>(vfs->pAppData);
      if (self.Fails()) return SQLITE_IOERR_DELETE;
      return self.real_->xDelete(self.real_, name, sync_dir);
    };
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FaultVfs() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  // `n` counts from 1; `code` is what SQLite sees (SQLITE_FULL, SQLITE_IOERR), or kEndProcess.
  static constexpr int kEndProcess = -1;  // as a kill does
  void FailAt(int64_t n, bool and_all_later, int code) {
    count_ = 0;
    fail_at_ = n;
    all_later_ = and_all_later;
    code_ = code;
    num_failed_ = 0;
  }
  void Heal() { fail_at_ = 0; }
  int64_t num_failed() const { return num_failed_; }

 private:
  struct File {
    sqlite3_file base;
    FaultVfs* vfs;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static File& Of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static sqlite3_file* Real(sqlite3_file* file) { return Of(file).real(); }

  bool Fails() {
    const int64_t n = ++count_;
    const bool fails = fail_at_ > 0 && (n == fail_at_ || (all_later_ && n > fail_at_));
    if (fails) ++num_failed_;
    if (fails && code_ == kEndProcess) _exit(1);
    return fails;
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    FaultVfs& self = *static_cast<FaultVfs*>(vfs->pAppData);
    Of(file).vfs = &self;
    file->pMethods = nullptr;
    const int code = self.real_->xOpen(self.real_, name, Real(file), flags, out);
    if (code == SQLITE_OK) file->pMethods = &Methods();
    return code;
  }

  static const sqlite3_io_methods& Methods() {
    static const sqlite3_io_methods kMethods = {
        .iVersion = 2,
        .xClose = [](sqlite3_file* f) { return Real(f)->pMethods->xClose(Real(f)); },
        .xRead =
            [](sqlite3_file* f, void* data, int size, sqlite3_int64 offset) {
              return Real(f)->pMethods->xRead(Real(f), data, size, offset);
            },
        .xWrite =
            [](sqlite3_file* f, const void* data, int size, sqlite3_int64 offset) {
              if (Of(f).vfs->Fails()) {
                // Half of it arrives, as on a disk that fills up.
                Real(f)->pMethods->xWrite(Real(f), data, size / 2, offset);
                return Of(f).vfs->code_.load();
              }
              return Real(f)->pMethods->xWrite(Real(f), data, size, offset);
            },
        .xTruncate =
            [](sqlite3_file* f, sqlite3_int64 size) {
              if (Of(f).vfs->Fails()) return SQLITE_IOERR_TRUNCATE;
              return Real(f)->pMethods->xTruncate(Real(f), size);
            },
        .xSync =
            [](sqlite3_file* f, int flags) {
              if (Of(f).vfs->Fails()) return SQLITE_IOERR_FSYNC;
              return Real(f)->pMethods->xSync(Real(f), flags);
            },
        .xFileSize =
            [](sqlite3_file* f, sqlite3_int64* size) {
              return Real(f)->pMethods->xFileSize(Real(f), size);
            },
        .xLock = [](sqlite3_file* f, int lock) { return Real(f)->pMethods->xLock(Real(f), lock); },
        .xUnlock = [](sqlite3_file* f,
                      int lock) { return Real(f)->pMethods->xUnlock(Real(f), lock); },
        .xCheckReservedLock =
            [](sqlite3_file* f, int* out) {
              return Real(f)->pMethods->xCheckReservedLock(Real(f), out);
            },
        .xFileControl =
            [](sqlite3_file* f, int op, void* argument) {
              return Real(f)->pMethods->xFileControl(Real(f), op, argument);
            },
        .xSectorSize = [](sqlite3_file* f) { return Real(f)->pMethods->xSectorSize(Real(f)); },
        .xDeviceCharacteristics =
            [](sqlite3_file* f) { return Real(f)->pMethods->xDeviceCharacteristics(Real(f)); },
        .xShmMap =
            [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
              if (extend != 0 && Of(f).vfs->Fails()) return SQLITE_IOERR_SHMMAP;
              return Real(f)->pMethods->xShmMap(Real(f), page, size, extend, out);
            },
        .xShmLock =
            [](sqlite3_file* f, int offset, int n, int flags) {
              return Real(f)->pMethods->xShmLock(Real(f), offset, n, flags);
            },
        .xShmBarrier = [](sqlite3_file* f) { Real(f)->pMethods->xShmBarrier(Real(f)); },
        .xShmUnmap = [](sqlite3_file* f,
                        int remove) { return Real(f)->pMethods->xShmUnmap(Real(f), remove); },
        .xFetch = nullptr,
        .xUnfetch = nullptr};
    return kMethods;
  }

  sqlite3_vfs* real_ = nullptr;
  sqlite3_vfs vfs_{};
  std::atomic<int64_t> count_ = 0, fail_at_ = 0, num_failed_ = 0;
  std::atomic<bool> all_later_ = false;
  std::atomic<int> code_ = SQLITE_FULL;
};

}  // namespace dsb
