// The drafters by name: one row each in registry.cc, which a command line, a message and an engine
// read. Their twins on a device are in engines/device/device_drafters.h, under the same names.
// "none" (plain decoding) is no drafter and not in here.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engines/drafter.h"
#include "engines/drafter_files/load.h"

namespace dsb {

// In the order in which tables show them.
std::vector<std::string> DrafterNames();
// "dspark, dflash, ..." for messages.
std::string DrafterNameList();
// kBadInput on an unknown name; kResource without a folder `path`.
void CheckDrafter(const std::string& name, const std::string& path);
// kBadInput on an unknown name; kResource if the folder or a file in it is missing; kBadInput
// naming file and tensor or key on a checkpoint that is damaged or for another target.
std::unique_ptr<Drafter> LoadDrafter(const std::string& name, const DrafterLoad& load);

}  // namespace dsb
