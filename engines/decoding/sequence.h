// One request inside the native engine: its tokens, where it stands, and how it ends. No model in
// here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engines/request.h"
#include "engines/step_result.h"

namespace dsb {

class Sequence {
 public:
  // `generation` tells apart the requests that a slot holds one after the other.
  Sequence(EngineRequest request, int32_t slot, int64_t generation = 0)
      : request_(std::move(request)), slot_(slot), generation_(generation) {}

  const EngineRequest& request() const { return request_; }
  int32_t slot() const { return slot_; }
  int64_t generation() const { return generation_; }

  // Prompt tokens already stored in the target's cache.
  int32_t num_prefilled() const { return num_prefilled_; }
  void AddPrefilled(int32_t count) { num_prefilled_ += count; }
  bool prefilling() const { return num_prefilled_ < prompt_size(); }
  int32_t prompt_size() const { return static_cast<int32_t>(request_.prompt.size()); }

  // Newest committed token and its index s: prompt + answer positions 0 .. s, of which 0 .. s-1 are
  // cached.
  int32_t anchor() const { return output_.back(); }
  int32_t anchor_position() const { return prompt_size() + num_output() - 1; }
  int32_t num_output() const { return static_cast<int32_t>(output_.size()); }
  int32_t remaining() const { return request_.max_tokens - num_output(); }
  uint32_t round() const { return round_; }
  EndReason end() const { return end_; }

  // The token sampled from the prefill's logits.
  void CommitFirst(int32_t token) { Append(token); }

  struct Commit {
    int32_t accepted = 0;   // after a stop inside the block: drafts up to and including the stop
    int32_t committed = 0;  // tokens appended
    RoundCut cut = RoundCut::kNone;
  };
  // Appends the accepted drafts and the next token of one round, cutting after a stop token
  // (verification.md 1, end of block). The caller verified at most remaining() - 1 drafts.
  Commit CommitRound(std::span<const int32_t> accepted_drafts, int32_t next_token);

 private:
  void Append(int32_t token);
  EngineRequest request_;
  int32_t slot_;
  int64_t generation_;
  int32_t num_prefilled_ = 0;
  uint32_t round_ = 0;
  std::vector<int32_t> output_;
  EndReason end_ = EndReason::kNone;
};

}  // namespace dsb
