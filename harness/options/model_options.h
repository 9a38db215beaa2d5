// What runs: the target, the drafters and where. A backend is made from it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/options/arm_options.h"
#include "harness/options/option.h"

namespace dsb {

struct ModelOptions {
  std::string engine = "native";     // names.h
  std::string device = "cpu";        // names.h: where target and drafters run
  std::string target;                // path; empty: the pinned model of the cache
  std::string weights = "stored";    // names.h
  std::string prompt_form = "auto";  // names.h
  std::vector<std::string> drafters = {"none", "dspark"};  // one arm each, as ParseArm reads it
  std::vector<ArmOptions> arms;                            // the same, once read
  // NAME=FOLDER each, or one FOLDER; a drafter that is not named here: the shipped one.
  std::vector<std::string> drafter_paths;
  std::map<std::string, std::string> drafter_folders;  // by DrafterOfArm(), once found
  std::string drafter_weights = "stored";              // names.h
  int32_t draft_length = 7;                            // tokens, of arms that name none
  bool draft_length_given = false;                     // false: no more than a drafter drafts
  std::string policy = "fixed";                        // the same
  double threshold = 0.5;                              // confidence, policy threshold only
  std::vector<std::string> cost_tables, calibrations;  // files; each arm takes its drafter's
  bool allow_biased = false;                           // policies that are not lossless
  int32_t threads = 0;                                 // 0: one per usable core
};

std::vector<Option> DescribeOptions(ModelOptions& options);
// Reads the arms and fills in what depends on the machine: threads, the target's and the drafters'
// files. kBadInput on arms that are none; kResource if a default file is missing.
void FillDefaults(ModelOptions& options);

}  // namespace dsb
