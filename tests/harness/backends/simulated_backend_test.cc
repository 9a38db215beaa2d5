// `run --engine simulated` as the backend sees it: which table and which rounds an arm gets, and
// what is refused.
#include "harness/backends/simulated_backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "base/whole_file.h"
#include "engines/scheduling/cost_table.h"
#include "harness/backends/acceptance_spec.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

CostPoint Point(int64_t at, int64_t ns) {
  return {.at = at, .median_ns = ns, .min_ns = ns, .max_ns = ns, .samples = 5};
}

class SimulatedBackendTest : public testing::Test {
 protected:
  SimulatedBackendTest() {
    model_.engine = "simulated";
    model_.drafters = {"none", "dspark:3"};
    model_.arms = ParseArms(model_);
    Write("dspark", 1'000'000);
    model_.cost_tables = {path_};
    options_.acceptance = {"survival:0.8,0.6,0.3"};
  }
  void Write(const std::string& drafter, int64_t pass_ns) {
    CostTable table;
    table.conditions.drafter = drafter;
    table.conditions.draft_length = 3;
    table.verify.push_back(
        {.requests = 1, .by_tokens = CostCurve({Point(1, pass_ns), Point(9, 9 * pass_ns)}, 0, "")});
    table.draft = CostCurve({Point(1, 500'000)}, 0, "");
    WriteWholeFile(path_, CostTableToJson(table));
  }
  // Of one request, from its prompt to its first round's end, ms.
  double FirstRoundMs(size_t arm) {
    const auto backend = MakeSimulatedBackend(model_, options_);
    const auto clock = backend->MakeClock();
    EXPECT_TRUE(clock->is_virtual());
    const BackendArm made =
        backend->MakeArm(model_.arms[arm], {.max_concurrency = 1, .context_tokens = 100}, *clock);
    EngineRequest request;
    request.prompt = {1};
    request.max_tokens = 50;
    made.engine->Admit(request);
    made.engine->Step(0);
    made.engine->Step(0);
    return static_cast<double>(clock->NowNs()) * 1e-6;
  }

  const TemporaryFolder folder_;
  const std::string path_ = (folder_ / "table.json").string();
  ModelOptions model_;
  SimulatedOptions options_;
};

TEST_F(SimulatedBackendTest, AnArmGoesByItsDraftersTable) {
  EXPECT_DOUBLE_EQ(FirstRoundMs(0), 1 + 1);        // plain decoding by the passes there are
  EXPECT_DOUBLE_EQ(FirstRoundMs(1), 1 + 0.5 + 4);  // prefill, draft, a pass of 4 tokens
  options_.prefill_rate = 100;
  EXPECT_DOUBLE_EQ(FirstRoundMs(1), 10 + 0.5 + 4);
  Write("eagle3", 1'000'000);
  ExpectBadInput({"arm dspark has no cost table", "--cost-table FILE with one of dspark"},
                 [&] { FirstRoundMs(1); });
}

TEST_F(SimulatedBackendTest, TablesThatCompeteOrSayNothingAreRefused) {
  const std::vector<std::string> tables = model_.cost_tables;
  model_.cost_tables.push_back(tables.front());
  ExpectBadInput({"--cost-table: both", "for drafter dspark, expected one"},
                 [&] { FirstRoundMs(1); });
  model_.cost_tables = tables;
  options_.planner_tables = {tables.front(), tables.front()};
  ExpectBadInput({"--planner-table: both"}, [&] { FirstRoundMs(1); });
  options_.planner_tables = tables;
  EXPECT_NO_THROW(FirstRoundMs(1));
  model_.arms.pop_back();
  ExpectBadInput({"--planner-table", "which no arm has"}, [&] { FirstRoundMs(0); });
}

TEST_F(SimulatedBackendTest, TimeThatNoClockCountsIsRefused) {
  options_.prefill_rate = 1e-12;
  ExpectBadInput({"virtual time would pass 126 years"}, [&] { FirstRoundMs(1); });
}

TEST_F(SimulatedBackendTest, AnArmHasRoundsOfItsOwn) {
  const std::vector<std::string> arms = {"none", "dspark"};
  const std::vector<std::string> values = {"model:3", "dspark=survival:0.5"};
  EXPECT_EQ(ValueForArm("acceptance", values, "dspark", arms), "survival:0.5");
  EXPECT_EQ(ValueForArm("acceptance", values, "none", arms), "model:3");
  ExpectBadInput({"--acceptance", "an arm that does not run"},
                 [&] { ValueForArm("acceptance", {"mtp1=model:2"}, "dspark", arms); });
  ExpectBadInput({"--acceptance", "'model:2' and 'model:3'"}, [&] {
    ValueForArm("acceptance", {"model:2", "model:3"}, "dspark", arms);
  });
  options_.acceptance = {};
  ExpectBadInput({"arm dspark has no --acceptance"}, [&] { FirstRoundMs(1); });
}

TEST(AcceptanceSpec, IsASurvivalAModelOrAFile) {
  EXPECT_DOUBLE_EQ(ParseAcceptance("survival:0.5,0.25", "dspark").model->MeanAcceptedLength(2),
                   1.75);
  EXPECT_NEAR(ParseAcceptance("model:3.6", "dspark").model->MeanAcceptedLength(5), 3.6, 1e-5);
  EXPECT_NEAR(ParseAcceptance("model:3.6@7", "dspark").model->MeanAcceptedLength(7), 3.6, 1e-5);
  ExpectBadInput({"--acceptance: 'survival:0.5,x'", "found 'x'"},
                 [] { ParseAcceptance("survival:0.5,x", "dspark"); });
  ExpectBadInput({"--acceptance: 'model:a'", "model:AL"},
                 [] { ParseAcceptance("model:a", "dspark"); });
  ExpectBadInput({"--acceptance: 'model:2@0'", "model:AL"},
                 [] { ParseAcceptance("model:2@0", "dspark"); });
  EXPECT_THROW(ParseAcceptance("nowhere.db", "dspark"), Error);
}

RoundRecord Round(int64_t proposed, int64_t verified, int64_t accepted, int64_t cut = 0) {
  RoundRecord round;
  round.proposed = proposed;
  round.verified = verified;
  round.accepted = accepted;
  round.cut = cut;
  round.confidence.assign(static_cast<size_t>(proposed), 0.5F);
  return round;
}

// A short block, one that was not verified whole and one that a stop cut say too little.
TEST(AcceptanceSpec, RecordedRoundsAreThoseThatSayAll) {
  RunData data;
  data.run.draft_length = 3;
  RequestRow& row = data.requests.emplace_back();
  row.request.end_reason = "stop";
  row.request.bursts = {{0, 1}, {1, 11}};
  row.request.rounds = {Round(3, 3, 2), Round(2, 2, 2), Round(3, 1, 1), Round(3, 3, 0),
                        Round(3, 3, 1, 1)};
  data.requests.push_back(row);
  data.requests.back().request.phase = "warmup";
  data.requests.back().request.rounds = {Round(3, 3, 3)};
  const auto model = RecordedRoundsOf(data, "a run");
  EXPECT_DOUBLE_EQ(model->MeanAcceptedLength(3), 2);
  EXPECT_EQ(model->AnswerTokens(1, 2), 12);
}

}  // namespace
}  // namespace dsb
