#include "base/text_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "base/whole_file.h"

namespace dsb {
namespace {

// The code and the message of the Error that reading `path` must throw.
std::pair<ExitCode, std::string> Refusal(const std::string& path, size_t max_bytes = 100) {
  try {
    ReadTextFile(path, max_bytes);
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  return {ExitCode::kDone, "accepted"};
}

TEST(TextFile, ReadsAllBytesUpToTheLimit) {
  const TemporaryFolder folder;
  const std::string text("a\r\n\0b", 5);
  WriteWholeFile(folder / "f", text);
  EXPECT_EQ(ReadTextFile(folder / "f"), text);
  EXPECT_EQ(ReadTextFile(folder / "f", 5), text);
  EXPECT_EQ(Refusal(folder / "f", 4).second,
            (folder / "f").string() + ": found 5 bytes, expected at most 4");
  EXPECT_EQ(Refusal(folder / "f", 4).first, ExitCode::kBadInput);
  WriteWholeFile(folder / "f", "");
  EXPECT_EQ(ReadTextFile(folder / "f"), "");
}

TEST(TextFile, RefusesWhatIsNoFileWithoutWaiting) {
  const TemporaryFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(Refusal(folder / "pipe").first, ExitCode::kBadInput);
  EXPECT_EQ(Refusal("/dev/zero").first, ExitCode::kBadInput);
  EXPECT_EQ(Refusal(folder.path()).first, ExitCode::kBadInput);
  EXPECT_EQ(Refusal(folder / "absent").first, ExitCode::kResource);
}

}  // namespace
}  // namespace dsb
