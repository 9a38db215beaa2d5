#include "base/temporary_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <optional>

#include "base/error.h"

namespace dsb {
namespace {

TEST(TemporaryFolder, GoesWithAllThatIsInIt) {
  std::optional<TemporaryFolder> folder(std::in_place, "dsb-test");
  const TemporaryFolder other("dsb-test");
  const std::filesystem::path path = folder->path();
  EXPECT_NE(path, other.path());
  EXPECT_TRUE(path.filename().string().starts_with("dsb-test-"));
  std::filesystem::create_directories(*folder / "a/b");
  std::ofstream(*folder / "a/b/c") << "text";
  folder.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(std::filesystem::exists(other.path()));
}

TEST(TemporaryFolder, SaysWhereItCannotBeMade) {
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  setenv("TMPDIR", "/proc/self", 1);  // a folder, but nobody can make one there
  try {
    const TemporaryFolder folder;
    ADD_FAILURE() << "made " << folder.path();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kResource);
    EXPECT_NE(std::string(error.what()).find("/proc/self"), std::string::npos) << error.what();
  }
  before == nullptr ? unsetenv("TMPDIR") : setenv("TMPDIR", kept.c_str(), 1);
}

}  // namespace
}  // namespace dsb
