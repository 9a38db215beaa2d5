// One prompt, decoded while you watch: the text as it comes, with what the drafter got accepted
// visible by colour.
#pragma once

#include <string>

#include "base/error.h"
#include "harness/options/run_options.h"

namespace dsb {

struct GenerateOptions {
  DecodeOptions run;   // one arm
  std::string prompt;  // user message; "-": stdin
  bool colour = false;
};

// Streams the text to stdout, ending with a newline, and a summary line to stderr: what a terminal
// would obey is shown as \xNN. A long prompt's progress goes to stderr. Ctrl-C and SIGTERM end the
// text early (kResource), so does a reader of stdout that goes (kDone).
ExitCode Generate(const GenerateOptions& options);

}  // namespace dsb
