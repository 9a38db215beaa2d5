// A whole text file of limited size in memory: configurations, policies, descriptions. Not for
// weights or traces: see mapped_file.h.
#pragma once

#include <cstddef>
#include <string>

namespace dsb {

// kResource if the file cannot be opened or read, kBadInput if it is no regular file (a pipe is not
// waited for) or holds more than `max_bytes`.
std::string ReadTextFile(const std::string& path, size_t max_bytes = size_t{1} << 20);

}  // namespace dsb
