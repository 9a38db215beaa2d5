#include "harness/cli/program.h"

#include <exception>
#include <new>
#include <string>
#include <system_error>

#include "base/console.h"
#include "base/error.h"
#include "harness/cli/cli.h"

namespace dsb {
namespace {

int Fail(ExitCode code, const std::string& message) {
  Say("error", message);
  return static_cast<int>(code);
}

}  // namespace

int RunProgram(const Arguments& arguments) {
  try {
    const ExitCode code = RunCommandLine(arguments);
    CheckOutput();
    return static_cast<int>(code);
  } catch (const Error& error) {
    return Fail(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return Fail(ExitCode::kResource, "out of memory");
  } catch (const std::system_error& error) {  // a file, folder or thread that the system denies
    return Fail(ExitCode::kResource, error.what());
  } catch (const std::exception& error) {
    return Fail(ExitCode::kInternal, std::string("internal: ") + error.what());
  }
}

}  // namespace dsb
