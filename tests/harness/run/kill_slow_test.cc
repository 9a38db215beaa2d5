// The null engine, so that most kills fall into the writing (kill_rig.h).
#include <fstream>

#include "tests/harness/run/kill_rig.h"

namespace dsb {
namespace {

TEST(KillTest, NothingIsLostAndResumeCompletes) {
  const TemporaryFolder folder;
  const std::string workload = (folder / "ten.jsonl").string();
  std::ofstream lines(workload);
  for (int i = 0; i < 10; ++i) lines << "{\"turns\": [\"prompt " << i << "\"]}\n";
  lines.close();
  KillRig({.arguments = {"run", "--engine", "null", "--drafters", "none,dspark,dflash,eagle3,mtp1",
                         "--workload", workload, "--repeats", "3", "--max-tokens", "12",
                         "--null-step-us", "1000"},
           .kills = 30,
           .seed = 20261124,
           .longest_us = 600'000,
           .kills_of_file = 5})
      .Run();
}

}  // namespace
}  // namespace dsb
