#include "base/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "base/error.h"

namespace dsb {

TemporaryFolder::TemporaryFolder(const std::string& name) {
  std::error_code error;
  std::string path = std::filesystem::temp_directory_path(error) / (name + "-XXXXXX");
  if (error) ThrowResource("no folder for temporary files: " + error.message());
  if (mkdtemp(path.data()) == nullptr) {
    ThrowResource(path + ": cannot be created: " + std::strerror(errno));
  }
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace dsb
