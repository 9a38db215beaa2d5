#include "base/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

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

constexpr std::string_view kPart = ".part-";  // then the writer's process number

// Of this machine; false where `digits` are no process number as Temporary writes it.
bool IsGone(std::string_view digits) {
  pid_t process = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), process);
  return error == std::errc() && process > 0 && std::to_string(process) == digits &&
         ::kill(process, 0) != 0 && errno == ESRCH;
}

// What writers of `target` left that were killed while they wrote. What cannot be removed stays.
void RemoveLeftOver(const std::string& target) {
  namespace fs = std::filesystem;
  const fs::path path(target);
  const std::string begin = path.filename().string() + std::string(kPart);
  std::error_code error, ignored;
  fs::directory_iterator entry(path.has_parent_path() ? path.parent_path() : ".", error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(begin) || !IsGone(std::string_view(name).substr(begin.size()))) continue;
    if (entry->symlink_status(ignored).type() == fs::file_type::regular) {
      fs::remove(entry->path(), ignored);
    }
  }
}

// A file beside the one to replace; gone with its owner unless it was moved.
struct Temporary {
  explicit Temporary(const std::string& target)
      : path(target + std::string(kPart) + std::to_string(::getpid())) {
    RemoveLeftOver(target);
  }
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
