// How requests come, and how much room each has.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "harness/options/option.h"

namespace dsb {

// Kinds of load. Paired: a closed loop in blocks of prompts, the arms in turn, to compare arms
// prompt by prompt. The others: one window an arm, as measurement.md 6 says.
inline constexpr const char* kLoadPaired = "paired";
inline constexpr const char* kLoadClosed = "closed";
inline constexpr const char* kLoadOpen = "open";
inline constexpr const char* kLoadBatch = "batch";
inline constexpr const char* kLoadTrace = "trace";

struct LoadOptions {
  std::string load = kLoadPaired;
  int32_t concurrency = 1;  // users of the closed loop
  int32_t context = 0;      // tokens per sequence, 0: what the longest prompt needs
  int32_t warmup = 4;       // requests per arm
  double rate = 0;          // open loop: arrivals a second
  double cv = 1;            // of the gaps between them; 1: Poisson
  std::string trace;        // file
  double rate_scale = 1;    // a trace's gaps are divided by it
  int64_t think_ms = 0;     // mean think time
  int64_t requests = 0;     // visits an arm; 0: every prompt `repeats` times, a trace: all rows
  int32_t slots = 0;        // decoded at the same time; 0: the users, of the other loads 16
  int32_t client_cap = 0;   // in flight at most; 0: any number
  int64_t drain_s = 60;     // open loop and trace: wait after the last arrival; 0: for everybody
  std::string slo;          // results/metrics/slo.h
};

std::vector<Option> DescribeOptions(LoadOptions& options);
// Requests that the engine decodes at the same time.
int32_t SlotsOf(const LoadOptions& options);
// kBadInput where an option is missing beside the others.
void CheckLoadOptions(const LoadOptions& options);
// Options that were given and change nothing beside the others, with why; a line for each.
std::vector<std::string> IdleLoadOptions(const LoadOptions& options,
                                         const std::set<std::string>& given);

}  // namespace dsb
