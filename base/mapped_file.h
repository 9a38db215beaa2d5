// A read-only view of a whole file. Small files are read into memory, large ones mapped.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace dsb {

class MappedFile {
 public:
  // Throws kResource if the file cannot be opened or read, kBadInput if it is not a regular file.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace dsb
