// A computed time decides nothing about a measured one, whatever is allowed to differ, and nobody
// takes one for the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/gate/comparable.h"
#include "results/run_facts.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

RunData Simulated() {
  RunData data = testing::SyntheticRun({});
  data.run.engine = "simulated";
  data.run.clock = "virtual";
  data.run.uuid += "-simulated";
  return data;
}

TEST(VirtualClock, IsInTheArmsName) {
  const RunData real = testing::SyntheticRun({});
  EXPECT_EQ(ArmName(Simulated().run), ArmName(real.run) + " (clock virtual)");
  RunRecord plain = Simulated().run;
  plain.drafter = "none";
  EXPECT_EQ(ArmName(plain), "none (clock virtual)");
}

TEST(VirtualClock, IsNeverGatedAgainstARealOne) {
  const RunData real = testing::SyntheticRun({});
  for (const char* across : {"", "engine", "arm", "clock"}) {
    bool refused = false;
    for (const GateDifference& difference : WhyNotComparable(real, Simulated(), across, false)) {
      refused |= difference.what.field == "clock" && difference.what.before == "real" &&
                 difference.what.after == "virtual";
    }
    EXPECT_TRUE(refused) << across;
  }
  for (const GateDifference& difference :
       WhyNotComparable(Simulated(), Simulated(), "run", false)) {
    EXPECT_NE(difference.what.field, "clock");
  }
}

}  // namespace
}  // namespace dsb
