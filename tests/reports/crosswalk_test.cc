#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "reports/model/crosswalk.h"
#include "tests/build_paths.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using testing::MakeRound;

std::string GoldenDir() {
  const char* folder = std::getenv("DSBENCH_GOLDEN_DIR");
  return folder != nullptr && *folder != '\0' ? folder : DSB_SOURCE_DIR "/tests/golden";
}

RunData OneRequest(std::vector<RoundRecord> rounds) {
  RunData data;
  RequestRow row;
  row.prompt.item_key = "p";
  row.request.end_reason = "stop";
  row.request.bursts = {{1000, 1}};
  for (const RoundRecord& round : rounds) row.request.bursts.push_back({2000, round.committed});
  row.request.rounds = std::move(rounds);
  data.requests.push_back(std::move(row));
  return data;
}

double Value(const Crosswalk& crosswalk, const std::string& key) {
  for (const CrosswalkRow& row : crosswalk.rows) {
    if (row.key == key && row.value) return *row.value;
  }
  ADD_FAILURE() << key;
  return 0;
}

// Rounds by a policy: one without a draft, one ended by an accepted stop token.
TEST(Crosswalk, DefinitionsByHand) {
  const Crosswalk crosswalk =
      MakeCrosswalk(CheckRun(OneRequest({MakeRound(4, 4, 4, 5), MakeRound(4, 0, 0, 1),
                                         MakeRound(4, 2, 1, 2), MakeRound(4, 4, 2, 2, 1)})));
  EXPECT_DOUBLE_EQ(Value(crosswalk, "dsbench.accepted_length"), 10.0 / 4);
  EXPECT_DOUBLE_EQ(Value(crosswalk, "deepspec.accept_len"), 10.0 / 4);
  EXPECT_DOUBLE_EQ(Value(crosswalk, "deepspec.verify_rate"), 10.0 / (4 + 0 + 2 + 2 + 4));
  EXPECT_DOUBLE_EQ(Value(crosswalk, "vllm.mean_acceptance_length"), 1 + 7.0 / 3);
  EXPECT_DOUBLE_EQ(Value(crosswalk, "vllm.draft_acceptance_rate"), 7.0 / 10);
  EXPECT_DOUBLE_EQ(Value(crosswalk, "sglang.accept_length"), 11.0 / 4);
  EXPECT_DOUBLE_EQ(Value(crosswalk, "llama_cpp.accept_rate"), 7.0 / 10);
  EXPECT_DOUBLE_EQ(Value(crosswalk, "llama_cpp.tokens_per_pass"), 11.0 / 4);
  EXPECT_DOUBLE_EQ(Value(crosswalk, "tensorrt_llm.accepted_drafts"), 7.0 / 4);
  EXPECT_DOUBLE_EQ(Value(crosswalk, "eagle.tau"), 10.0 / 4);
  ASSERT_EQ(crosswalk.positions.size(), 4u);
  const CrosswalkPosition& third = crosswalk.positions[2];
  EXPECT_EQ(third.verified_at_least, 2);
  EXPECT_EQ(third.accepted_at_least, 1);
  EXPECT_EQ(third.reached, 2);
  EXPECT_DOUBLE_EQ(*third.survival, 1.0 / 2);
  EXPECT_DOUBLE_EQ(*third.deepspec_accept_rate, 1.0);  // the stopped proposal is 2 tokens long
  EXPECT_DOUBLE_EQ(*third.vllm_position_rate, 1.0 / 3);
}

TEST(Crosswalk, ALimitCutCountsWholeInDeepSpecOnly) {
  const Crosswalk crosswalk = MakeCrosswalk(CheckRun(OneRequest({MakeRound(4, 4, 3, 2, 2)})));
  EXPECT_DOUBLE_EQ(Value(crosswalk, "dsbench.accepted_length"), 2);
  EXPECT_DOUBLE_EQ(Value(crosswalk, "deepspec.accept_len"), 4);
}

TEST(Crosswalk, WarmupAndLaterTurnsAreLeftOutWhereTheToolDoes) {
  RunData data = OneRequest({MakeRound(4, 4, 4, 5)});
  data.requests.push_back(OneRequest({MakeRound(4, 4, 0, 1)}).requests[0]);
  data.requests[1].prompt.turn = 1;
  data.requests.push_back(OneRequest({MakeRound(4, 4, 2, 3)}).requests[0]);
  data.requests[2].request.phase = "warmup";
  const Crosswalk crosswalk = MakeCrosswalk(CheckRun(data));
  EXPECT_DOUBLE_EQ(Value(crosswalk, "deepspec.accept_len"), 5);
  EXPECT_DOUBLE_EQ(Value(crosswalk, "vllm.mean_acceptance_length"), 3);
}

TEST(Crosswalk, SpecBenchSpeedupIsUnpairedAndCountsPrefill) {
  RunData fast = OneRequest({MakeRound(4, 4, 4, 5)}), plain = OneRequest({MakeRound(0, 0, 0, 1)});
  fast.requests[0].request.bursts = {{1'000'000'000, 1}, {2'000'000'000, 5}};   // 6 tokens in 2 s
  plain.requests[0].request.bursts = {{1'000'000'000, 1}, {4'000'000'000, 4}};  // 5 - 1 in 4 s
  const CheckedRun baseline = CheckRun(plain);
  EXPECT_DOUBLE_EQ(Value(MakeCrosswalk(CheckRun(fast), &baseline), "spec_bench.speedup"), 3);
}

// Runs of DeepSpec's own evaluator: its figures must come out of its rounds.
TEST(Crosswalk, EqualsDeepSpecOnItsOwnTraces) {
  int traces = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(GoldenDir() + "/traces")) {
    if (file.path().extension() != ".json") continue;
    SCOPED_TRACE(file.path().string());
    std::ifstream stream(file.path());
    const nlohmann::json trace = nlohmann::json::parse(stream);
    std::vector<RoundRecord> rounds;
    for (const nlohmann::json& entry : trace["rounds"]) {
      const int64_t accepted = entry["accepted"], proposed = entry["draft_token_count"];
      const bool stop_in_draft = entry["terminated_by_stop_token"].get<bool>();
      rounds.push_back(MakeRound(proposed, proposed, accepted, accepted + (stop_in_draft ? 0 : 1),
                                 stop_in_draft ? 1 : 0));
    }
    if (rounds.empty()) continue;
    ++traces;
    const Crosswalk crosswalk = MakeCrosswalk(CheckRun(OneRequest(rounds)));
    EXPECT_NEAR(Value(crosswalk, "deepspec.accept_len"), trace["tau"].get<double>(), 1e-9);
    EXPECT_NEAR(Value(crosswalk, "deepspec.verify_rate"), trace["verify_rate"].get<double>(), 1e-9);
    const nlohmann::json& rates = trace["accept_rates_by_position"];
    for (size_t k = 0; k < rates.size(); ++k) {
      if (rates[k].is_null() || k >= crosswalk.positions.size()) continue;
      const std::optional<double> rate = crosswalk.positions[k].deepspec_accept_rate;
      // A position that no proposal reached has no rate; DeepSpec writes 0.
      EXPECT_NEAR(rate.value_or(0), rates[k].get<double>(), 1e-9) << k;
    }
  }
  EXPECT_GE(traces, 1);
}

}  // namespace
}  // namespace dsb
