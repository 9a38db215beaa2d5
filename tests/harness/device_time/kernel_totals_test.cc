#include "harness/device_time/kernel_totals.h"

#include <gtest/gtest.h>

namespace dsb {
namespace {

TEST(BatchBucket, RoundsUpToAPowerOfTwo) {
  EXPECT_EQ(BatchBucket(0), 0);
  EXPECT_EQ(BatchBucket(1), 1);
  EXPECT_EQ(BatchBucket(8), 8);
  EXPECT_EQ(BatchBucket(9), 16);
}

TEST(KernelName, LosesParametersAndReturnType) {
  EXPECT_EQ(KernelName("_ZN3dsb4cuda10GemmKernelILi4EEEvNS0_10GemmParamsE"),
            "dsb::cuda::GemmKernel<4>");
  EXPECT_EQ(KernelName("_ZN3dsb4cuda12_GLOBAL__N_17RmsNormEPKf"), "dsb::cuda::RmsNorm");
  EXPECT_EQ(KernelName("plain_c_name"), "plain_c_name");
  EXPECT_EQ(KernelName(nullptr), "(unnamed)");
}

TEST(KernelTotals, OneRowAKernelPhaseAndBucket) {
  KernelTotals totals;
  DeviceActivity kernel;
  kernel.name = "gemm";
  kernel.is_kernel = true;
  for (const int64_t ns : {30, 10, 20}) {
    kernel.start_ns = 100;
    kernel.end_ns = 100 + ns;
    totals.Add(1, Phase::kVerify, 8, kernel);
  }
  totals.Add(1, Phase::kVerify, 16, kernel);
  totals.Add(1, Phase::kDraft, 8, kernel);
  DeviceActivity copy;
  copy.name = "[memcpy HtoD]";
  copy.bytes = 100;
  totals.Add(1, Phase::kDraft, 8, copy);
  totals.Add(1, Phase::kDraft, 8, copy);
  const std::vector<KernelTimeRecord> rows = totals.Take();
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].kernel, "[memcpy HtoD]");
  EXPECT_EQ(rows[0].bytes, 200);
  const KernelTimeRecord& verify = rows[2];
  EXPECT_EQ(verify.phase, "verify");
  EXPECT_EQ(verify.batch_bucket, 8);
  EXPECT_EQ(verify.calls, 3);
  EXPECT_EQ(verify.total_ns, 60);
  EXPECT_EQ(verify.min_ns, 10);
  EXPECT_EQ(verify.max_ns, 30);
  EXPECT_FALSE(verify.bytes);
  EXPECT_TRUE(totals.empty());
}

TEST(KernelTotals, LostRecordsAreARow) {
  KernelTotals totals;
  totals.AddDropped(1, 0);
  EXPECT_TRUE(totals.empty());
  totals.AddDropped(1, 3);
  totals.AddDropped(1, 4);
  const std::vector<KernelTimeRecord> rows = totals.Take();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].kernel, kDroppedRecords);
  EXPECT_EQ(rows[0].calls, 7);
}

}  // namespace
}  // namespace dsb
