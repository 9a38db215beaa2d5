// Where the shipped files and the pinned model are, on this machine. No place is compiled in:
// shipped files are found from where this program is.
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
// NAME in $DSBENCH_MODELS, else models/NAME of the shipped files. kResource with every place that
// was looked at if it is nowhere.
std::string DefaultDrafterPath(const std::string& name);
// " (from $DSBENCH_MODELS)", or nothing if that is not set: for messages.
std::string DefaultDrafterOrigin();
// math.jsonl, code.jsonl and chat.jsonl in $DSBENCH_WORKLOADS, else of the shipped workloads/.
std::vector<std::string> DefaultWorkloadPaths();

// NAME in $DSBENCH_PUBLISHED, else published/NAME of the shipped files: what others measured.
std::string PublishedPath(const std::string& name);
// In `folder`, or in published/ if that is empty.
std::string PublishedPath(const std::string& folder, const std::string& name);

}  // namespace dsb
