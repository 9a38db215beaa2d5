#include "base/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/temporary_folder.h"

namespace dsb {
namespace {

constexpr size_t kMapAlways = 1;

class MappedFileTest : public testing::Test {
 protected:
  std::string Write(const std::string& content) const {
    const std::string path = folder_ / "file";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  static ExitCode CodeOf(const std::string& path) {
    try {
      const MappedFile file(path);
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
      return error.code();
    }
    return ExitCode::kDone;
  }
  static std::string Text(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
  }
  const TemporaryFolder folder_;
};

TEST_F(MappedFileTest, HoldsTheBytesReadOrMapped) {
  std::string content(100'000, '\0');
  for (size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7 % 251);
  const std::string path = Write(content);
  EXPECT_EQ(Text(MappedFile(path)), content);
  EXPECT_EQ(Text(MappedFile(path, kMapAlways)), content);
  EXPECT_TRUE(MappedFile(Write("")).bytes().empty());
}

TEST_F(MappedFileTest, MovesKeepTheBytes) {
  MappedFile first(Write("first"));
  const std::byte* data = first.bytes().data();
  MappedFile second(std::move(first));
  EXPECT_EQ(second.bytes().data(), data);
  MappedFile third(Write("a longer third"), kMapAlways);
  third = std::move(second);
  EXPECT_EQ(Text(third), "first");
}

TEST_F(MappedFileTest, RefusesWhatIsNoReadableFile) {
  EXPECT_EQ(CodeOf(folder_ / "absent"), ExitCode::kResource);
  EXPECT_EQ(CodeOf(folder_.path()), ExitCode::kBadInput);
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(CodeOf(pipe), ExitCode::kBadInput);  // and does not wait for a writer
}

TEST_F(MappedFileTest, AFileReadIntoMemoryMayBeTruncated) {
  const std::string path = Write(std::string(100'000, 'x'));
  const MappedFile file(path);
  ASSERT_EQ(::truncate(path.c_str(), 0), 0);
  EXPECT_EQ(Text(file), std::string(100'000, 'x'));
}

int SumAfterTruncation(const std::string& path) {
  const MappedFile file(path, kMapAlways);
  if (::truncate(path.c_str(), 0) != 0) return -1;
  int sum = 0;
  for (const std::byte byte : file.bytes()) sum += static_cast<int>(byte);
  return sum;
}

TEST_F(MappedFileTest, ATruncatedMappedFileEndsTheProcessAsAResourceError) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const std::string path = Write(std::string(100'000, 'x'));
  EXPECT_EXIT(std::exit(SumAfterTruncation(path) & 1), testing::ExitedWithCode(3),
              "mapped model file was truncated");
}

}  // namespace
}  // namespace dsb
