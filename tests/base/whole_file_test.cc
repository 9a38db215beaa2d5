#include "base/whole_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <ostream>
#include <stdexcept>

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

TEST(WholeFile, RefusesPlacesThatCannotHoldIt) {
  const TemporaryFolder folder;
  EXPECT_NE(Refusal(folder / "absent/f", "x").find("No such file"), std::string::npos);
  EXPECT_NE(Refusal(folder.path(), "x").find("expected a regular file"), std::string::npos);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_NE(Refusal(folder / "pipe", "x").find("expected a regular file"), std::string::npos);
}

}  // namespace
}  // namespace dsb
