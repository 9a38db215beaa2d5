// Many prompts answered by plain decoding, with the target's hidden states beside the tokens: the
// data that drafters are trained on. Nothing is measured here.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "harness/sampling/sample_prompts.h"

namespace dsb {

struct SampleOptions {
  std::string target;  // path; empty: the pinned model of the cache
  std::string weights = "stored";
  std::string workload;  // sample_prompts.h
  std::string output;    // folder, sample_output.h
  SampleDefaults defaults;
  std::vector<int32_t> feature_layers;  // empty: tokens only; the final norm's output comes last
  int32_t concurrency = 32;
  int32_t threads = 0;  // 0: one per usable core
  int64_t seed = 1;
};

// Answers every prompt that the output does not have yet. Ctrl-C ends it with what is finished kept
// (kResource).
ExitCode Sample(SampleOptions options);

}  // namespace dsb
