// About how much memory a record takes, for a queue that is bounded by it.
#pragma once

#include <cstdint>
#include <vector>

#include "results/records.h"

namespace dsb {

template <typename T>
int64_t BytesOf(const std::vector<T>& values) {
  return static_cast<int64_t>(values.size() * sizeof(T));
}

inline int64_t BytesOf(const RequestRecord& request) {
  auto bytes = static_cast<int64_t>(sizeof(request)) + BytesOf(request.prompt_ids) +
               BytesOf(request.output_ids) + BytesOf(request.bursts) + BytesOf(request.rounds);
  for (const RoundRecord& round : request.rounds) {
    bytes += BytesOf(round.confidence) + BytesOf(round.draft_ids);
  }
  return bytes;
}

inline int64_t BytesOf(const StepRecord& step) {
  return static_cast<int64_t>(sizeof(step)) + BytesOf(step.phases);
}

}  // namespace dsb
