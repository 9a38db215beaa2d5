// A request with its prompt, bursts and rounds, and the items that a run left out. Plain data;
// times are nanoseconds from the run's start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dsb {

struct PromptRecord {
  std::string item_key, conversation_key;
  int64_t turn = 0;
  std::string dataset, domain;
  int64_t num_prompt_tokens = 0;
  std::string token_sha256;
  int64_t context_depth_tokens = 0;  // put before the item's own tokens
};

struct BurstRecord {
  int64_t t_ns = 0;
  int64_t num_tokens = 0;
};

struct RoundRecord {
  std::optional<int64_t> step_idx;
  int64_t position = 0, proposed = 0, verified = 0, accepted = 0, committed = 0;
  int64_t cut = 0;  // 0 none, 1 stop, 2 limit
  std::vector<float> confidence;
  std::vector<int32_t> draft_ids;
};

// A finished request with everything that belongs to it: stored in one transaction.
struct RequestRecord {
  int64_t run_id = 0, segment_id = 0, prompt_id = 0;  // as the store returned them
  int64_t repeat = 0;
  std::string phase = "measured";  // warmup, measured, drain
  int64_t seed = 0;
  int64_t scheduled_ns = 0, issued_ns = 0;
  std::optional<int64_t> admitted_ns, first_ns, finished_ns, first_burst_tokens;
  std::string end_reason;  // stop, length, cancelled, timeout, error
  std::optional<std::string> error;
  std::string token_count_source = "ids";
  std::optional<std::string> chain_digest = {};  // written by the store
  std::vector<int32_t> prompt_ids, output_ids;
  std::vector<BurstRecord> bursts;
  std::vector<RoundRecord> rounds;
};

// A workload item that the run left out, and why.
struct SkippedItemRecord {
  int64_t run_id = 0;
  std::string item_key;
  int64_t turn = 0;
  std::string reason;
};

}  // namespace dsb
