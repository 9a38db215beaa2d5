// Where results go, and what is recorded beside them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/options/option.h"

namespace dsb {

struct RecordOptions {
  std::string output = "results.db";
  std::string label;
  bool resume = false;
  bool durable = false;
  int64_t lock_wait_s = 300;  // for a file that another process has locked
  bool no_report = false;
  bool device_time = false;                 // a second, observed arm beside each
  std::string device_time_source = "auto";  // auto (the best there is), cupti, cuda_event
  std::string timeline;                     // file for a Chrome trace; empty: none
};

std::vector<Option> DescribeOptions(RecordOptions& options);

}  // namespace dsb
