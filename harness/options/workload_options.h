// Which prompts are answered, and how often.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/options/option.h"

namespace dsb {

// What becomes of a prompt that does not fit the context.
inline constexpr const char* kTooLongError = "error";
inline constexpr const char* kTooLongSkip = "skip";
inline constexpr const char* kTooLongTruncate = "truncate-front";
std::vector<std::string> TooLongNames();

struct WorkloadOptions {
  std::vector<std::string> workloads;  // paths; empty: the shipped three
  std::vector<std::string> domains;    // empty: all
  int32_t limit = 0;                   // prompts per domain, 0: all
  std::string too_long = kTooLongError;
  int32_t repeats = 1;
  std::vector<std::string> context_depth;  // tokens before each prompt, a rung each; empty: none
};

std::vector<Option> DescribeOptions(WorkloadOptions& options);

}  // namespace dsb
