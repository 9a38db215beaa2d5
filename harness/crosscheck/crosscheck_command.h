// `dsbench crosscheck`: two results files with the same drafters and target in two engines.
#pragma once

#include <string>

#include "base/error.h"
#include "reports/crosscheck/crosscheck.h"

namespace dsb {

struct CrosscheckChoice {
  std::string left, right;          // results files
  std::string left_run, right_run;  // as FindRun takes them; empty: every arm that both have
  std::string target;               // empty: no gaps and no sampled check
  std::string weights = "bf16";
  std::string format;
  CrossRules rules;
};

// Prints the tables. kRegression if an arm is another algorithm, or sampled answers are not the
// target's; kInconclusive if that cannot be told. kBadInput if there is nothing to compare.
ExitCode ExecuteCrosscheck(const CrosscheckChoice& choice);

struct TextsChoice {
  std::string results;  // one file: every arm against its plain one, and each against itself
  std::string target;   // as CrosscheckChoice
  std::string weights = "bf16";
  std::string format;
  double largest_gap = CrossRules{}.largest_gap;
};
// Prints the table. kBadInput if the file has no greedy runs to compare.
ExitCode ExecuteTexts(const TextsChoice& choice);

}  // namespace dsb
