// The files that options say are to be written, and whether one may be replaced.
#pragma once

#include <string>
#include <vector>

#include "harness/options/option.h"

namespace dsb {

// `path` itself, and for a folder of samples or of an exported model what is written in it.
std::vector<std::string> FilesAt(const std::string& path, WrittenAs kind);

// kBadInput naming the option and the file if something is there that is not empty and not of this
// kind: nothing is replaced but our own. Results and samples are checked by those who open them.
void RefuseForeignFile(const std::string& option, const std::string& path, WrittenAs kind);

// The same if anything is there that is not empty: what other programs read does not say who wrote
// it.
void RefuseTaken(const std::string& option, const std::string& path, WrittenAs kind);

}  // namespace dsb
