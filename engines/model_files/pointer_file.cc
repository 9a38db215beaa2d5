#include "engines/model_files/pointer_file.h"

#include <string_view>

#include "base/error.h"

namespace dsb {
namespace {

struct Pointer {
  std::string_view first_bytes;
  const char* name;
  const char* remedy;
};

constexpr Pointer kPointers[] = {
    {"version https://git-lfs.github.com/spec/", "a Git LFS pointer", "git lfs pull"},
    {"version https://hawser.github.com/spec/", "a Git LFS pointer", "git lfs pull"},
    {"# xet version", "a Git Xet pointer", "git xet checkout"},
    {"/annex/objects/", "a git-annex pointer", "git annex get"},
};

}  // namespace

void RefusePointerFile(std::span<const std::byte> bytes, const std::string& path) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const Pointer& pointer : kPointers) {
    if (!text.starts_with(pointer.first_bytes)) continue;
    ThrowBadInput(path + ": found " + pointer.name + ", not the file, expected the file itself (" +
                  pointer.remedy + " fetches it)");
  }
}

}  // namespace dsb
