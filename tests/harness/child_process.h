// Runs the built program (DSB_BINARY) and collects what it says.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "tests/build_paths.h"

namespace dsb {

struct ChildResult {
  int exit_code = -1;  // -1: ended by `signal`
  int signal = 0;
  std::string out, err;
};

class ChildProcess {
 public:
  // kBroken: a pipe that nobody reads; kFull: a full disk; kClosed: none at all.
  enum class Stdout { kCollect, kBroken, kFull, kClosed };
  using Variables = std::vector<std::pair<std::string, std::string>>;
  static constexpr const char* kUnset = "(unset)";  // a variable's value: take it away

  explicit ChildProcess(const std::vector<std::string>& arguments, const Variables& variables = {},
                        Stdout where = Stdout::kCollect)
      : out_(std::tmpfile()), err_(std::tmpfile()) {
    int broken[2] = {-1, -1};
    if (where == Stdout::kBroken) {
      if (pipe(broken) != 0) std::abort();
      close(broken[0]);
    }
    pid_ = fork();
    if (pid_ == 0) {
      for (const auto& [name, value] : variables) {
        if (value == kUnset) {
          unsetenv(name.c_str());
        } else {
          setenv(name.c_str(), value.c_str(), 1);
        }
      }
      dup2(where == Stdout::kBroken ? broken[1] : fileno(out_), STDOUT_FILENO);
      if (where == Stdout::kFull) dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
      if (where == Stdout::kClosed) close(STDOUT_FILENO);
      dup2(fileno(err_), STDERR_FILENO);
      std::vector<char*> argv = {const_cast<char*>(DSB_BINARY)};
      for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));
      }
      argv.push_back(nullptr);
      execv(DSB_BINARY, argv.data());
      _exit(127);
    }
    if (where == Stdout::kBroken) close(broken[1]);
  }
  ~ChildProcess() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    std::fclose(out_);
    std::fclose(err_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Returns when `text` is on its stderr, or when it has ended.
  void WaitForError(const std::string& text) { WaitFor(err_, text); }
  void WaitForOutput(const std::string& text) { WaitFor(out_, text); }
  void Signal(int number) const { kill(pid_, number); }
  ChildResult Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    ChildResult result;
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    result.out = Text(out_);
    result.err = Text(err_);
    return result;
  }

 private:
  void WaitFor(std::FILE* stream, const std::string& text) {
    while (Text(stream).find(text) == std::string::npos) {
      siginfo_t info{};
      if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) return;
      if (info.si_pid == pid_) return;
      usleep(1000);
    }
  }
  // The child writes to the same open file: read by position, never move its offset.
  static std::string Text(std::FILE* file) {
    std::string text;
    char buffer[4096];
    ssize_t size = 0;
    while ((size = pread(fileno(file), buffer, sizeof(buffer), static_cast<off_t>(text.size()))) >
           0) {
      text.append(buffer, static_cast<size_t>(size));
    }
    return text;
  }

  std::FILE* out_;
  std::FILE* err_;
  pid_t pid_ = -1;
};

inline ChildResult RunChild(const std::vector<std::string>& arguments,
                            const ChildProcess::Variables& variables = {},
                            ChildProcess::Stdout where = ChildProcess::Stdout::kCollect) {
  return ChildProcess(arguments, variables, where).Wait();
}

}  // namespace dsb
