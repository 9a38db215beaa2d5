#include "harness/run/results_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/console.h"
#include "base/error.h"
#include "base/quoted.h"
#include "harness/machine/environment.h"
#include "results/run_facts.h"
#include "results/store/place.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

// Also on the recorder's thread: one call each, and on a line of its own beside the progress.
void Say(const std::string& note) {
  const bool on_terminal = isatty(STDERR_FILENO) == 1;
  std::fprintf(stderr, "%sdsbench: note: %s\n", on_terminal ? "\r\x1b[K" : "", Shown(note).c_str());
  std::fflush(stderr);
}

constexpr int64_t kShortWaitS = 60;

LockWait SayWhileWaiting(const std::string& path, int64_t longest_s) {
  return {.longest_ms = longest_s * 1000, .on_wait = [path](int64_t longest_ms) {
            Say(path + " is locked by another process; waiting for it, " +
                std::to_string(longest_ms / 1000) + " s at most");
          }};
}

}  // namespace

void CheckPlace(const char* option, const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  std::error_code ignored;
  if (!parent.empty() && !fs::is_directory(parent, ignored)) {
    ThrowBadInput(std::string(option) + ": no folder '" + parent.string() + "'");
  }
  if (fs::is_directory(path, ignored)) {
    ThrowBadInput(std::string(option) + ": '" + path + "' is a folder, expected a file");
  }
  const std::string folder = parent.empty() ? "." : parent.string();
  if (access(folder.c_str(), W_OK) != 0) {
    ThrowResource(std::string(option) + ": the folder '" + folder +
                  "' cannot be written to: " + std::strerror(errno));
  }
}

void CheckOutput(const RecordOptions& options) {
  CheckPlace("--output", options.output);
  std::error_code ignored;
  if (fs::exists(options.output, ignored)) {
    Store(options.output, {.mode = Store::Mode::kReadOnly,
                           .lock_wait = SayWhileWaiting(options.output, options.lock_wait_s)});
  }
  const std::string note = CheckPlaceForResults(options.output);
  if (!note.empty()) Say(note);
}

Store OpenForRun(const RecordOptions& options) {
  return Store(options.output, {.mode = Store::Mode::kCreateOrAppend,
                                .durable = options.durable,
                                .lock_wait = SayWhileWaiting(options.output, options.lock_wait_s)});
}

Store::Options ReadingOptions(const std::string& path) {
  return {.mode = Store::Mode::kReadOnly, .lock_wait = SayWhileWaiting(path, kShortWaitS)};
}

Store::Options AddingOptions(const std::string& path) {
  return {.lock_wait = SayWhileWaiting(path, kShortWaitS)};
}

void WarnOfDoubts(const RunData& data) {
  const std::string run = "run " + std::to_string(data.run.id) + " (" + ArmName(data.run) + ")";
  if (data.run.state != "complete") {
    dsb::Say("warning", run + " is " + data.run.state + ": what it lacks is in no figure");
  }
  if (data.flags.contains("synthetic_acceptance")) {
    dsb::Say("warning", run + ": its acceptance is made up, no model decided it");
  }
  if (data.run.clock == "virtual") {
    dsb::Say("warning", run + ": its times are computed, not measured (clock virtual)");
  }
}

std::string ResumeCommand(const std::vector<std::string>& arguments, bool resumes_already) {
  std::string command = "dsbench";
  for (const std::string& argument : arguments) command += ' ' + ShellText(argument);
  return command + (resumes_already ? "" : " --resume");
}

}  // namespace dsb
