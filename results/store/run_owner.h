// Which process writes a run, and whether it still lives: a pid means something only within one
// boot.
#pragma once

#include <cstdint>
#include <string>

namespace dsb {

// /proc/sys/kernel/random/boot_id; empty if it cannot be read.
std::string BootId();
int64_t OwnPid();

// `started_utc` tells this process from an earlier one with the same pid (usual in containers).
bool OwnerIsAlive(int64_t pid, const std::string& boot_id, const std::string& started_utc);

}  // namespace dsb
