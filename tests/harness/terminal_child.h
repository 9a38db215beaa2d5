// Runs the built program on a terminal of a given width and collects what the terminal gets.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/build_paths.h"
#include "tests/harness/child_process.h"

namespace dsb {

// Both streams together; empty if this machine has no terminals to give.
inline std::string RunOnTerminal(const std::vector<std::string>& arguments, int columns,
                                 const ChildProcess::Variables& variables = {}) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) return "";
  const std::string name = ptsname(terminal);
  winsize size{};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = 24;
  ioctl(terminal, TIOCSWINSZ, &size);
  const pid_t pid = fork();
  if (pid == 0) {
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    for (const auto& [key, value] : variables) setenv(key.c_str(), value.c_str(), 1);
    const int side = open(name.c_str(), O_RDWR | O_NOCTTY);
    dup2(side, STDOUT_FILENO);
    dup2(side, STDERR_FILENO);
    std::vector<char*> argv = {const_cast<char*>(DSB_BINARY)};
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(DSB_BINARY, argv.data());
    _exit(127);
  }
  std::string text;
  char buffer[4096];
  // Fails once the other side is closed.
  for (ssize_t got = 0; (got = read(terminal, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
  }
  close(terminal);
  waitpid(pid, nullptr, 0);
  return text;
}

}  // namespace dsb
