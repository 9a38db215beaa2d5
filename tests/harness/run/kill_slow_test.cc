// kill -9 of runs without the real model (kill_rig.h).
#include <fstream>

#include "tests/engines/target_folder.h"
#include "tests/harness/run/kill_rig.h"

namespace dsb {
namespace {

// A workload of ten prompts.
std::string Ten(const TemporaryFolder& folder) {
  std::string path = (folder / "ten.jsonl").string();
  std::ofstream lines(path);
  for (int i = 0; i < 10; ++i) lines << "{\"turns\": [\"prompt " << i << "\"]}\n";
  return path;
}

// The null engine, so that most kills fall into the writing.
TEST(KillTest, NothingIsLostAndResumeCompletes) {
  const TemporaryFolder folder;
  KillRig({.arguments = {"run", "--engine", "null", "--drafters", "none,dspark,dflash,eagle3,mtp1",
                         "--workload", Ten(folder), "--repeats", "3", "--max-tokens", "12",
                         "--null-step-us", "1000"},
           .kills = 20,
           .seed = 20261124,
           .longest_us = 600'000,
           .kills_of_file = 5})
      .Run();
}

// Sampled answers of a tiny model: a run that goes on draws what one draws that nobody killed.
TEST(KillTest, OfAModelNothingIsLostAndResumeCompletes) {
  const TemporaryFolder folder;
  const TargetFolder target("qwen3");
  KillRig({.arguments = {"run", "--target", target.Write(), "--drafters", "none,dspark",
                         "--drafter-path", "dspark=" + golden::Root() + "/drafters/dspark_vanilla",
                         "--workload", Ten(folder), "--max-tokens", "24", "--temperature", "1",
                         "--warmup", "1", "--threads", "1"},
           .kills = 5,
           .seed = 20261124,
           .kills_of_file = 3})
      .Run();
}

}  // namespace
}  // namespace dsb
