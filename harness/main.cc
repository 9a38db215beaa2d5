// The only place where errors become a line on stderr and an exit code.
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "base/error.h"
#include "harness/cli/cli.h"

namespace {

int Fail(dsb::ExitCode code, std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::fprintf(stderr, "dsbench: error: %s\n", message.c_str());
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  // A closed pipe (| head) is a failed write, not a death.
  signal(SIGPIPE, SIG_IGN);
  // So is a file that has reached the size that `ulimit -f` allows.
  signal(SIGXFSZ, SIG_IGN);
  try {
    const dsb::Arguments arguments(argv + std::min(argc, 1), argv + argc);
    return static_cast<int>(dsb::RunCommandLine(arguments));
  } catch (const dsb::Error& error) {
    return Fail(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return Fail(dsb::ExitCode::kResource, "out of memory");
  } catch (const std::exception& error) {
    return Fail(dsb::ExitCode::kInternal, std::string("internal: ") + error.what());
  }
}
