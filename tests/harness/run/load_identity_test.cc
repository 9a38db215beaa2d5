// Greedy answers of a tiny model do not depend on the load: not on how many are decoded together,
// when they came, who drafted, or how much was verified. Conversations too, whose later prompts
// hold the answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/temporary_folder.h"
#include "results/store/reader.h"
#include "tests/engines/target_folder.h"
#include "tests/harness/run_here.h"

namespace dsb {
namespace {

using Answers = std::map<std::tuple<std::string, int64_t>, std::vector<int32_t>>;

class LoadIdentity : public testing::Test {
 protected:
  LoadIdentity() {
    std::ofstream file(workload_);
    for (int i = 0; i < 20; ++i) {
      file << R"({"id": "p)" << i << R"(", "turns": ["hello world )" << i * 7 << '"';
      if (i % 5 == 0) file << R"(, "aa bb cc )" << i << '"';
      file << "]}\n";
    }
    drafter_.config["architectures"] = {"Qwen3DSparkModel"};
  }
  // Every run's answers, by item and turn, and the most that were decoded in one step.
  void Run(const std::string& name, const std::vector<std::string>& load) {
    std::vector<std::string> arguments = {"run",
                                          "--target",
                                          target_.Write(),
                                          "--drafters",
                                          "none,dspark:3,dspark:3:threshold=0.5",
                                          "--drafter-path",
                                          "dspark=" + drafter_.Write(),
                                          "--workload",
                                          workload_,
                                          "--threads",
                                          "2",
                                          "--max-tokens",
                                          "12",
                                          "--warmup",
                                          "0",
                                          "--no-report",
                                          "--output",
                                          folder_ / name};
    arguments.insert(arguments.end(), load.begin(), load.end());
    const ChildResult result = RunHere(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const Store store(folder_ / name, {.mode = Store::Mode::kReadOnly});
    for (const RunRecord& run : ReadRuns(store)) {
      const RunData data = ReadRun(store, run.id, {.token_ids = true});
      Answers& answers = answers_.emplace_back();
      for (const RequestRow& row : data.requests) {
        answers[{row.prompt.item_key, row.prompt.turn}] = row.request.output_ids;
      }
      most_together_ = 0;
      for (const StepRecord& step : data.steps) {
        most_together_ = std::max(most_together_, step.num_requests);
      }
    }
  }

  const TemporaryFolder folder_;
  const std::string workload_ = folder_ / "w.jsonl";
  TargetFolder target_{"qwen3"};
  CheckpointCopy drafter_{golden::Root() + "/drafters/dspark_vanilla"};
  std::vector<Answers> answers_;
  int64_t most_together_ = 0;
};

TEST_F(LoadIdentity, GreedyAnswersAreTheSameUnderEveryLoad) {
  Run("one.db", {});
  ASSERT_EQ(answers_.size(), 3u);
  ASSERT_EQ(answers_[0].size(), 24u);
  std::set<std::vector<int32_t>> different;
  for (const auto& [key, ids] : answers_[0]) different.insert(ids);
  EXPECT_GT(different.size(), 3u);  // the prompts matter
  EXPECT_EQ(most_together_, 1);
  Run("closed.db", {"--load", "closed", "--users", "16"});
  EXPECT_EQ(most_together_, 16);
  Run("batch.db", {"--load", "batch", "--slots", "20"});
  EXPECT_EQ(most_together_, 20);
  Run("open.db", {"--load", "open", "--rate", "100000", "--slots", "7", "--drain-s", "0"});
  EXPECT_EQ(most_together_, 7);
  Run("gamma.db", {"--load", "open", "--rate", "2000", "--cv", "3", "--think-ms", "1"});
  Run("capped.db", {"--load", "batch", "--client-cap", "3"});
  EXPECT_EQ(most_together_, 3);
  for (const Answers& answers : answers_) EXPECT_EQ(answers, answers_[0]);
}

}  // namespace
}  // namespace dsb
