// The process: its signals, its standard streams and its arguments.
#include <signal.h>

#include <algorithm>

#include "base/console.h"
#include "harness/cli/program.h"

int main(int argc, char** argv) {
  // A closed pipe (| head) is a failed write, not a death.
  signal(SIGPIPE, SIG_IGN);
  // So is a file that has reached the size that `ulimit -f` allows.
  signal(SIGXFSZ, SIG_IGN);
  dsb::KeepStandardStreams();
  return dsb::RunProgram(dsb::Arguments(argv + std::min(argc, 1), argv + argc));
}
