// A run whose rows arithmetic may be done on. Rows of a file are foreign: they are checked once,
// where they are read, and every function that sums, divides or sorts them takes a CheckedRun. That
// the counts do not contradict each other is not promised (invariants.h finds that).
#pragma once

#include <utility>

#include "results/run_data.h"

namespace dsb {

class CheckedRun {
 public:
  const RunData& operator*() const { return data_; }
  const RunData* operator->() const { return &data_; }
  operator const RunData&() const { return data_; }  // NOLINT: a checked run is a run

 private:
  friend CheckedRun CheckRun(RunData data);
  friend CheckedRun WithoutSteps(CheckedRun run);
  explicit CheckedRun(RunData data) : data_(std::move(data)) {}

  RunData data_;
};

// kBadInput that names the run and its first unusable row: times outside a run or out of order,
// confidences that are no probabilities, counts that no run can have, sums that would overflow.
// "run 3, request 17 (item math:3), round 4: found confidence nan, expected a number from 0 to 1".
CheckedRun CheckRun(RunData data);

// For those who have what they need of the steps: these are most of a run's memory.
CheckedRun WithoutSteps(CheckedRun run);

}  // namespace dsb
