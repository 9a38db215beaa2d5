#include "harness/cli/output_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "harness/options/output_files.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

struct NamedFile {
  std::string option, path;
  bool is_written = false;
};

std::optional<struct stat> StatusOf(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

bool IsSame(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool IsSame(const std::string& a, const std::string& b) {
  const auto first = StatusOf(a), second = StatusOf(b);
  if (first && second) return IsSame(*first, *second);
  // A working folder that is gone has no absolute paths: then the names decide.
  const auto whole = [](const std::string& path) {
    std::error_code failed;
    const fs::path absolute = fs::absolute(path, failed);
    const fs::path found = failed ? fs::path() : fs::weakly_canonical(absolute, failed);
    return failed ? fs::path(path).lexically_normal() : found;
  };
  return whole(a) == whole(b);
}

std::vector<NamedFile> FilesOf(const Command& command) {
  std::vector<NamedFile> files;
  for (const Option& option : command.options) {
    if (option.path == PathForm::kNone || option.path == PathForm::kUrl) continue;
    const std::string name = (option.positional ? "" : "--") + option.name;
    const bool is_written = option.written != WrittenAs::kNothing;
    for (const std::string& text : ValueTexts(option.value)) {
      const std::string path = PathIn(option.path, text);
      if (path.empty()) continue;
      for (const std::string& file : FilesAt(path, option.written)) {
        files.push_back({name, file, is_written});
      }
    }
  }
  return files;
}

// The file that `path` is or belongs to: SQLite's companions of a results file.
bool Touches(const std::string& written, const std::string& named) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    if (IsSame(written, named + suffix)) return true;
  }
  return false;
}

// Found before any work, not after it.
void RefuseNoFile(const NamedFile& file) {
  if (file.path == "-") {
    ThrowBadInput(file.option + ": found '-', expected a file's name: nothing is written to " +
                  "standard output here (./- names a file)");
  }
  const auto status = StatusOf(file.path);
  if (!status || S_ISREG(status->st_mode) || S_ISDIR(status->st_mode)) return;
  ThrowBadInput(file.option + ": '" + file.path + "' is no regular file, expected one or none");
}

void RefuseStream(int fd, const char* what, const std::vector<NamedFile>& files) {
  struct stat stream = {};
  if (::fstat(fd, &stream) != 0 || !S_ISREG(stream.st_mode)) return;
  for (const NamedFile& file : files) {
    const auto status = StatusOf(file.path);
    if (!status || !IsSame(stream, *status)) continue;
    ThrowBadInput(std::string(what) + " goes into '" + file.path + "', which " + file.option +
                  " names, expected another file");
  }
}

}  // namespace

void RefuseOutputsThatAreInputs(const Command& command) {
  const std::vector<NamedFile> files = FilesOf(command);
  for (size_t i = 0; i < files.size(); ++i) {
    if (files[i].is_written) RefuseNoFile(files[i]);
    for (size_t j = 0; j < files.size(); ++j) {
      const NamedFile &written = files[i], &other = files[j];
      if (!written.is_written || written.option == other.option) continue;
      if (!Touches(written.path, other.path)) continue;
      ThrowBadInput(written.option + ": '" + written.path + "' is the file that " + other.option +
                    " names ('" + other.path + "'), expected another");
    }
  }
  RefuseStream(STDOUT_FILENO, "standard output", files);
  RefuseStream(STDERR_FILENO, "standard error", files);
}

}  // namespace dsb
