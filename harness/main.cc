// The only place where errors become a line on stderr and an exit code.
#include <signal.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <system_error>

#include "base/console.h"
#include "base/error.h"
#include "harness/cli/cli.h"

namespace {

int Fail(dsb::ExitCode code, const std::string& message) {
  dsb::Say("error", message);
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  // A closed pipe (| head) is a failed write, not a death.
  signal(SIGPIPE, SIG_IGN);
  // So is a file that has reached the size that `ulimit -f` allows.
  signal(SIGXFSZ, SIG_IGN);
  dsb::KeepStandardStreams();
  try {
    const dsb::Arguments arguments(argv + std::min(argc, 1), argv + argc);
    const dsb::ExitCode code = dsb::RunCommandLine(arguments);
    dsb::CheckOutput();
    return static_cast<int>(code);
  } catch (const dsb::Error& error) {
    return Fail(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return Fail(dsb::ExitCode::kResource, "out of memory");
  } catch (const std::system_error& error) {  // a file, folder or thread that the system denies
    return Fail(dsb::ExitCode::kResource, error.what());
  } catch (const std::exception& error) {
    return Fail(dsb::ExitCode::kInternal, std::string("internal: ") + error.what());
  }
}
