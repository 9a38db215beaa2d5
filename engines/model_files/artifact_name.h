// The name of a model's file or folder as the store and reports show it. No path, no meaning.
#pragma once

#include <filesystem>
#include <string>

namespace dsb {

// The last component, whether or not a slash follows it.
inline std::string ArtifactName(const std::string& path) {
  const std::filesystem::path whole(path);
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

}  // namespace dsb
