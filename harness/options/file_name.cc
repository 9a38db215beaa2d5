#include "harness/options/file_name.h"

#include <filesystem>

namespace dsb {

namespace fs = std::filesystem;

std::string FileName(const std::string& path) {
  std::error_code failed;
  fs::path whole = fs::absolute(path, failed).lexically_normal();
  if (failed) whole = path;
  if (!whole.has_filename()) whole = whole.parent_path();  // a slash at the end
  return whole.filename().string();
}

std::string FileNames(const std::vector<std::string>& paths) {
  std::string names;
  for (const std::string& path : paths) names += (names.empty() ? "" : ",") + FileName(path);
  return names;
}

}  // namespace dsb
