// A drafter proposes a block of tokens per sequence and round. One folder a drafter; the native
// engine drives it. One thread. Sequences are named by the target's slot number.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engines/features.h"
#include "engines/request.h"

namespace dsb {

inline constexpr int32_t kLongestDraft = 64;  // draft tokens of a block
inline constexpr int32_t kMostBlockRows =
    kLongestDraft + 1;  // of a drafter's block, anchor included

// Committed tokens of one sequence whose features are new: positions first_position, ...
struct CommittedRows {
  int32_t slot = 0;
  int32_t first_position = 0;
  FeatureRows features;
  // The token after each row, [num_rows]: the last one of a verify pass is the next anchor.
  std::span<const int32_t> next_tokens;
};

struct DraftRequest {
  int32_t slot = 0;
  int32_t anchor = 0;           // newest committed token; its features do not exist yet
  int32_t anchor_position = 0;  // its index s; the drafter's cache holds positions 0 .. s-1
  int32_t max_tokens = 0;       // draft tokens wanted, <= draft_length(); 0: no block
  SamplingParams sampling;
  // A drafter that works token by token may end its block after one of these (drafters.md 3.3).
  std::span<const int32_t> stop_tokens;
  uint64_t seed = 0;
  uint64_t random_id = 0;
  uint32_t round = 0;
  // Of a drafter without a confidence head: confidence[k] is the largest probability of q_k. Known
  // before token k is drawn, so it may decide on it; the drawn token's own must not
  // (verification.md 5).
  bool law_confidence = false;
};

// The block of one sequence. Laws are over the draft vocabulary; `TargetId` maps it into the
// target's.
struct DraftBlock {
  std::vector<int32_t> tokens;         // target ids, [n]
  std::vector<int32_t> draft_indices;  // the same tokens in the draft vocabulary, [n]
  std::vector<float> confidence;       // [n]; empty without a head, unless law_confidence
  // Sampled drafts only (temperature > 0): q_k unnormalised, one row per token, and its sum;
  // sampled from exactly these.
  std::vector<std::vector<float>> weights;
  std::vector<double> weight_sums;
};

class Drafter {
 public:
  virtual ~Drafter() = default;
  virtual std::string Name() const = 0;
  virtual int32_t draft_length() const = 0;  // tokens of a full block (gamma)
  // Layers whose outputs are features, in order. Empty: needs none.
  virtual std::span<const int32_t> feature_layers() const = 0;
  virtual bool has_confidence() const = 0;
  // Draft vocabulary index -> target id; empty: identity.
  virtual std::span<const int32_t> target_ids() const = 0;

  // Starts a sequence in `slot`, dropping what was there.
  virtual void Begin(int32_t slot) = 0;
  // Takes in committed tokens (prefill chunks; after a verify pass its anchor and accepted drafts).
  // A sequence's positions arrive in order, each once; a slot appears at most once in a call.
  virtual void Advance(std::span<const CommittedRows> committed) = 0;
  // Blocks for all requests, in order; every block is full (draft_length tokens, cut to max_tokens
  // after sampling) unless a stop token ends it. The cut must not depend on any token it drops.
  virtual std::vector<DraftBlock> Draft(std::span<const DraftRequest> requests) = 0;
  // Confidence of the blocks of the last Draft call; filled into `blocks`. Separate so that its
  // time can be told.
  virtual void Confidence(std::span<const DraftRequest> requests, std::span<DraftBlock> blocks) = 0;

  virtual int64_t bytes_per_draft() const = 0;  // weight bytes that one Draft call reads
  virtual int64_t flops_per_draft() const = 0;  // of one sequence's block
};

}  // namespace dsb
