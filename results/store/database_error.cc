#include "results/store/database_error.h"

#include <cerrno>
#include <cstring>

namespace dsb {
namespace {

int Primary(int result_code) { return result_code & 0xff; }

bool LacksSharedMemory(int result_code) {
  switch (result_code) {
    case SQLITE_IOERR_SHMOPEN:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMLOCK:
    case SQLITE_IOERR_SHMMAP:
      return true;
    default:
      return false;
  }
}

bool LacksLocks(int result_code) {
  switch (result_code) {
    case SQLITE_IOERR_LOCK:
    case SQLITE_IOERR_RDLOCK:
    case SQLITE_IOERR_UNLOCK:
    case SQLITE_IOERR_CHECKRESERVEDLOCK:
      return true;
    default:
      return Primary(result_code) == SQLITE_NOLFS;
  }
}

bool IsLocked(int result_code) {
  const int primary = Primary(result_code);
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_PROTOCOL;
}

ExitCode CodeOf(int result_code) {
  switch (Primary(result_code)) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_SCHEMA:
    case SQLITE_TOOBIG:
    case SQLITE_INTERRUPT:  // by Database::LimitTo
    case SQLITE_ERROR:      // with our fixed SQL: a table or column that the file lacks
      return ExitCode::kBadInput;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
      return ExitCode::kInternal;
    default:
      return ExitCode::kResource;
  }
}

// What the system said last; 0 if it did not. A failed COMMIT's is known to the file alone.
int SystemErrno(sqlite3* handle) {
  if (handle == nullptr) return 0;
  int number = sqlite3_system_errno(handle);
  sqlite3_file* journal = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
  if (number == 0 && journal != nullptr && journal->pMethods != nullptr) {
    journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &number);
  }
  if (number == 0) sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
  return number;
}

// Empty if the system said nothing.
std::string SystemReason(sqlite3* handle) {
  const int number = SystemErrno(handle);
  return number == 0 ? std::string() : std::string(": ") + std::strerror(number);
}

std::string Sentence(sqlite3* handle, int result_code, const std::string& doing) {
  const std::string detail =
      handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(result_code);
  if (IsLocked(result_code)) {
    return "is locked by another process; close what has it open (another dsbench, a database "
           "browser), then try again";
  }
  if (LacksSharedMemory(result_code) || LacksLocks(result_code)) {
    return "its file system lacks the locks or the shared memory that a results file needs" +
           SystemReason(handle) + "; use a local disk";
  }
  switch (Primary(result_code)) {
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_READONLY:
      return result_code == SQLITE_READONLY_DBMOVED ? "was moved or deleted while it was open"
                                                    : "is write-protected";
    case SQLITE_CANTOPEN:
      return "cannot be opened" + SystemReason(handle);
    case SQLITE_IOERR: {
      const std::string reason = SystemReason(handle);
      return "cannot be read or written" + (reason.empty() ? ": " + detail : reason);
    }
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_TOOBIG:
      return "is damaged or no results file: " + detail;
    case SQLITE_INTERRUPT:
      return "is damaged: takes more work to read than its size explains";
    case SQLITE_ERROR:
      return "lacks what a results file has: " + detail;
    default:
      return "cannot " + doing + ": " + detail;
  }
}

// SQLite calls only some of the calls that fail for lack of space "full".
int WithSpaceNamed(sqlite3* handle, int result_code) {
  const int primary = Primary(result_code);
  if (handle == nullptr || (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN)) {
    return result_code;
  }
  const int number = SystemErrno(handle);
  return number == ENOSPC || number == EDQUOT ? SQLITE_FULL : result_code;
}

}  // namespace

bool DatabaseError::is_locked() const { return IsLocked(result_code_); }
bool DatabaseError::may_lack_shared_memory() const {
  // SQLite "cannot open" the log of a file system whose methods know no shared memory.
  return LacksSharedMemory(result_code_) || Primary(result_code_) == SQLITE_CANTOPEN;
}
bool DatabaseError::lacks_locks() const { return LacksLocks(result_code_); }

void ThrowDatabaseError(sqlite3* handle, int result_code, const std::string& name,
                        const std::string& doing) {
  const int named = WithSpaceNamed(handle, result_code);
  throw DatabaseError(CodeOf(named), name + ": " + Sentence(handle, named, doing), named);
}

}  // namespace dsb
