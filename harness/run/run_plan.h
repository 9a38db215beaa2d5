// Which request runs when in an interleaved comparison: blocks of prompts, arms in ABBA order. Pure
// functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dsb {

struct PlannedRequest {
  size_t prompt = 0;  // index into the prompts
  int64_t repeat = 0;
  bool operator==(const PlannedRequest&) const = default;
};

// Every prompt of a repeat before the next repeat begins; the last block of a repeat may be short.
std::vector<std::vector<PlannedRequest>> PlanBlocks(size_t num_prompts, int64_t repeats,
                                                    size_t block_size);
// Prompts per block: four for each user, so that the ramp down at a block's end stays small.
size_t BlockSize(int concurrency);
// Arms 0, 1, ... in even blocks and backwards in odd ones: over two blocks a linear drift cancels
// (measurement.md 7).
std::vector<size_t> ArmOrder(size_t block, size_t num_arms);
// Keys a request's random draws. Depends on the item and the repeat only: equal in every arm, run
// and order.
uint64_t RandomId(std::string_view item_key, int64_t repeat);

}  // namespace dsb
