#include "reports/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "reports/document/document.h"
#include "reports/model/model.h"
#include "reports/report/report_document.h"
#include "reports/report/report_json.h"
#include "reports/report/report_tables.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using testing::SyntheticArm;
using testing::SyntheticRun;

MetricOptions Quick() {
  MetricOptions options;
  options.bootstrap.num_resamples = 400;
  return options;
}

RunData WithFacts(RunData data) {
  data.run.config_json =
      R"({"command_line": "dsbench run --drafters none,dspark", "weights": "stored"})";
  data.artifacts["target"] = {"target", "tiny.gguf", std::string(64, 'a'), 98362432, {}, "{}"};
  data.artifacts["workload"] = {"workload", "math|code_chat", std::string(64, 'b'), 2000, {}, "{}"};
  data.environment.cpu_model = "A Processor";
  data.environment.num_cores = 2;
  data.environment.memory_bytes = int64_t{16} << 30;
  data.build.version = "0.1.0";
  data.build.git_commit = "0123456789abcdef";
  data.flags["dirty"] = "";
  return data;
}

RunData Plain() {
  SyntheticArm arm;
  arm.drafter = "none";
  arm.step_ns = 8'000'000;
  return WithFacts(SyntheticRun(arm));
}
RunData DSpark() { return WithFacts(SyntheticRun({})); }

ReportModel TwoArms() { return BuildModel({CheckRun(Plain()), CheckRun(DSpark())}, Quick()); }

std::string LongestLine(const std::string& text) {
  std::istringstream stream(text);
  std::string line, longest;
  while (std::getline(stream, line)) {
    if (line.size() > longest.size()) longest = line;
  }
  return longest;
}

TEST(Report, TerminalShowsWhatTheRunsSayWithinAHundredColumns) {
  const std::string text = PrintTerminal(MakeDocument(TwoArms(), {.crosswalk = true}));
  EXPECT_LE(LongestLine(text).size(), 100u) << LongestLine(text);
  for (const char* wanted : {"synthetic: greedy, up to 64 tokens, 1 user",
                             "A Processor",
                             "tiny.gguf",
                             "weights stored",
                             "accepted length",
                             "speed-up",
                             "dspark fixed 4",
                             "math",
                             "code",
                             "chat",
                             "verify",
                             "Acceptance by position: dspark fixed 4",
                             "vLLM",
                             "DeepSpec",
                             "TensorRT-LLM",
                             "llama.cpp",
                             "dsbench run --drafters none,dspark",
                             "dirty",
                             "36 paired requests",
                             "400 resamples"}) {
    EXPECT_THAT(text, HasSubstr(wanted));
  }
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

// A policy that verifies a second draft only where it will be accepted: survival rises with k.
TEST(Report, SurvivalStandsBesideItsRoundsAndAShareThatCannotRise) {
  RunData data = DSpark();
  for (RequestRow& row : data.requests) {
    for (size_t i = 0; i < row.request.rounds.size(); ++i) {
      RoundRecord& round = row.request.rounds[i];
      const bool sure = i % 3 == 0;
      round.verified = sure ? 2 : 1;
      round.accepted = sure ? 2 : i % 3 == 1 ? 1 : 0;
      round.committed = round.accepted + 1;
      round.cut = 0;
    }
  }
  const ReportModel model = BuildModel({CheckRun(std::move(data))}, Quick());
  const ReportArm& arm = model.sets.at(0).arms.at(0);
  ASSERT_GT(*arm.ValueOf("survival", "position:2"), *arm.ValueOf("survival", "position:1"));
  const Table table = PositionTable(arm, {"all"});
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.columns[1].title, "verified");
  EXPECT_EQ(table.columns[2].title, "of rounds");
  EXPECT_EQ(table.columns[3].title, "survival");
  EXPECT_GT(std::stoi(table.rows[0][1]), 2 * std::stoi(table.rows[1][1]));
  EXPECT_GE(std::stod(table.rows[0][2]), std::stod(table.rows[1][2]));
  EXPECT_EQ(table.rows[1][3], "1.000");
  const std::string text = PrintTerminal(MakeDocument(model, {}), 1000);
  EXPECT_THAT(text, HasSubstr("survival may rise with k"));
}

TEST(Report, RowsAreDomainsThenAllWithBothArms) {
  const ReportModel model = TwoArms();
  ASSERT_EQ(model.sets.size(), 1u);
  const Table table = SpeedTable(model.sets[0]);
  ASSERT_EQ(table.rows.size(), 8u);
  EXPECT_EQ(table.rows[0][0], "math");
  EXPECT_EQ(table.rows[0][1], "none");
  EXPECT_EQ(table.rows[0][2], "1.000 [1.000, 1.000]");
  EXPECT_EQ(table.rows[0][4], "1");
  EXPECT_EQ(table.rows[3][0], "code");
  EXPECT_EQ(table.rows[7][0], "all");
  EXPECT_EQ(table.rows[7][1], "dspark fixed 4");
}

TEST(Report, FactorsMultiplyToTheSpeedupInEveryScope) {
  const nlohmann::json json = nlohmann::json::parse(ReportJson(TwoArms(), {}));
  const nlohmann::json& scopes = json["sets"][0]["comparisons"][0]["scopes"];
  ASSERT_EQ(scopes.size(), 5u);
  for (const nlohmann::json& scope : scopes) {
    const double product = scope["accepted_length_factor"]["value"].get<double>() *
                           scope["step_time_factor"]["value"].get<double>();
    EXPECT_NEAR(scope["speedup"]["value"].get<double>(), product, 1e-9);
    EXPECT_NEAR(scope["residual"].get<double>(), 0, 1e-9);
    EXPECT_TRUE(scope["comparable"].get<bool>());
  }
}

TEST(Report, JsonHoldsEveryMetricWithUnitAndMethod) {
  const ReportModel model = TwoArms();
  const nlohmann::json json = nlohmann::json::parse(ReportJson(model, {.crosswalk = true}));
  EXPECT_EQ(json["format"], "dsbench-report");
  EXPECT_EQ(json["statistics"]["num_resamples"], 400);
  const nlohmann::json& arm = json["sets"][0]["arms"][1];
  EXPECT_EQ(arm["run"]["drafter"], "dspark");
  EXPECT_EQ(arm["requests"]["warmup"], 2);
  EXPECT_EQ(arm["artifacts"]["target"]["name"], "tiny.gguf");
  EXPECT_EQ(arm["metrics"].size(), model.sets[0].arms[1].metrics.size());
  bool found = false;
  for (const nlohmann::json& metric : arm["metrics"]) {
    if (metric["metric"] != "accepted_length" || metric["scope"] != "domain:math") continue;
    found = true;
    EXPECT_EQ(metric["unit"], "token/round");
    EXPECT_EQ(metric["method"], "cluster_bootstrap");
    EXPECT_EQ(metric["n"], 12);
    EXPECT_LT(metric["lo"].get<double>(), metric["value"].get<double>());
    EXPECT_GT(metric["hi"].get<double>(), metric["value"].get<double>());
  }
  EXPECT_TRUE(found);
  EXPECT_TRUE(arm["crosswalk"]["figures"].contains("vllm.mean_acceptance_length"));
  EXPECT_TRUE(json["metric_definitions"].contains("user_decode_tokens_per_s"));
}

TEST(Report, MarkdownTablesAreClosedAndEscaped) {
  const std::string text = PrintMarkdown(MakeDocument(TwoArms(), {}));
  EXPECT_THAT(text, HasSubstr("# synthetic: greedy"));
  EXPECT_THAT(text, HasSubstr("| domain | arm | accepted length |"));
  EXPECT_THAT(text, HasSubstr("math\\|code\\_chat"));
  EXPECT_THAT(text, HasSubstr("```\ndsbench run --drafters none,dspark\n```"));
  std::istringstream stream(text);
  std::string line;
  while (std::getline(stream, line)) {
    if (line.starts_with("|")) {
      EXPECT_TRUE(line.ends_with("|")) << line;
    }
  }
}

TEST(Report, NothingFinishedIsOneClearLine) {
  EXPECT_EQ(PrintTerminal(MakeDocument(BuildModel({}, Quick()), {.crosswalk = true})),
            "Nothing to report: 0 runs in the file, none with a finished request.\n");
  RunData warmups = Plain();
  warmups.requests.resize(2);
  const ReportModel model = BuildModel({CheckRun(warmups)}, Quick());
  EXPECT_EQ(PrintTerminal(MakeDocument(model, {.crosswalk = true})),
            "Nothing to report: 1 run in the file, none with a finished request.\n");
  const nlohmann::json json = nlohmann::json::parse(ReportJson(model, {.crosswalk = true}));
  EXPECT_TRUE(json["sets"].empty());
  EXPECT_EQ(json["message"], "no run has a finished request");
}

TEST(Report, AnArmWithoutBaselineStillReports) {
  const ReportModel model = BuildModel({CheckRun(DSpark())}, Quick());
  EXPECT_TRUE(model.sets[0].comparisons.empty());
  EXPECT_EQ(SpeedTable(model.sets[0]).rows[0][4], "n/a");
  EXPECT_THAT(PrintTerminal(MakeDocument(model, {.crosswalk = true})), HasSubstr("dspark fixed 4"));
}

TEST(Report, RunsOfOtherQuestionsMakeOtherSets) {
  RunData hot = DSpark(), other_target = DSpark(), bf16 = DSpark();
  hot.run.temperature = 1;
  other_target.artifacts["target"].sha256 = "c";
  bf16.run.config_json = R"({"weights": "bf16"})";
  const ReportModel model = BuildModel({CheckRun(Plain()), CheckRun(DSpark()), CheckRun(hot),
                                        CheckRun(other_target), CheckRun(bf16)},
                                       Quick());
  ASSERT_EQ(model.sets.size(), 4u);
  EXPECT_EQ(model.sets[0].arms.size(), 2u);
}

TEST(Report, ArmsPairWithTheBaselineOfTheirSession) {
  const auto run = [](RunData data, int64_t id, const char* session) {
    data.run.id = id;
    data.run.config_json = std::string(R"({"session": ")") + session + "\"}";
    return data;
  };
  const ReportModel model =
      BuildModel({CheckRun(run(Plain(), 1, "a")), CheckRun(run(DSpark(), 2, "b")),
                  CheckRun(run(Plain(), 9, "b")), CheckRun(run(DSpark(), 10, "c"))},
                 Quick());
  const ReportSet& set = model.sets.at(0);
  ASSERT_EQ(set.comparisons.size(), 2u);
  EXPECT_EQ(set.arms[set.comparisons[0].baseline].data->run.id, 9);
  EXPECT_EQ(set.arms[set.comparisons[1].baseline].data->run.id, 9);  // no session: the nearest
  EXPECT_EQ(set.arms[0].name, "none #1");
}

TEST(Report, LostPairsAreSaid) {
  RunData candidate = DSpark();
  candidate.requests.resize(candidate.requests.size() - 3);
  const std::string text = PrintTerminal(
      MakeDocument(BuildModel({CheckRun(Plain()), CheckRun(candidate)}, Quick()), {}));
  EXPECT_THAT(text, HasSubstr("3 dropped"));
  EXPECT_THAT(text, HasSubstr("NOT COMPARABLE"));
}

// As one line: words stand side by side wherever the lines break.
std::string Unwrapped(const Document& document) {
  std::string text = PrintTerminal(document);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// Notes: one line for what many arms and domains have in common.
TEST(Report, NotesAreGroupedAndGapsHaveAReason) {
  SyntheticArm few;
  few.prompts_per_domain = 2;
  std::vector<CheckedRun> runs;
  for (const char* drafter : {"none", "dspark", "dflash"}) {
    few.drafter = drafter;
    runs.push_back(CheckRun(SyntheticRun(few)));
  }
  const std::string text = Unwrapped(MakeDocument(BuildModel(std::move(runs), Quick()), {}));
  EXPECT_THAT(text,
              HasSubstr("Note: accepted length and tokens/s of all arms; math, code, chat and "
                        "all: n too small for an interval."));
  EXPECT_THAT(text, HasSubstr("Note: device ms/token of all arms: n too small"));
  EXPECT_THAT(text, HasSubstr("n/a: TTFT p50 and E2E p50 of all arms: 6 samples, 8 needed."));
}

TEST(Report, WordsOfTheTablesAreDefinedBesideThem) {
  const std::string text = Unwrapped(MakeDocument(TwoArms(), {.crosswalk = true}));
  for (const char* word :
       {"tokens/s: ", "speed-up =", "ms/step: ", "verified/round: ", "drafts used: ", "wasted: ",
        "ms/round: ", "CPU busy: ", "decoding users: ", "TTFT: ", "E2E: ", "slow tokens/s: ",
        "stall: ", "no decode: ", "survival: ", "conditional acceptance: ", "ECE, AUC",
        "flags: dirty: "}) {
    EXPECT_THAT(text, HasSubstr(word));
  }
  for (const char* heading : {"Drafts and rounds ---", "Latency ---", "Requests ---"}) {
    EXPECT_THAT(text, HasSubstr(heading));
  }
}

TEST(Report, NumbersAndNounsAreAsTheyAre) {
  RunData plain = Plain(), dspark = DSpark();
  for (RunData* data : {&plain, &dspark}) {
    data->run.temperature = 0.0001;
    data->run.top_p = 0.925;
    data->run.threads = data->run.max_tokens = 1;
    data->run.users = 2;
    data->skipped = {{1, "long-1", 0, "too long: 9000 prompt tokens"},
                     {1, "talk", 1, "not played: first turns only"},
                     {1, "talk", 2, "not played: first turns only"}};
  }
  const ReportModel model = BuildModel({CheckRun(plain), CheckRun(dspark)}, Quick());
  const std::string text = Unwrapped(MakeDocument(model, {}));
  EXPECT_THAT(text, HasSubstr("temperature 0.0001, top_p 0.925, up to 1 token, 2 users"));
  EXPECT_THAT(text, HasSubstr("; 1 thread Build"));
  EXPECT_THAT(text, HasSubstr("Left out: 1 prompt too long for the context (long-1); 2 later turns "
                              "not played: first turns only (talk)"));
  const auto json = nlohmann::json::parse(ReportJson(model, {}));
  EXPECT_EQ(json["sets"][0]["arms"][0]["left_out"].size(), 3u);
}

TEST(Report, PairingThatCostsSaysSo) {
  ArmComparison comparison;
  comparison.counts.pairs = comparison.prompts = 1;
  comparison.factors.speedup.variance_saved = -0.37;
  EXPECT_EQ(PairingLine("a", "b", comparison),
            "a against b: 1 paired request of 1 prompt, 0 dropped; pairing adds 37 % to the "
            "variance.");
  comparison.factors.speedup.variance_saved = -0.001;
  EXPECT_THAT(PairingLine("a", "b", comparison), HasSubstr("saves 0 %"));
}

TEST(Report, FormatNames) {
  EXPECT_EQ(ParseReportFormat("json"), ReportFormat::kJson);
  EXPECT_THROW(ParseReportFormat("html"), Error);
}

}  // namespace
}  // namespace dsb
