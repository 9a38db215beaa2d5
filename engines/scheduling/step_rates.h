// SPS(B): target passes per second with B tokens in the pass, requests' anchors included
// (verification.md 7). Not a profile of the machine: the numbers come from the caller.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/error.h"

namespace dsb {

class StepRates {
 public:
  StepRates() = default;  // none
  // per_s[B] for B = 0 .. size - 1, positive; the last one holds for every larger B.
  explicit StepRates(std::vector<double> per_s) : per_s_(std::move(per_s)) {}

  bool empty() const { return per_s_.empty(); }
  double At(int64_t num_tokens) const {
    DSB_CHECK(!empty());
    const auto last = static_cast<int64_t>(per_s_.size()) - 1;
    return per_s_[static_cast<size_t>(std::min(num_tokens, last))];
  }

 private:
  std::vector<double> per_s_;
};

}  // namespace dsb
