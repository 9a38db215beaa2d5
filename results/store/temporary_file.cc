#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "results/store/store_file.h"

namespace dsb {

TemporaryFile::TemporaryFile(const std::string& path, const std::string& purpose)
    : path_(path + "." + purpose + "-" + std::to_string(getpid())) {
  Remove();
}

void TemporaryFile::Remove() const {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) unlink((path_ + suffix).c_str());
}

bool TemporaryFile::MoveTo(const std::string& name) const {
  if (link(path_.c_str(), name.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  // A file system without links.
  if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) == 0)
    return true;
  if (errno == EEXIST) return false;
  // Nor with renames that keep what is there: an empty file of our own may be replaced.
  const int place = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (place < 0 && errno == EEXIST) return false;
  if (place >= 0) {
    close(place);
    if (rename(path_.c_str(), name.c_str()) == 0) return true;
    const int error = errno;
    unlink(name.c_str());
    errno = error;
  }
  ThrowResource(name + ": cannot create: " + std::strerror(errno));
}

}  // namespace dsb
