// What the device language's twins ask of the running block: meeting, exchanging values in a warp,
// asynchronous copies. Called by kernel code inside Run() only. A mistake ends the launch with a
// KernelError that names the caller's source line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"

namespace dsb::cudahost {

using Where = SourcePlace;

// What a lane gives in one exchange.
struct LaneValue {
  uint64_t words[4];
};

enum class Vote { kCount, kAnd, kOr };

int LaneId();  // 0..31
void* DynamicShared();

// Returns once every living thread of the block has arrived, all from the same source line.
int MeetBlock(int value, Vote vote, Where where);

// All lanes of `mask` meet and give `value`; the result is the 32 lanes' values (those outside the
// mask are stale) and holds until EndGather with the same mask.
const LaneValue* BeginGather(unsigned mask, const LaneValue& value, Where where);
void EndGather(unsigned mask, Where where);

// What lane `source` gave; it must be in the mask.
uint64_t Exchange(unsigned mask, uint64_t bits, int source, Where where);

// The copy happens when it is waited for, so that a forgotten wait leaves the old contents.
// `num_bytes` are written; those beyond `num_read` are zeros.
void CopyLater(void* to, const void* from, size_t num_bytes, size_t num_read);
void CommitCopies();
void WaitForCopies(int num_groups_left);

// What was written before one fence is seen after a later one, if an atomic was passed between.
void Fence();

[[noreturn]] void Fail(const std::string& what, Where where);

}  // namespace dsb::cudahost
