// `dsbench profile` of a tiny model: what the table has, and that its contexts are as deep as it
// says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "base/temporary_folder.h"
#include "engines/scheduling/cost_table.h"
#include "tests/engines/target_folder.h"
#include "tests/harness/run_here.h"

namespace dsb {
namespace {

class Profile : public testing::Test {
 protected:
  Profile() { drafter_.config["architectures"] = {"Qwen3DSparkModel"}; }

  ChildResult Run(const std::string& samples) {
    return RunHere({"profile", "--target", target_.Write(), "--drafter", "dspark", "--drafter-path",
                    "dspark=" + drafter_.Write(), "--draft-length", "3", "--users", "4,1",
                    "--context-depth", "12", "--samples", samples, "--threads", "1", "--output",
                    path_});
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_ / "costs.json";
  TargetFolder target_{"qwen3"};
  CheckpointCopy drafter_{golden::Root() + "/drafters/dspark_vanilla"};
};

TEST_F(Profile, TimesEveryWidthAtTheDepthThatItStates) {
  const ChildResult result = Run("9");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const CostTable table = ReadCostTable(path_);
  EXPECT_EQ(table.context_depth, 12);
  ASSERT_EQ(table.verify.size(), 2u);
  EXPECT_EQ(table.verify[0].requests, 1);
  EXPECT_EQ(table.verify[1].requests, 4);
  // One token a request, and every width up to all drafts.
  const auto widths = [&](size_t row) {
    std::vector<int64_t> tokens;
    for (const CostPoint& point : table.verify[row].by_tokens.points()) {
      EXPECT_EQ(point.samples, 9);
      EXPECT_GT(point.median_ns, 0);
      tokens.push_back(point.at);
    }
    return tokens;
  };
  EXPECT_THAT(widths(0), testing::ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(widths(1), testing::ElementsAre(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16));
  // However many samples: one cycle of at most 14 steps of at most 4 tokens, behind the first
  // token.
  int first = 0, last = 0;
  ASSERT_EQ(std::sscanf(table.origin.substr(table.origin.find("contexts of")).c_str(),
                        "contexts of %d to %d tokens", &first, &last),
            2)
      << table.origin;
  EXPECT_EQ(first, 12);
  EXPECT_LE(last, 12 + 1 + 14 * 4);
}

}  // namespace
}  // namespace dsb
