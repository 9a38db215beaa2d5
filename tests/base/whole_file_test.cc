#include "base/whole_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "base/text_file.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

std::string Refusal(const std::string& path, std::string_view text) {
  try {
    WriteWholeFile(path, text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kResource);
    return error.what();
  }
  return "written";
}

int64_t NumFiles(const TemporaryFolder& folder) {
  return std::distance(fs::directory_iterator(folder.path()), {});
}

// A disk that is full after 1000 bytes.
class FullDisk {
 public:
  FullDisk() {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = 1000;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST(WholeFile, MakesAndReplaces) {
  const TemporaryFolder folder;
  WriteWholeFile(folder / "f", "first");
  EXPECT_EQ(ReadTextFile(folder / "f"), "first");
  WriteWholeFile(folder / "f", [](std::ostream& out) {
    out << "sec"
        << "ond";
  });
  EXPECT_EQ(ReadTextFile(folder / "f"), "second");
  EXPECT_EQ(NumFiles(folder), 1);
}

TEST(WholeFile, AFullDiskLeavesTheOldFile) {
  const TemporaryFolder folder;
  WriteWholeFile(folder / "f", "old");
  for (const size_t size : {size_t{1001}, size_t{1} << 20}) {
    const FullDisk full;
    EXPECT_NE(Refusal(folder / "f", std::string(size, 'x')).find("cannot be written: File too"),
              std::string::npos);
  }
  EXPECT_EQ(ReadTextFile(folder / "f"), "old");
  EXPECT_EQ(NumFiles(folder), 1);
}

TEST(WholeFile, AWriterThatThrowsLeavesTheOldFile) {
  const TemporaryFolder folder;
  WriteWholeFile(folder / "f", "old");
  const auto stops = [](std::ostream& out) {
    out << "new";
    throw std::runtime_error("no more");
  };
  EXPECT_THROW(WriteWholeFile(folder / "f", stops), std::runtime_error);
  EXPECT_EQ(ReadTextFile(folder / "f"), "old");
  EXPECT_EQ(NumFiles(folder), 1);
}

// What a writer leaves that is killed while it writes: its process number.
pid_t KilledWriter(const std::string& path) {
  const pid_t writer = fork();
  if (writer == 0) {
    WriteWholeFile(path, [](std::ostream& out) {
      out << "half" << std::flush;
      std::raise(SIGKILL);
    });
    _exit(0);
  }
  waitpid(writer, nullptr, 0);
  return writer;
}

TEST(WholeFile, WhatAKilledWriterLeftIsRemovedByTheNext) {
  const TemporaryFolder folder;
  WriteWholeFile(folder / "f", "old");
  const std::string gone = std::to_string(KilledWriter(folder / "f"));
  ASSERT_TRUE(fs::exists(folder / ("f.part-" + gone)));
  EXPECT_EQ(ReadTextFile(folder / "f"), "old");
  const std::vector<std::string> others = {
      "f.part-" + std::to_string(getppid()),  // its writer lives
      "f.part-1",                             // somebody else's too
      "g.part-" + gone,
      "f.part-0" + gone,
      "f.part-" + gone + "x",
      "f.part--" + gone,
      "f.part-",
      "f.part-99999999999999999999",
      "ff.part-" + gone};
  for (const std::string& name : others) std::ofstream(folder / name) << "theirs";
  WriteWholeFile(folder / "f", "new");
  EXPECT_EQ(ReadTextFile(folder / "f"), "new");
  EXPECT_FALSE(fs::exists(folder / ("f.part-" + gone)));
  for (const std::string& name : others) EXPECT_TRUE(fs::exists(folder / name)) << name;
  fs::create_directory(folder / ("f.part-" + gone));
  WriteWholeFile(folder / "f", "newer");
  EXPECT_TRUE(fs::is_directory(folder / ("f.part-" + gone)));
}

TEST(WholeFile, RefusesPlacesThatCannotHoldIt) {
  const TemporaryFolder folder;
  EXPECT_NE(Refusal(folder / "absent/f", "x").find("No such file"), std::string::npos);
  EXPECT_NE(Refusal(folder.path(), "x").find("expected a regular file"), std::string::npos);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_NE(Refusal(folder / "pipe", "x").find("expected a regular file"), std::string::npos);
}

}  // namespace
}  // namespace dsb
