// `dsbench bridge` behind its command line: finds the runs that a waterfall is made of.
#pragma once

#include <cstdint>
#include <string>

#include "results/statistics/bootstrap.h"

namespace dsb {

struct BridgeCommandOptions {
  std::string baseline, candidate;  // FILE or FILE:RUN
  int64_t users = 0;                // 0: the highest load of both
  bool paper = false;               // the published values instead
  BootstrapOptions bootstrap;
};

// Text, Markdown, JSON, or a page with the waterfalls drawn. kBadInput naming file and what is
// missing.
std::string RunBridge(const BridgeCommandOptions& options, const std::string& format, int columns);

}  // namespace dsb
