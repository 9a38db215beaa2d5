#include "engines/model_files/model_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/sha256.h"
#include "engines/model_files/folder_links.h"
#include "engines/model_files/pointer_file.h"

namespace dsb {

namespace fs = std::filesystem;

bool ModelFolder::Has(const std::string& name) const {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(PathOf(name), ignored));
}

std::vector<std::string> ModelFolder::NamesEndingIn(std::string_view end) const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path_, error), last; !error && entry != last;
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (name.ends_with(end)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::shared_ptr<const MappedFile> ModelFolder::Open(const std::string& name,
                                                    size_t map_from_bytes) {
  const auto known = files_.find(name);
  if (known != files_.end()) return known->second;
  const std::string path = PathOf(name);
  if (!Has(name) && Has("snapshots") && Has("blobs")) {
    ThrowResource(path + ": missing; the folder is a hub cache's: give one of its snapshots");
  }
  CheckFolderLink(path_, name, path);
  auto file = std::make_shared<const MappedFile>(path, map_from_bytes);
  RefusePointerFile(file->bytes(), path);
  files_[name] = file;
  return file;
}

std::string_view ModelFolder::Text(const std::string& name, size_t max_bytes) {
  const std::string path = PathOf(name);
  const auto refuse = [&](uint64_t size) {
    ThrowBadInput(path + ": found " + std::to_string(size) + " bytes, expected at most " +
                  std::to_string(max_bytes));
  };
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);  // before it is opened: it may be any size
  if (!error && size > max_bytes) {
    CheckFolderLink(path_, name, path);
    refuse(size);
  }
  const auto file = Open(name, max_bytes + 1);
  if (file->bytes().size() > max_bytes) refuse(file->bytes().size());
  return {reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()};
}

std::shared_ptr<const MappedFile> ModelFolder::Weights(const std::string& name) {
  return Open(name, MappedFile::kMapFromBytes);
}

const std::string& ModelFolder::FileSha256(const std::string& name) const {
  std::string& hash = hashes_[name];
  if (hash.empty()) hash = Sha256Hex(files_.at(name)->bytes());
  return hash;
}

std::string ModelFolder::Sha256Of(const std::vector<std::string>& names) const {
  std::string lines;
  for (const std::string& name : names) lines += name + ' ' + FileSha256(name) + '\n';
  return Sha256Hex(lines);
}

std::vector<std::string> ModelFolder::NamesRead() const {
  std::vector<std::string> names;
  for (const auto& entry : files_) names.push_back(entry.first);
  return names;
}

std::string ModelFolder::IdentitySha256() const { return Sha256Of(NamesRead()); }

int64_t ModelFolder::SizeOf(const std::string& name) const {
  return static_cast<int64_t>(files_.at(name)->bytes().size());
}

}  // namespace dsb
