#include "base/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/error.h"

namespace dsb {
namespace {

[[noreturn]] void Fail(const std::string& path, int error) {
  ThrowResource(path + ": cannot be written: " + std::strerror(error));
}

// Waits until the disk has what `opened`, a file or a folder, holds; the error if it cannot.
int Sync(const std::string& opened) {
  const int fd = ::open(opened.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  return error;
}

// A file beside the one to replace; gone with its owner unless it was moved.
struct Temporary {
  explicit Temporary(const std::string& target)
      : path(target + ".part-" + std::to_string(::getpid())) {}
  ~Temporary() { ::unlink(path.c_str()); }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  const std::string path;
};

}  // namespace

void SyncFile(const std::string& path) {
  if (const int error = Sync(path); error != 0) Fail(path, error);
}

void SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int error = Sync(folder.empty() ? "." : folder);
  if (error != 0 && error != EINVAL) Fail(path, error);  // EINVAL: a file system that never syncs
}

void WriteWholeFile(const std::string& path, const std::function<void(std::ostream&)>& write) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    ThrowResource(path + ": cannot be written: expected a regular file or none");
  }
  const Temporary temporary(path);
  errno = 0;
  std::ofstream file(temporary.path, std::ios::binary | std::ios::trunc);
  if (file) write(file);
  file.close();
  if (!file) Fail(path, errno != 0 ? errno : EIO);
  if (const int error = Sync(temporary.path); error != 0) Fail(path, error);
  if (std::rename(temporary.path.c_str(), path.c_str()) != 0) Fail(path, errno);
  SyncFolderOf(path);
}

void WriteWholeFile(const std::string& path, std::string_view text) {
  WriteWholeFile(path, [text](std::ostream& file) { file << text; });
}

}  // namespace dsb
