// Everything that `dsbench run` can be told, with the defaults. The command line and the
// configuration file fill it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engines/drafter.h"
#include "harness/options/arm_options.h"

namespace dsb {

struct RunOptions {
  // What runs.
  std::string engine = "native";   // native, null (self-test)
  std::string device = "cpu";      // cpu, cuda: where target and drafters run
  std::string target;              // path; empty: the pinned model of the cache
  std::string weights = "stored";  // stored, bf16, f32
  std::vector<std::string> drafters = {"none", "dspark"};  // one arm each, as ParseArm reads it
  std::vector<ArmOptions> arms;                            // the same, once read
  // NAME=FOLDER each, or one FOLDER; a drafter that is not named here: the shipped one.
  std::vector<std::string> drafter_paths;
  std::map<std::string, std::string> drafter_folders;  // by name, once found
  std::string drafter_weights = "stored";              // stored, q8, f32
  int32_t draft_length = 7;                            // tokens
  std::string policy = "fixed";                        // none, fixed, threshold
  double threshold = 0.5;                              // confidence, policy threshold only
  // What it decodes.
  std::vector<std::string> workloads;  // paths; empty: the shipped three
  std::vector<std::string> domains;    // empty: all
  int32_t limit = 0;                   // prompts per domain, 0: all
  int32_t repeats = 1;
  double temperature = 0;
  int32_t top_k = 0;
  double top_p = 1;
  int32_t max_tokens = 128;
  int64_t seed = 1;
  // How.
  int32_t threads = 0;      // 0: one per usable core
  int32_t concurrency = 1;  // users of the closed loop
  int32_t context = 0;      // tokens per sequence, 0: what the longest prompt needs
  int32_t warmup = 4;       // requests per arm
  // Where to.
  std::string output = "results.db";
  std::string label;
  bool resume = false;
  bool durable = false;
  bool no_report = false;
  // Where the device's time goes.
  bool device_time = false;                 // a second, observed arm beside each
  std::string device_time_source = "auto";  // auto (the best there is), cupti, cuda_event
  std::string timeline;                     // file for a Chrome trace; empty: none
  // Self-test only.
  int64_t null_step_us = 0;
  int64_t null_noise_seed = 0;   // not 0: a fifth of the rounds draw their accepted tokens anew
  double null_accepted_cut = 0;  // share of the accepted tokens that are taken back
  int64_t null_fail_step = 0;
};

}  // namespace dsb
