// The real model with the four shipped drafters (kill_rig.h).
#include "tests/build_paths.h"
#include "tests/harness/run/kill_rig.h"
#include "tests/target_file.h"

namespace dsb {
namespace {

TEST(KillModelTest, NothingIsLostAndResumeCompletes) {
  if (TargetFile().empty()) GTEST_SKIP() << "no target model file: run ci/quickstart.sh once";
  KillRig({.arguments = {"run", "--target", TargetFile(), "--drafters",
                         "none,dspark,dflash,eagle3,mtp1", "--workload",
                         DSB_SOURCE_DIR "/workloads/math.jsonl", "--limit", "4", "--max-tokens",
                         "24", "--temperature", "1", "--warmup", "1", "--threads", "2"},
           .kills = 6,
           .seed = 20261124,
           .longest_us = 6'000'000,
           .kills_of_file = 3})
      .Run();
}

}  // namespace
}  // namespace dsb
