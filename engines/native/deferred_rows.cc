#include "engines/native/deferred_rows.h"

#include "base/error.h"

namespace dsb {

void DeferredRows::Forget(int32_t slot) {
  Held& held = held_[static_cast<size_t>(slot)];
  held.features.clear();
  held.next_tokens.clear();
}

void DeferredRows::Hold(std::span<const CommittedRows> committed, Drafter& drafter) {
  bool full = false;
  for (const CommittedRows& rows : committed) {
    Held& held = held_[static_cast<size_t>(rows.slot)];
    if (held.next_tokens.empty()) held.first_position = rows.first_position;
    DSB_CHECK(rows.first_position ==
              held.first_position + static_cast<int32_t>(held.next_tokens.size()));
    const FeatureRows& features = rows.features;
    // As much as it may come to, once: a vector that grows by itself copies what it has into new
    // pages.
    held.features.reserve(kMostRows * static_cast<size_t>(features.width));
    held.features.insert(held.features.end(), features.rows,
                         features.rows + features.num_rows * features.width);
    held.next_tokens.insert(held.next_tokens.end(), rows.next_tokens.begin(),
                            rows.next_tokens.end());
    full = full || held.next_tokens.size() >= kMostRows;
  }
  if (full) Give(kMostRows, drafter);
}

void DeferredRows::GiveTo(Drafter& drafter) { Give(1, drafter); }

void DeferredRows::Give(size_t least, Drafter& drafter) {
  std::vector<CommittedRows> rows;
  for (size_t slot = 0; slot < held_.size(); ++slot) {
    const Held& held = held_[slot];
    if (held.next_tokens.size() < least) continue;
    const auto count = static_cast<int64_t>(held.next_tokens.size());
    rows.push_back({.slot = static_cast<int32_t>(slot),
                    .first_position = held.first_position,
                    .features = {.rows = held.features.data(),
                                 .num_rows = count,
                                 .width = static_cast<int64_t>(held.features.size()) / count},
                    .next_tokens = held.next_tokens});
  }
  if (rows.empty()) return;
  drafter.Advance(rows);
  for (const CommittedRows& given : rows) Forget(given.slot);
}

}  // namespace dsb
