// One prompt, decoded while you watch: the text as it comes, with what the drafter got accepted
// visible by colour.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include "base/error.h"
#include "harness/options/run_options.h"

namespace dsb {

struct GenerateOptions {
  DecodeOptions run;   // one arm
  std::string prompt;  // user message; "-": stdin
  bool colour = false;
};

// Streams the text to stdout, ending with a newline, and a summary line to stderr. Ctrl-C ends the
// text early.
ExitCode Generate(const GenerateOptions& options);

}  // namespace dsb
