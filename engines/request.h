// What is asked of an engine. Plain data, moved in.
#pragma once

#include <cstdint>
#include <vector>

#include "engines/chat_message.h"

namespace dsb {

// temperature < 1e-5 means greedy. top_k 0 and top_p 1 are off.
struct SamplingParams {
  double temperature = 0;
  int32_t top_k = 0;
  double top_p = 1;
};

struct EngineRequest {
  int64_t id = 0;  // unique among the requests in flight; chosen by the caller
  // With `seed`, the key of all random draws: the same for every arm of one prompt.
  uint64_t random_id = 0;
  uint64_t seed = 0;
  // One of the two is filled, in the form that the engine takes.
  std::vector<int32_t> prompt;             // token ids, generation prompt included
  std::vector<ChatMessage> messages = {};  // the conversation so far, for engines that render it
  SamplingParams sampling;
  int32_t max_tokens = 0;  // >= 1, end token included
  std::vector<int32_t> stop_tokens;
};

}  // namespace dsb
