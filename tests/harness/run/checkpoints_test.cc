// Two checkpoints of one drafter side by side, and lengths that a drafter has not.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "results/run_facts.h"
#include "results/store/reader.h"
#include "results/store/store.h"
#include "tests/engines/target_folder.h"
#include "tests/harness/run_here.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

class Checkpoints : public testing::Test {
 protected:
  Checkpoints() {
    std::ofstream(folder_ / "w.jsonl") << "{\"turns\": [\"what is 2 and 2\"]}\n";
    fs::create_directory(folder_ / "shipped");
    for (const char* name : {"old", "new", "shipped/dspark"}) {
      fs::copy(golden::Root() + "/drafters/dspark_vanilla", folder_ / name);
    }
    fs::copy(TargetFolder("qwen3").Write(), folder_ / "mine");
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  ChildResult Run(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {
        "run",          "--target",  Path("mine"), "--workload", Path("w.jsonl"),
        "--max-tokens", "6",         "--warmup",   "0",          "--output",
        Path("x.db"),   "--threads", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunChild(arguments, Shipped());
  }
  ChildProcess::Variables Shipped() const { return {{"DSBENCH_MODELS", Path("shipped")}}; }
  std::vector<RunRecord> Runs() const {
    return ReadRuns(Store(Path("x.db"), {.mode = Store::Mode::kReadOnly}));
  }

  const TemporaryFolder folder_;
};

TEST_F(Checkpoints, OfOneDrafterRunSideBySideUnderNamesOfTheirOwn) {
  const ChildResult result =
      Run({"--drafters", "none,dspark,dspark@old,dspark@new", "--drafter-path",
           "old=" + Path("old"), "--drafter-path", "dspark@new=" + Path("new")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<RunRecord> runs = Runs();
  ASSERT_EQ(runs.size(), 4u);
  std::set<std::string> names, hashes;
  for (const RunRecord& run : runs) {
    names.insert(ArmName(run));
    hashes.insert(run.config_sha256);
  }
  EXPECT_EQ(names, (std::set<std::string>{"none", "dspark fixed 7", "dspark@old fixed 7",
                                          "dspark@new fixed 7"}));
  EXPECT_EQ(hashes.size(), 4u);
  for (const std::string& name : names) EXPECT_NE(result.out.find(name), std::string::npos);
  EXPECT_EQ(result.out.find("dspark fixed 7 #"), std::string::npos);

  // The stored line, where the files that it names lie.
  const std::string line = ConfigOf(runs[0]).command_line;
  EXPECT_EQ(line.find(folder_.path().string()), std::string::npos) << line;
  fs::remove(Path("x.db"));
  const std::string command = "cd " + folder_.path().string() +
                              " && DSBENCH_MODELS=shipped " DSB_BINARY +
                              line.substr(std::string("dsbench").size()) + " >out 2>err";
  ASSERT_EQ(std::system(command.c_str()), 0) << line;
  const std::vector<RunRecord> again = Runs();
  ASSERT_EQ(again.size(), 4u);
  for (size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].config_sha256, runs[i].config_sha256);
  }
}

TEST_F(Checkpoints, ALengthThatNoDrafterHasIsRefused) {
  for (const std::string arms : {"none,dspark:64", "none,dspark:8", "none,dspark:7,dspark:20"}) {
    const ChildResult result = Run({"--drafters", arms});
    EXPECT_EQ(result.exit_code, 2) << arms << result.err;
    EXPECT_NE(result.err.find("drafts at most 7"), std::string::npos) << result.err;
    EXPECT_FALSE(fs::exists(Path("x.db")));
  }
}

TEST_F(Checkpoints, ProveTakesThemToo) {
  const ChildResult result =
      RunHere({"prove", "--samples", "2", "--loads", "1", "--target", Path("mine"), "--drafters",
               "dspark@new", "--drafter-path", "new=" + Path("missing")});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_NE(result.err.find("drafter dspark@new: no folder"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace dsb
