// Runs a command line in the test's own process and collects what it says: the program but for
// main.cc. A start of the program takes longer than most of what is asked of it here;
// child_process.h is for what concerns the process: its environment, streams, signals and death.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/cli/program.h"
#include "tests/harness/child_process.h"

namespace dsb {

inline ChildResult RunHere(const std::vector<std::string>& arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  ChildResult result;
  result.exit_code = RunProgram(arguments);
  result.err = testing::internal::GetCapturedStderr();
  result.out = testing::internal::GetCapturedStdout();
  return result;
}

}  // namespace dsb
