// Errors that users, files or devices cause, with the process's exit code, and the check for our
// own mistakes. Expected absence (no GPU, no model file) is a value, never an Error.
#pragma once

#include <stdexcept>
#include <string>

namespace dsb {

// The process's exit codes (design.md section 6).
enum class ExitCode : int {
  kDone = 0,
  kRegression = 1,    // gate or audit: a regression or a mismatch was found
  kBadInput = 2,      // command line, configuration or input file
  kResource = 3,      // model, device, server or disk missing or failed
  kInconclusive = 4,  // gate: the interval spans the threshold
  kInternal = 70,
};

// Where an Error was thrown. std::source_location needs clang 16; these builtins are in g++ 12 and
// clang 14.
struct SourcePlace {
  const char* file = "";
  int line = 0;
  static constexpr SourcePlace Current(const char* file = __builtin_FILE(),
                                       int line = __builtin_LINE()) {
    return {file, line};
  }
};

// Thrown for what users, files or devices do; caught in main only, printed as one line on stderr.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message, SourcePlace where = SourcePlace::Current())
      : std::runtime_error(message), code_(code), where_(where) {}
  ExitCode code() const { return code_; }
  const SourcePlace& where() const { return where_; }

 private:
  ExitCode code_;
  SourcePlace where_;
};

// Bad command line, configuration or input file: exit 2. `message` names file, place, what was
// expected.
[[noreturn]] void ThrowBadInput(const std::string& message,
                                SourcePlace where = SourcePlace::Current());
// A resource is missing or failed: exit 3.
[[noreturn]] void ThrowResource(const std::string& message,
                                SourcePlace where = SourcePlace::Current());
// Prints the failed condition and aborts.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace dsb

// Aborts on a programmer's error. For conditions that no input can cause.
#define DSB_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::dsb::CheckFailed(#condition, __FILE__, __LINE__))

// The same, only in builds with assertions.
#ifdef DSB_ASSERTIONS
#define DSB_DCHECK(condition) DSB_CHECK(condition)
#else
#define DSB_DCHECK(condition) static_cast<void>(0)
#endif
