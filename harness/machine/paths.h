// Where the shipped files and the pinned model are, on this machine.
#pragma once

#include <string>
#include <vector>

namespace dsb {

// $DSBENCH_TARGET, else the pinned file in $DSBENCH_CACHE, else in dsbench/ under the user's cache
// home ($XDG_CACHE_HOME, else $HOME/.cache). kResource naming the variable that led nowhere, and
// the command that fetches the file if that is what is missing.
std::string DefaultTargetPath();
// The name of the pinned file.
const char* PinnedTargetName();
// models/NAME: in $DSBENCH_MODELS, beside the build or install folder of this binary, or in the
// source tree. kResource if in none of the latter.
std::string DefaultDrafterPath(const std::string& name);
// " (from $DSBENCH_MODELS)", or nothing if that is not set: for messages.
std::string DefaultDrafterOrigin();
// workloads/{math,code,chat}.jsonl, found like the drafter.
std::vector<std::string> DefaultWorkloadPaths();

}  // namespace dsb
