#include "harness/run/run_plan.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <string>

#include "base/error.h"
#include "base/sha256.h"

namespace dsb {

std::vector<std::vector<PlannedRequest>> PlanBlocks(size_t num_prompts, int64_t repeats,
                                                    size_t block_size) {
  DSB_CHECK(block_size >= 1);
  std::vector<std::vector<PlannedRequest>> blocks;
  for (int64_t repeat = 0; repeat < repeats; ++repeat) {
    for (size_t first = 0; first < num_prompts; first += block_size) {
      std::vector<PlannedRequest>& block = blocks.emplace_back();
      const size_t last = std::min(num_prompts, first + block_size);
      for (size_t prompt = first; prompt < last; ++prompt) block.push_back({prompt, repeat});
    }
  }
  return blocks;
}

size_t BlockSize(int concurrency) { return 4 * static_cast<size_t>(std::max(1, concurrency)); }

std::vector<size_t> ArmOrder(size_t block, size_t num_arms) {
  std::vector<size_t> order(num_arms);
  std::iota(order.begin(), order.end(), size_t{0});
  if (block % 2 == 1) std::reverse(order.begin(), order.end());
  return order;
}

uint64_t RandomId(std::string_view item_key, int64_t repeat) {
  const std::string hash = Sha256Hex(std::string(item_key) + '\n' + std::to_string(repeat));
  uint64_t id = 0;
  std::from_chars(hash.data(), hash.data() + 16, id, 16);
  return id;
}

}  // namespace dsb
