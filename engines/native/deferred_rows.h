// Committed rows that the drafter has not taken in, because nothing is drafted at present: it takes
// them in when it drafts again, many at once, and never those of requests that end before.
// One thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engines/drafter.h"

namespace dsb {

class DeferredRows {
 public:
  explicit DeferredRows(int32_t num_slots) : held_(static_cast<size_t>(num_slots)) {}

  // Drops what is held of `slot`.
  void Forget(int32_t slot);
  // Copies the rows, which follow those held of their slots. A slot that has come to kMostRows or
  // more goes to `drafter`: what is held stays small.
  void Hold(std::span<const CommittedRows> committed, Drafter& drafter);
  // Everything that is held, in one call of Advance, if anything is.
  void GiveTo(Drafter& drafter);

  static constexpr size_t kMostRows = 256;  // of a slot

 private:
  struct Held {
    int32_t first_position = 0;
    std::vector<float> features;
    std::vector<int32_t> next_tokens;
  };
  // Of the slots with at least `least` rows.
  void Give(size_t least, Drafter& drafter);

  std::vector<Held> held_;  // by slot
};

}  // namespace dsb
