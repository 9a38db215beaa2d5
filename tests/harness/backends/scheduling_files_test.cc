#include "harness/backends/scheduling_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/error.h"
#include "base/temporary_folder.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;

CostConditions RunOf(const std::string& drafter) {
  CostConditions run;
  run.target_sha256 = "aa";
  run.weights = "bf16";
  run.drafter = drafter;
  run.drafter_sha256 = drafter + "-files";
  run.drafter_weights = "stored";
  run.draft_length = 3;
  run.device = "cpu";
  run.device_model = "A processor";
  run.threads = 2;
  run.isa = "avx2";
  return run;
}

class Files : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) const {
    std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }
  std::string WriteTable(const std::string& name, const CostConditions& conditions) const {
    CostTable table;
    table.conditions = conditions;
    const CostPoint point = {.at = 1, .median_ns = 9, .min_ns = 9, .max_ns = 9, .samples = 5};
    table.verify.push_back({.requests = 1, .by_tokens = {{point}, 0, "t"}});
    table.draft = {{point}, 0, "t"};
    return Write(name, CostTableToJson(table));
  }
  std::string WriteCalibration(const std::string& name, const std::string& drafter,
                               const char* confidence) const {
    const CostConditions run = RunOf(drafter);
    Calibration calibration;
    calibration.target_sha256 = run.target_sha256;
    calibration.weights = run.weights;
    calibration.drafter = drafter;
    calibration.drafter_sha256 = run.drafter_sha256;
    calibration.drafter_weights = run.drafter_weights;
    calibration.confidence = confidence;
    calibration.draft_length = 3;
    calibration.positions.resize(3, {.rounds = 1, .temperature = 2, .mean_confidence = 0.25});
    return Write(name, CalibrationToJson(calibration));
  }
  std::string Refusal(const ModelOptions& options, const CostConditions& run) {
    try {
      PolicyOptions policy = {.kind = PolicyKind::kLagged};
      SchedulingFiles(options).Complete(run, true, policy, used_);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kBadInput);
      return error.what();
    }
    return "accepted";
  }

  const TemporaryFolder folder_;
  std::map<std::string, ArtifactRecord> used_;
};

TEST_F(Files, GivesEachArmItsDraftersTableAndTemperatures) {
  ModelOptions options;
  options.cost_tables = {WriteTable("a.json", RunOf("dspark")),
                         WriteTable("b.json", RunOf("mtp1"))};
  options.calibrations = {WriteCalibration("c.json", "mtp1", kLawConfidence)};
  PolicyOptions policy = {.kind = PolicyKind::kLagged};
  SchedulingFiles(options).Complete(RunOf("mtp1"), false, policy, used_);
  ASSERT_NE(policy.costs, nullptr);
  EXPECT_EQ(policy.costs->conditions.drafter, "mtp1");
  EXPECT_EQ(policy.temperatures, (std::vector<double>{2, 2, 2}));
  EXPECT_EQ(policy.usual_confidence, (std::vector<double>{0.25, 0.25, 0.25}));
  EXPECT_EQ(used_.at("cost_table").name, "b.json");
  EXPECT_EQ(used_.at("cost_table").kind, "cost_table");
  EXPECT_EQ(used_.at("calibration").name, "c.json");
  EXPECT_EQ(used_.at("calibration").sha256.size(), 64u);
}

TEST_F(Files, RefusesATableOfSomethingElse) {
  ModelOptions options;
  EXPECT_THAT(Refusal(options, RunOf("dspark")), HasSubstr("needs --cost-table"));
  options.cost_tables = {WriteTable("a.json", RunOf("dspark"))};
  EXPECT_EQ(Refusal(options, RunOf("dspark")), "accepted");
  CostConditions other = RunOf("dspark");
  other.threads = 4;
  EXPECT_THAT(Refusal(options, other), HasSubstr("threads: the table has 2, the run 4"));
  EXPECT_THAT(Refusal(options, other), HasSubstr("a.json"));
  EXPECT_THAT(Refusal(options, RunOf("mtp1")), HasSubstr("drafter: the table has dspark"));
  options.cost_tables.push_back(WriteTable("b.json", RunOf("dspark")));
  EXPECT_THAT(Refusal(options, RunOf("dspark")), HasSubstr("expected one"));
}

TEST_F(Files, RefusesACalibrationOfSomethingElseAndFilesThatAreNone) {
  ModelOptions options;
  options.cost_tables = {WriteTable("a.json", RunOf("dspark"))};
  options.calibrations = {WriteCalibration("c.json", "dspark", kLawConfidence)};
  EXPECT_THAT(Refusal(options, RunOf("dspark")), HasSubstr("confidence: the calibration has"));
  options.calibrations = {Write("d.json", "{\"format\": 1}")};
  EXPECT_THAT(Refusal(options, RunOf("dspark")), HasSubstr("d.json: format"));
  options.cost_tables = {Write("e.json", "not JSON")};
  EXPECT_THAT(Refusal(options, RunOf("dspark")), HasSubstr("e.json: byte 2"));
}

}  // namespace
}  // namespace dsb
