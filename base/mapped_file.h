// A read-only view of a whole file. Files below 1 GiB are read into memory, so that nobody can
// change them under us; larger ones are mapped. If a mapped file is truncated while it is in use,
// the next read of a lost page prints one line and ends the process with exit code 3 (a SIGBUS
// handler that knows only our mappings). Any thread may read.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace dsb {

class MappedFile {
 public:
  static constexpr size_t kMapFromBytes = size_t{1} << 30;

  // Throws kResource if the file cannot be opened or read, kBadInput if it is not a regular file.
  // `map_from_bytes`: the size from which a file is mapped (tests map small ones).
  explicit MappedFile(const std::string& path, size_t map_from_bytes = kMapFromBytes);
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
