// `dsbench paper` behind its command line.
#pragma once

#include <cstdint>
#include <string>

namespace dsb {

struct PaperCommandOptions {
  std::string data;  // folder of published figures; empty: the shipped one
  int32_t draws = 60;
  int32_t threads = 0;  // 0: one per usable core
  int64_t seed = 1;
  double draft_multiplier = 2.5;
  double mtp1_length = 1.79, accepted_length = 3.61;
};

// Text, Markdown or JSON. Equal for equal options, whatever the number of threads.
std::string RunPaperStudy(const PaperCommandOptions& options, const std::string& format,
                          int columns);

}  // namespace dsb
