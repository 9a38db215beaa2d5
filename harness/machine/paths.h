// Where the shipped files and the pinned model are, on this machine.
#pragma once

#include <string>
#include <vector>

namespace dsb {

// $DSBENCH_TARGET, else the pinned file in $DSBENCH_CACHE, else in dsbench/ under the user's cache
// home. kResource with the command that fetches it if the file is not there.
std::string DefaultTargetPath();
// models/NAME: in $DSBENCH_MODELS, beside the build or install folder of this binary, or in the
// source tree. kResource if in none of the latter.
std::string DefaultDrafterPath(const std::string& name);
// workloads/{math,code,chat}.jsonl, found like the drafter.
std::vector<std::string> DefaultWorkloadPaths();

}  // namespace dsb
