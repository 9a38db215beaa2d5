#include "results/store/place.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "results/store/file_system.h"
#include "results/store/store_file.h"

namespace dsb {
namespace {

// A write-ahead log alone grows to 32 MiB before it is folded into the file.
constexpr int64_t kScarceBytes = int64_t{64} << 20;

}  // namespace

std::string CheckPlaceForResults(const std::string& path) {
  if (access(path.c_str(), F_OK) == 0 && access(path.c_str(), W_OK) != 0) {
    ThrowResource(path + ": cannot be written: " + std::strerror(errno));
  }
  TryFolderOf(path);
  const std::optional<FileSystem> file_system = FileSystemOf(path);
  if (!file_system || file_system->free_bytes >= kScarceBytes) return {};
  return path + ": only " + std::to_string(file_system->free_bytes >> 20) +
         " MiB are free on its disk";
}

}  // namespace dsb
