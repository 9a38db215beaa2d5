#include "base/error.h"

#include <cstdio>
#include <cstdlib>

namespace dsb {

void ThrowBadInput(const std::string& message, SourcePlace where) {
  throw Error(ExitCode::kBadInput, message, where);
}

void ThrowResource(const std::string& message, SourcePlace where) {
  throw Error(ExitCode::kResource, message, where);
}

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace dsb
