#include "harness/run/run_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/model/model.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Plain decoding with steps of 10 ms beside a drafter whose steps take `step_ns`.
ReportModel Model(int64_t step_ns) {
  testing::SyntheticArm plain, dspark;
  plain.drafter = "none";
  dspark.step_ns = step_ns;
  MetricOptions options;
  options.bootstrap.num_resamples = 200;
  return BuildModel(
      {CheckRun(testing::SyntheticRun(plain)), CheckRun(testing::SyntheticRun(dspark))}, options);
}

TEST(LossAdvice, IsGivenWhereSpeculationLoses) {
  RunOptions options;
  options.arms = {{}, {.drafter = "dspark", .draft_length = 7, .policy = "fixed"}};
  EXPECT_EQ(LossAdvice(Model(10'000'000), options), "");
  const std::string advice = LossAdvice(Model(60'000'000), options);
  EXPECT_THAT(advice, HasSubstr("Speculation loses here (speed-up 0."));
  EXPECT_THAT(advice, HasSubstr("--weights bf16"));
  EXPECT_THAT(advice, HasSubstr("dspark:2"));
  EXPECT_THAT(advice, HasSubstr("--policy threshold"));
  options.weights = "bf16";
  EXPECT_THAT(LossAdvice(Model(60'000'000), options), Not(HasSubstr("bf16")));
  EXPECT_EQ(LossAdvice(BuildModel({}, {}), options), "");
}

}  // namespace
}  // namespace dsb
