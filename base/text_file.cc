#include "base/text_file.h"

#include "base/error.h"
#include "base/mapped_file.h"

namespace dsb {

std::string ReadTextFile(const std::string& path, size_t max_bytes) {
  const MappedFile file(path, max_bytes + 1);  // what is too long is not read
  if (file.bytes().size() > max_bytes) {
    ThrowBadInput(path + ": found " + std::to_string(file.bytes().size()) +
                  " bytes, expected at most " + std::to_string(max_bytes));
  }
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

}  // namespace dsb
