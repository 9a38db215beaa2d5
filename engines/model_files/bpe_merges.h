// Byte-pair merging: the ranked pairs and the greedy merge of one piece in O(n log n)
// (formats.md 4.1, step 4). Immutable once filled; the scratch memory belongs to the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dsb {

class BpeMerges {
 public:
  struct Scratch {
    std::vector<int32_t> next;
    std::vector<int32_t> before;
    std::vector<uint64_t> heap;
  };

  explicit BpeMerges(size_t max_merges);

  // `rank` counts up from 0; a pair given twice keeps its lower rank. Ids and ranks are not
  // negative.
  void Add(int32_t left, int32_t right, int32_t rank, int32_t merged);

  // Replaces neighbours in `symbols` (fewer than 2^31 ids) by their merge, lowest rank first and
  // leftmost on equal rank, until no pair has a rank.
  void Apply(std::vector<int32_t>& symbols, Scratch& scratch) const;

 private:
  struct Slot {
    uint64_t pair = kFree;
    int32_t rank = 0;
    int32_t merged = 0;
  };
  static constexpr uint64_t kFree = ~uint64_t{0};

  size_t SlotIndex(int32_t left,
                   int32_t right) const;  // the pair's slot, or the free one where it would go
  const Slot* Find(int32_t left, int32_t right) const;

  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
  int shift_ = 0;
};

}  // namespace dsb
