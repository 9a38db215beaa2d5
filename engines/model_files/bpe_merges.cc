#include "engines/model_files/bpe_merges.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace dsb {
namespace {

uint64_t PairKey(int32_t left, int32_t right) {
  return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
}

}  // namespace

BpeMerges::BpeMerges(size_t max_merges)
    : slots_(std::bit_ceil(2 * max_merges + 2)), shift_(64 - std::countr_zero(slots_.size())) {}

size_t BpeMerges::SlotIndex(int32_t left, int32_t right) const {
  const uint64_t pair = PairKey(left, right);
  // Fibonacci hashing: the product's high bits depend on all bits of the pair.
  size_t index = (pair * 0x9E3779B97F4A7C15u) >> shift_;
  while (slots_[index].pair != kFree && slots_[index].pair != pair) {
    index = (index + 1) & (slots_.size() - 1);
  }
  return index;
}

const BpeMerges::Slot* BpeMerges::Find(int32_t left, int32_t right) const {
  const Slot& slot = slots_[SlotIndex(left, right)];
  return slot.pair == kFree ? nullptr : &slot;
}

void BpeMerges::Add(int32_t left, int32_t right, int32_t rank, int32_t merged) {
  Slot& slot = slots_[SlotIndex(left, right)];
  if (slot.pair == kFree) slot = {PairKey(left, right), rank, merged};
}

void BpeMerges::Apply(std::vector<int32_t>& symbols, Scratch& scratch) const {
  constexpr int32_t kNone = -1;
  const auto size = static_cast<int32_t>(symbols.size());
  if (size < 2) return;
  std::vector<int32_t>& next = scratch.next;
  std::vector<int32_t>& before = scratch.before;
  std::vector<uint64_t>& heap = scratch.heap;
  next.resize(symbols.size());
  before.resize(symbols.size());
  heap.clear();
  const auto symbol = [&](int32_t at) -> int32_t& { return symbols[static_cast<size_t>(at)]; };
  const auto pair_at = [&](int32_t at) {
    const int32_t right = next[static_cast<size_t>(at)];
    return right == kNone ? nullptr : Find(symbol(at), symbol(right));
  };
  const auto entry = [](int32_t rank, int32_t at) {
    return uint64_t{static_cast<uint32_t>(rank)} << 32 | static_cast<uint32_t>(at);
  };
  for (int32_t i = 0; i < size; ++i) {
    next[static_cast<size_t>(i)] = i + 1 < size ? i + 1 : kNone;
    before[static_cast<size_t>(i)] = i - 1;
  }
  for (int32_t i = 0; i + 1 < size; ++i) {
    if (const Slot* slot = pair_at(i)) heap.push_back(entry(slot->rank, i));
  }
  std::make_heap(heap.begin(), heap.end(), std::greater<>());
  const auto push = [&](int32_t at) {
    const Slot* slot = at == kNone ? nullptr : pair_at(at);
    if (slot == nullptr) return;
    heap.push_back(entry(slot->rank, at));
    std::push_heap(heap.begin(), heap.end(), std::greater<>());
  };
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    const auto rank = static_cast<int32_t>(heap.back() >> 32);
    const auto left = static_cast<int32_t>(heap.back() & 0xFFFFFFFFu);
    heap.pop_back();
    // An entry is stale if a merge has since taken one of its two symbols.
    if (symbol(left) == kNone) continue;
    const Slot* slot = pair_at(left);
    if (slot == nullptr || slot->rank != rank) continue;
    const int32_t right = next[static_cast<size_t>(left)];
    const int32_t after = next[static_cast<size_t>(right)];
    symbol(left) = slot->merged;
    symbol(right) = kNone;
    next[static_cast<size_t>(left)] = after;
    if (after != kNone) before[static_cast<size_t>(after)] = left;
    push(left);
    push(before[static_cast<size_t>(left)]);
  }
  symbols.erase(std::remove(symbols.begin(), symbols.end(), kNone), symbols.end());
}

}  // namespace dsb
