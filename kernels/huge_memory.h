// Memory for weights: zeroed, 64-byte aligned, on huge pages that neighbouring matrices share.
// Reading tens of megabytes a pass through 4 KiB pages costs a third of the bandwidth. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dsb {

// Consecutive calls return consecutive memory where it fits, so matrices packed in the order of
// their use stream on. Throws std::bad_alloc.
std::byte* AllocateHuge(int64_t bytes);
// `bytes` as given to AllocateHuge.
void FreeHuge(std::byte* memory, int64_t bytes);

}  // namespace dsb
