// Many prompts answered by plain decoding, with the target's hidden states beside the tokens: the
// data that drafters are trained on. Nothing is measured here.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "harness/options/run_options.h"
#include "harness/sampling/sample_prompts.h"

namespace dsb {

// Plain decoding: no drafter, no top_k.
struct SampleOptions : DecodeOptions {
  SampleOptions() {
    drafters = {"none"};
    temperature = 1;
    max_tokens = 160;
  }
  // What lines take where they say nothing themselves.
  SampleDefaults defaults() const { return {raw, temperature, top_p, max_tokens}; }

  std::string workload;                 // sample_prompts.h
  std::string output;                   // folder, sample_output.h
  bool raw = false;                     // lines have `text`, else `turns`
  std::vector<int32_t> feature_layers;  // empty: tokens only; the final norm's output comes last
  int32_t concurrency = 32;
};

// Answers every prompt that the output does not have yet. Ctrl-C ends it with what is finished kept
// (kResource).
ExitCode Sample(SampleOptions options);

}  // namespace dsb
