#include "engines/model_files/folder_links.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/quoted.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

bool IsInside(const fs::path& folder, const fs::path& path) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

// As the caches name blobs: by a hash or an entity tag made of hashes.
bool IsHash(std::string_view name) {
  constexpr std::string_view kPrefix = "sha256-";
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  constexpr size_t kShortest = 32;
  return name.size() >= kShortest && std::all_of(name.begin(), name.end(), [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == '-';
         });
}

// REPO of REPO/snapshots/REVISION[/...]; empty if the folder lies in no cache.
fs::path CacheEntryOf(const fs::path& folder) {
  fs::path before, entry;
  for (const fs::path& part : folder) {
    if (before.filename() == "snapshots") entry = before.parent_path();
    before /= part;
  }
  return entry;
}

bool IsCacheLink(const fs::path& folder, const std::string& name, const fs::path& real_file) {
  const fs::path entry = CacheEntryOf(folder);
  if (entry.empty()) return false;
  std::error_code error;
  const fs::path hop = fs::read_symlink(folder / name, error);
  if (error) return false;
  const fs::path blob = folder / hop;  // an absolute hop replaces the folder
  const fs::path blobs = fs::canonical(blob.parent_path(), error);
  return !error && blobs == entry / "blobs" && IsHash(blob.filename().string()) &&
         IsHash(real_file.filename().string()) && IsInside(entry.parent_path(), real_file);
}

}  // namespace

void CheckFolderLink(const std::string& folder, const std::string& name, const std::string& place) {
  std::error_code error;
  if (!fs::is_symlink(fs::path(folder) / name, error)) return;
  const fs::path real_folder = fs::canonical(folder, error);
  if (error) return;
  const fs::path real_file = fs::canonical(fs::path(folder) / name, error);
  if (error) return;
  if (IsInside(real_folder, real_file) || IsCacheLink(real_folder, name, real_file)) return;
  ThrowBadInput(place + ": found " + Quoted(name) +
                ", a link out of the folder, expected a file inside it, or a link into the blobs "
                "of the hub cache that the folder is in");
}

}  // namespace dsb
