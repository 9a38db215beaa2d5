// What the system says of the file system that a results file is on, and whether a file is still
// the same. Opens no file: closing one would drop SQLite's locks on it.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

namespace dsb {

// "NFS", "SMB", ...: a file system that other machines or programs may write to behind this
// system's back, by statfs's f_type; null: a disk of this machine.
const char* NetworkFileSystemName(int64_t type);

struct FileSystem {
  int64_t type = 0;
  int64_t free_bytes = 0;  // for this user
};
// Of the folder that holds `path`, which need not exist; none if the system does not say.
std::optional<FileSystem> FileSystemOf(const std::string& path);

// A file as it was found.
class FileWatch {
 public:
  explicit FileWatch(const std::string& path);
  bool Unchanged() const;

 private:
  std::string path_;
  struct stat found_ {};
};

}  // namespace dsb
