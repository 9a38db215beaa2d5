#include "results/store/file_system.h"

#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <filesystem>

namespace dsb {
namespace {

struct NamedType {
  int64_t type;
  const char* name;
};

// f_type of statfs(2), from the kernel's magic.h and the file systems' own sources. FUSE is among
// them: what is behind it (sshfs, a cloud's store) is seldom a disk, and cannot be told from here.
constexpr NamedType kNetworkTypes[] = {
    {0x6969, "NFS"},
    {0x517B, "SMB"},
    {0xFE534D42, "SMB"},
    {0xFF534D42, "CIFS"},
    {0x564C, "NCP"},
    {0x5346414F, "AFS"},
    {0x6B414653, "AFS"},
    {0x73757245, "Coda"},
    {0x01021997, "9P"},
    {0x00C36400, "Ceph"},
    {0x0BD00BD0, "Lustre"},
    {0x47504653, "GPFS"},
    {0x19830326, "BeeGFS"},
    {0x01161970, "GFS2"},
    {0x7461636F, "OCFS2"},
    {0x20030528, "OrangeFS"},
    {0xAAD7AAEA, "PanFS"},
    {0x786F4256, "VirtualBox's shared folder"},
    {0xBACBACBC, "VMware's shared folder"},
    {0x65735546, "FUSE"},
};

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool SameTime(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

const char* NetworkFileSystemName(int64_t type) {
  // f_type is signed and 32 bits wide on some systems.
  const int64_t magic = type & 0xFFFFFFFF;
  for (const NamedType& named : kNetworkTypes) {
    if (named.type == magic) return named.name;
  }
  return nullptr;
}

std::optional<FileSystem> FileSystemOf(const std::string& path) {
  const std::string folder = FolderOf(path);
  struct statfs type {};
  struct statvfs space {};
  if (statfs(folder.c_str(), &type) != 0 || statvfs(folder.c_str(), &space) != 0) {
    return std::nullopt;
  }
  return FileSystem{.type = static_cast<int64_t>(type.f_type),
                    .free_bytes = static_cast<int64_t>(space.f_bavail * space.f_frsize)};
}

FileWatch::FileWatch(const std::string& path) : path_(path) { stat(path.c_str(), &found_); }

bool FileWatch::Unchanged() const {
  struct stat now {};
  return stat(path_.c_str(), &now) == 0 && now.st_dev == found_.st_dev &&
         now.st_ino == found_.st_ino && now.st_size == found_.st_size &&
         SameTime(now.st_mtim, found_.st_mtim) && SameTime(now.st_ctim, found_.st_ctim);
}

}  // namespace dsb
