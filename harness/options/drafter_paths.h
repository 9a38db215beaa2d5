// Which drafters a run names and the folder each is read from: from --drafters and --drafter-path.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace dsb {

// "all" becomes none and every drafter there is. kBadInput on an unknown name and on "all" beside
// another. Entries may be arms: NAME or NAME:..., with NAME a drafter or DRAFTER@CHECKPOINT
// (arm_options.h).
std::vector<std::string> ExpandDrafters(const std::vector<std::string>& arms);
// NAME of an arm.
std::string DrafterOfArm(const std::string& arm);
// Names that --drafters takes.
std::vector<std::string> DrafterChoices();

// Folder by drafter (DrafterOfArm), for every drafter but none. `given` holds NAME=FOLDER, with
// NAME also a checkpoint's alone, and at most one plain FOLDER: the checkpoint itself if one
// drafter is left without a folder, else (or if it has no config.json) the folder with one
// subfolder per name. Drafters left over: the shipped ones, but a named checkpoint needs its
// folder. kBadInput on a path for a drafter that does not run or has one already; kResource naming
// drafter and folder if there is no such folder.
std::map<std::string, std::string> DrafterFolders(const std::vector<std::string>& drafters,
                                                  const std::vector<std::string>& given);

}  // namespace dsb
