// Which process writes a run, and whether it still lives: a pid means something only within one
// boot, and only together with its process's start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/records.h"

namespace dsb {

// /proc/sys/kernel/random/boot_id; empty if it cannot be read.
std::string BootId();
// When a process began, in clock ticks since boot (field 22 of /proc/PID/stat); none if unknown.
std::optional<int64_t> StartTicks(int64_t pid);

void MakeThisProcessOwner(RunRecord& run);
// Without a recorded start, started_utc tells this process from an earlier one of the same pid
// (usual in containers).
bool OwnerIsAlive(const RunRecord& run);

}  // namespace dsb
