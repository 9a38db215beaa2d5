// What a version control system leaves in place of a large file that was not fetched. Readers of
// model files refuse it by name: its bytes are text, and every format would find another fault.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace dsb {

// kBadInput naming `path` if the bytes are such a pointer.
void RefusePointerFile(std::span<const std::byte> bytes, const std::string& path);

}  // namespace dsb
