// A new folder that goes, with all that is in it, when its owner does.
#pragma once

#include <filesystem>
#include <string>

namespace dsb {

class TemporaryFolder {
 public:
  // In the system's folder for temporary files (TMPDIR), its name beginning with "NAME-".
  // kResource if it cannot be made.
  explicit TemporaryFolder(const std::string& name = "dsbench");
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& file) const { return path_ / file; }

 private:
  std::filesystem::path path_;
};

}  // namespace dsb
