#include "base/console.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "base/quoted.h"

namespace dsb {
namespace {

// Of the one standard output that a process has.
bool& HasReader() {
  static bool has_reader = true;
  return has_reader;
}

void FailedWith(int error) {
  if (error == EPIPE) {
    HasReader() = false;
    return;
  }
  ThrowResource(std::string("standard output: cannot be written: ") + std::strerror(error));
}

}  // namespace

void WriteOutput(std::string_view text) {
  if (!HasReader()) return;
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) FailedWith(errno != 0 ? errno : EIO);
}

bool OutputHasReader() { return HasReader(); }

void CheckOutput() {
  if (!HasReader()) return;
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) FailedWith(errno != 0 ? errno : EIO);
}

void Say(std::string_view kind, std::string_view text) {
  const std::string line =
      "dsbench: " + std::string(kind) + (kind.empty() ? "" : ": ") + Shown(text) + '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

void Say(std::string_view text) { Say("", text); }

void KeepStandardStreams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != -1) continue;
    // The lowest free number, which is this one: reading fails where one writes and the reverse.
    const int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", mode) != fd) return;
  }
}

}  // namespace dsb
