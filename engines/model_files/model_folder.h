// The files of one model's folder, each read once: what was read is what runs, and what the
// identity is made of. Checks what holds for every file (links, kind, size, pointers of version
// control); gives no meaning to any. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"

namespace dsb {

class ModelFolder {
 public:
  explicit ModelFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }
  // Whether there is something of that name, a link that leads nowhere included: what is there and
  // cannot be read is an error when it is read, never an absence.
  bool Has(const std::string& name) const;
  // Names of the files that end so, in order; those of a folder that cannot be read: none.
  std::vector<std::string> NamesEndingIn(std::string_view end) const;

  // The content of a small file; it lives as long as this object. kResource if it is missing or
  // cannot be read; kBadInput if it is no regular file, larger than `max_bytes`, a link out of the
  // folder or a pointer file.
  std::string_view Text(const std::string& name, size_t max_bytes);
  // The same for weights, of any size.
  std::shared_ptr<const MappedFile> Weights(const std::string& name);

  std::vector<std::string> NamesRead() const;  // in order
  // SHA-256 of the lines "NAME SHA256\n" of these files, which have been read, in this order.
  std::string Sha256Of(const std::vector<std::string>& names) const;
  // Of every file read so far, in order of name.
  std::string IdentitySha256() const;
  int64_t SizeOf(const std::string& name) const;  // bytes; the file has been read
  const std::string& FileSha256(const std::string& name) const;

  // What looks odd and changes nothing; a line each, without the folder's name.
  void Warn(std::string warning) { warnings_.push_back(std::move(warning)); }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::shared_ptr<const MappedFile> Open(const std::string& name, size_t map_from_bytes);

  std::string path_;
  std::map<std::string, std::shared_ptr<const MappedFile>> files_;
  mutable std::map<std::string, std::string> hashes_;  // filled when asked for
  std::vector<std::string> warnings_;
};

}  // namespace dsb
