// The results file as a file: creating it whole or not at all, opening it, and refusing what is not
// ours.
#pragma once

#include <memory>
#include <string>

#include "results/store/store.h"

namespace dsb {

// Makes `path` an empty results file unless it exists. Written under another name in the same
// folder and moved there when complete, so a failure leaves nothing. Throws kResource (folder
// missing, disk).
void CreateResultsFile(const std::string& path);

// Opens with the PRAGMAs of measurement.md 11. Throws kBadInput if the file is no results file or
// of a newer schema, kResource if it is missing or cannot be read or written.
std::unique_ptr<Store::Impl> OpenResultsFile(const std::string& path,
                                             const Store::Options& options);

}  // namespace dsb
