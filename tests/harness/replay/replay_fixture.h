// A sink that keeps everything, and plain requests.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "harness/replay/replayer.h"

namespace dsb {

inline constexpr int64_t kStepNs = 1'000'000;

struct CollectingSink : ReplaySink {
  void OnRequest(RequestRecord record) override { requests.push_back(std::move(record)); }
  void OnStep(StepRecord record) override { steps.push_back(std::move(record)); }
  std::vector<RequestRecord> requests;
  std::vector<StepRecord> steps;
};

inline std::vector<PreparedRequest> Requests(int count, int32_t max_tokens) {
  std::vector<PreparedRequest> requests(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    PreparedRequest& prepared = requests[static_cast<size_t>(i)];
    prepared.prompt_id = 100 + i;
    prepared.engine.id = i + 1;
    prepared.engine.random_id = static_cast<uint64_t>(i);
    prepared.engine.seed = 7;
    prepared.engine.prompt = {1, 2, 3};
    prepared.engine.max_tokens = max_tokens;
  }
  return requests;
}

}  // namespace dsb
