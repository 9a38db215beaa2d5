// The launches that gpu_roofline times, at tiny sizes: each must be one the kernels accept, and
// must be counted as it is launched.
#include "kernels/cuda/bench/op_case.h"

#include "kernels/cuda/bench/vocabulary_case.h"
#include "tests/cudahost/device_test.h"

namespace dsb::bench {
namespace {

using dsb::testing::DeviceTest;

class OpCases : public DeviceTest {};
DSB_EVERY_SCHEDULE(OpCases);

TEST_P(OpCases, AreLaunchedAsCounted) {
  const ModelShape tiny{.name = "tiny",
                        .num_layers = 1,
                        .hidden = 64,
                        .mlp = 96,
                        .num_heads = 4,
                        .num_kv_heads = 2,
                        .head_dim = 16,
                        .vocab = 200};
  for (const WeightType& weights : WeightTypes()) {
    for (const int64_t num_rows : {1, 4}) {
      const PassShape shape{.model = tiny,
                            .weights = weights,
                            .num_rows = num_rows,
                            .context_tokens = 140,
                            .bytes_in_turn = 0};
      std::vector<OpCase> ops = PassOps(shape, true);
      for (OpCase& op : VocabularyOps(shape, true)) ops.push_back(std::move(op));
      for (const OpCase& op : ops) {
        const int64_t before = dsb::testing::NumLaunches();
        op.launch(0, nullptr);
        op.launch(1, nullptr);
        cuda::Synchronize(nullptr);
        if (!dsb::testing::OnGpu()) {
          EXPECT_EQ(dsb::testing::NumLaunches() - before, 2 * op.num_launches) << op.op;
        }
        EXPECT_GT(op.bytes, 0) << op.op;
        EXPECT_GT(op.operations, 0) << op.op;
      }
    }
  }
}

// 2 x 3 bf16 weights take one tile of one unit: 16 rows of 64 columns.
TEST(OpCaseCounts, AGemmsBytesAreItsPaddedMatrixAndItsRows) {
  const ModelShape model{.name = "m",
                         .num_layers = 7,
                         .hidden = 3,
                         .mlp = 5,
                         .num_heads = 1,
                         .num_kv_heads = 1,
                         .head_dim = 4,
                         .vocab = 2};
  const std::vector<OpCase> ops =
      PassOps({.model = model, .weights = WeightTypes()[0], .num_rows = 10}, false);
  EXPECT_EQ(ops.back().op, "gemm head");
  EXPECT_EQ(ops.back().bytes, 16 * 64 * 2 + 4 * 10 * (3 + 2));
  EXPECT_EQ(ops.back().operations, 2 * 3 * 2 * 10);
  EXPECT_EQ(ops[1].per_pass, 7);
}

}  // namespace
}  // namespace dsb::bench
