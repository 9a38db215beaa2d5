// What the store and reports show of a path: where it lies on this machine is nobody's business.
#pragma once

#include <string>
#include <vector>

namespace dsb {

// A file's or folder's own name, whatever folders the path goes through, also "." and "..".
std::string FileName(const std::string& path);
// The names of several, joined by commas.
std::string FileNames(const std::vector<std::string>& paths);

}  // namespace dsb
