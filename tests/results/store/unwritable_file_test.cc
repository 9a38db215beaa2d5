// A file that its reader may not write to, and that somebody else begins to write while it is read.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

constexpr int kConsistent = 10, kRefused = 11, kWrong = 12;

class UnwritableFile : public StoreFixture {
 protected:
  void SetUp() override {
    Store store(Path(), {});
    StartRun(store, "u-1");
    for (int64_t i = 0; i < 200; ++i)
      store.PutRequest(SampleRequest({.run = 1, .segment = 1, .prompt = 1}, i));
  }
  void Protect(bool on) const {
    chmod(Path().c_str(), on ? 0444 : 0644);
    chmod(folder_.path().c_str(), on ? 0555 : 0755);
  }
  // As somebody without rights, also where the tests run as root.
  static void DropRights() {
    if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(1);
  }
};

TEST_F(UnwritableFile, IsReadAndLeftAsItIs) {
  Protect(true);
  const pid_t child = fork();
  if (child == 0) {
    DropRights();
    const Store reader(Path(), kRead);
    _exit(ReadRun(reader, 1, {}).requests.size() == 200 ? kConsistent : kWrong);
  }
  int status = 0;
  waitpid(child, &status, 0);
  Protect(false);
  EXPECT_EQ(WEXITSTATUS(status), kConsistent);
  EXPECT_THAT(FilesInFolder(), testing::ElementsAre("results.db"));
}

TEST_F(UnwritableFile, ItsReaderNoticesAWriter) {
  int opened[2], written[2];
  ASSERT_EQ(pipe(opened), 0);
  ASSERT_EQ(pipe(written), 0);
  Protect(true);
  const pid_t child = fork();
  char byte = 0;
  if (child == 0) {
    DropRights();
    const Store reader(Path(), kRead);
    const bool first = ReadRuns(reader).size() == 1;
    if (!first || write(opened[1], "o", 1) != 1 || read(written[0], &byte, 1) != 1) _exit(1);
    try {
      const RunData data = ReadRun(reader, 1, {});
      _exit(data.requests.size() == 200 && ReadRuns(reader).size() == 1 ? kConsistent : kWrong);
    } catch (const Error& error) {
      _exit(error.code() == ExitCode::kResource ? kRefused : kWrong);
    }
  }
  ASSERT_EQ(read(opened[0], &byte, 1), 1);
  Protect(false);
  {
    Store store(Path(), {});
    for (int64_t i = 200; i < 900; ++i) {
      store.PutRequest(SampleRequest({.run = 1, .segment = 1, .prompt = 1}, i));
    }
    StartRun(store, "u-2");
  }
  ASSERT_EQ(write(written[1], "w", 1), 1);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), kRefused);
}

}  // namespace
}  // namespace dsb
