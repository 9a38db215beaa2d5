// Whether results can be written at a path, found out before there are any.
#pragma once

#include <string>

namespace dsb {

// Tries with an empty results file beside `path`, which is gone afterwards. kResource if the folder
// or an existing file is missing or write-protected, if the disk is full or if the file system has
// no locks. Returns a line for the user if there is little space, else "".
std::string CheckPlaceForResults(const std::string& path);

}  // namespace dsb
