// Other programs' files as runs: what they say, and nothing more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "harness/exchange/export_results.h"
#include "harness/exchange/import_command.h"
#include "harness/exchange/imported_run.h"
#include "results/metrics/metrics.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"
#include "tests/build_paths.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;

constexpr const char* kBench = DSB_SOURCE_DIR "/tests/golden/wire/vllm_bench.json";

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Record(const std::string& phase, const std::string& more) {
  return R"({"metadata":{"session_num":0,"turn_index":1,"request_start_ns":1759813207532900363,)"
         R"("request_end_ns":1759813207838764604,"benchmark_phase":")" +
         phase + "\"}," + more + "}\n";
}
const char* const kGood =
    R"("metrics":{"time_to_first_token":{"value":4.5,"unit":"ms"},"request_latency":{"value":40.5,"unit":"ms"},)"
    R"("output_sequence_length":{"value":9,"unit":"tokens"},"input_sequence_length":{"value":550,"unit":"tokens"}},"error":null)";
const char* const kFailed = R"("metrics":{},"error":{"code":499,"message":"was cancelled"})";

std::string ComplaintOf(ImportedRun (*read)(std::string_view, const std::string&),
                        const std::string& text) {
  try {
    read(text, "f");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.what();
  }
  return "(none)";
}

TEST(Import, VllmBenchSaysTheSameAsItsOwnSummary) {
  const TemporaryFolder folder;
  const std::string db = (folder / "r.db").string();
  ASSERT_EQ(ExecuteImport({.format = "vllm-bench", .file = kBench, .output = db, .arm = "eagle3"}),
            ExitCode::kDone);
  const Store store(db, {.mode = Store::Mode::kReadOnly});
  const CheckedRun run = ReadCheckedRun(store, 1, {});
  EXPECT_EQ(run->run.engine, "imported");
  EXPECT_EQ(run->run.provenance, "imported");
  EXPECT_EQ(ArmName(run->run), "eagle3");
  EXPECT_FALSE(run->run.reports_rounds);
  EXPECT_EQ(run->environment.num_cores, 0);  // no hardware of this machine
  EXPECT_EQ(ConfigOf(run->run).server, "vLLM bench serve");
  ASSERT_EQ(run->requests.size(), 8u);
  // Its own figures for the same answers: mean TTFT 3077.709 ms, mean TPOT 167.940 ms.
  double ttft_ms = 0, tpot_ms = 0;
  int64_t tokens = 0;
  for (const RequestRow& row : run->requests) {
    const RequestRecord& request = row.request;
    ttft_ms += static_cast<double>(*request.first_ns - request.issued_ns) / 1e6 / 8;
    const auto decoded = static_cast<double>(request.bursts.back().num_tokens);
    tpot_ms += static_cast<double>(*request.finished_ns - *request.first_ns) / 1e6 / decoded / 8;
    tokens += 1 + request.bursts.back().num_tokens;
    EXPECT_TRUE(request.rounds.empty());
  }
  EXPECT_NEAR(ttft_ms, 3077.7089, 0.001);
  EXPECT_NEAR(tpot_ms, 167.94,
              0.35);  // theirs is over the latency that it took apart from the gaps
  EXPECT_EQ(tokens, 494);
  for (const MetricRecord& metric : ComputeMetrics(run)) {
    if (metric.metric == "accepted_length" || metric.metric == "burst_gap") {
      EXPECT_FALSE(metric.estimate.value.has_value()) << metric.metric;
    }
  }
  ASSERT_EQ(run->server_samples.size(), 6u);
}

// What is written in the other programs' shapes is what their readers read.
// Two runs of one file agree in everything.
TEST(Import, AFileIsTakenOnce) {
  const TemporaryFolder folder;
  ImportChoice choice = {
      .format = "vllm-bench", .file = kBench, .output = (folder / "r.db").string(), .arm = "a"};
  ExecuteImport(choice);
  choice.arm = "b";
  try {
    ExecuteImport(choice);
    ADD_FAILURE() << "taken twice";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    EXPECT_THAT(error.what(), HasSubstr("already, as run 1 (a)"));
  }
  EXPECT_EQ(ReadRuns(Store(choice.output, {.mode = Store::Mode::kReadOnly})).size(), 1u);
}

TEST(Export, IsReadBack) {
  const TemporaryFolder folder;
  const std::string db = (folder / "r.db").string();
  ASSERT_EQ(ExecuteImport({.format = "vllm-bench", .file = kBench, .output = db}), ExitCode::kDone);
  const Store store(db, {.mode = Store::Mode::kReadOnly});
  const CheckedRun run = ReadCheckedRun(store, 1, {});
  const ImportedRun first = ReadVllmBench(Contents(kBench), "f"),
                    bench = ReadVllmBench(VllmBenchJson(run), "g"),
                    aiperf = ReadAiperf(AiperfJsonl(run), "h");
  ASSERT_EQ(bench.answers.size(), 8u);
  ASSERT_EQ(aiperf.answers.size(), 8u);
  for (size_t i = 0; i < 8; ++i) {
    for (const ImportedAnswer* answer : {&bench.answers[i], &aiperf.answers[i]}) {
      EXPECT_EQ(answer->output_tokens, first.answers[i].output_tokens);
      EXPECT_EQ(answer->prompt_tokens, first.answers[i].prompt_tokens);
      EXPECT_NEAR(static_cast<double>(answer->first_ns - first.answers[i].first_ns), 0, 5);
      EXPECT_NEAR(static_cast<double>(answer->end_ns - first.answers[i].end_ns), 0, 5);
    }
  }
}

TEST(Import, AiperfRecords) {
  const ImportedRun run = ReadAiperf(
      Record("warmup", kGood) + "\n" + Record("profiling", kGood) + Record("profiling", kFailed),
      "f");
  ASSERT_EQ(run.answers.size(), 2u);
  const ImportedAnswer& good = run.answers[0];
  EXPECT_EQ(good.key, "request-0-1");
  EXPECT_EQ(good.start_ns, 0);
  EXPECT_EQ(good.first_ns, 4'500'000);
  EXPECT_EQ(good.end_ns, 40'500'000);
  EXPECT_EQ(good.output_tokens, 9);
  EXPECT_EQ(good.prompt_tokens, 550);
  EXPECT_EQ(run.answers[1].error, "was cancelled");
}

TEST(Import, WhatIsNotTheFormIsRefusedByPlace) {
  EXPECT_THAT(ComplaintOf(&ReadVllmBench, "{}"), HasSubstr("key \"input_lens\" is missing"));
  EXPECT_THAT(ComplaintOf(&ReadVllmBench, "[1"), HasSubstr("f: byte"));
  std::string bench = Contents(kBench);
  bench.replace(bench.find("\"ttfts\": [3.35"), 14, "\"ttfts\": [-3.5");
  EXPECT_THAT(ComplaintOf(&ReadVllmBench, bench), HasSubstr("answer 0, ttfts: expected a number"));
  EXPECT_THAT(ComplaintOf(&ReadAiperf, ""), HasSubstr("no records of the phase profiling"));
  EXPECT_THAT(ComplaintOf(&ReadAiperf, Record("profiling", "\"metrics\":{},\"error\":null")),
              HasSubstr("f:1: key \"time_to_first_token\" is missing"));
}

constexpr const char* kSpeculated =
    R"("metrics":{"time_to_first_token":{"value":4.5},"request_latency":{"value":40.5},)"
    R"("output_sequence_length":{"value":9},"input_sequence_length":{"value":5}},"error":null,)"
    R"("spec_decode_acceptance":{"engine":"vllm","num_spec_steps":3,"num_draft_tokens":9,)"
    R"("num_accepted_draft_tokens":6,"completion_tokens":9,)";

// Steps that account for every token are rounds; the last may run past the end.
TEST(Import, AiperfStepsAreRounds) {
  const std::string told =
      std::string(kSpeculated) + R"("per_step_accepted":[2,1,3],"per_step_drafted":[3,3,3]})";
  const ImportedRun run = ReadAiperf(Record("profiling", told), "f");
  const std::vector<RoundRecord>& rounds = run.answers.at(0).rounds;
  ASSERT_EQ(rounds.size(), 3u);
  EXPECT_EQ(rounds[1].position, 4);
  EXPECT_EQ(rounds[1].accepted, 1);
  EXPECT_EQ(rounds[1].committed, 2);
  EXPECT_EQ(rounds[2].committed, 3);  // one of its four is behind the end
  EXPECT_EQ(rounds[2].cut, 1);
  ASSERT_EQ(run.counters.size(), 3u);
  EXPECT_EQ(run.counters[0].value, 3);
  EXPECT_EQ(run.remark, "");
}

TEST(Import, AiperfStepsThatLeaveTokensOutAreNoRounds) {
  for (const char* steps : {R"("per_step_accepted":[1,0,1],"per_step_drafted":[3,3,3]})",
                            R"("per_step_accepted":[3,3,3],"per_step_drafted":[3,3,3]})",
                            R"("acceptance_histogram":{"2":3}})"}) {
    const ImportedRun run = ReadAiperf(Record("profiling", kSpeculated + std::string(steps)), "f");
    EXPECT_TRUE(run.answers.at(0).rounds.empty()) << steps;
    EXPECT_THAT(run.remark, HasSubstr("1 answer without rounds")) << steps;
    EXPECT_EQ(run.counters.size(), 3u);
  }
  EXPECT_THAT(ComplaintOf(&ReadAiperf, Record("profiling", std::string(kSpeculated) +
                                                               R"("per_step_accepted":[4,0,1],)"
                                                               R"("per_step_drafted":[3,3,3]})")),
              HasSubstr("step 0: found 4 accepted of 3 drafted"));
  EXPECT_THAT(ComplaintOf(&ReadAiperf, Record("profiling", std::string(kSpeculated) +
                                                               R"("per_step_accepted":[2],)"
                                                               R"("per_step_drafted":[3]})")),
              HasSubstr("\"per_step_accepted\": expected a list of 3 entries"));
}

TEST(Import, AiperfRoundsAreMeasured) {
  const TemporaryFolder folder;
  const std::string db = (folder / "r.db").string(), file = (folder / "p.jsonl").string();
  std::ofstream(file) << Record(
      "profiling",
      std::string(kSpeculated) + R"("per_step_accepted":[2,1,3],"per_step_drafted":[3,3,3]})");
  ASSERT_EQ(ExecuteImport({.format = "aiperf", .file = file, .output = db, .arm = "eagle3"}),
            ExitCode::kDone);
  const Store store(db, {.mode = Store::Mode::kReadOnly});
  const CheckedRun run = ReadCheckedRun(store, 1, {});
  EXPECT_TRUE(run->run.reports_rounds);
  const std::vector<MetricRecord> metrics = ComputeMetrics(run);
  const MetricRecord* const length = FindMetric(metrics, "accepted_length", "all");
  ASSERT_NE(length, nullptr);
  EXPECT_NEAR(length->estimate.value.value_or(0), 8.0 / 3, 1e-12);
}

std::string SpeedBench(const std::string& concurrency, const std::string& rows) {
  return R"({"config":{"bench":"qualitative","concurrency":)" + concurrency +
         R"(},"selected_samples":1,"completed_samples":1,"failed_samples":0,"summary":[],"results":[)" +
         rows + "]}";
}
std::string Row(const std::string& id, int turns, const std::string& more) {
  return R"({"id":")" + id + R"(","category":"coding","turns":)" + std::to_string(turns) +
         R"(,"latency_s":2.0,"prompt_tokens":40,"completion_tokens":101,"draft_n":70,)"
         R"("draft_n_accepted":30,)" +
         more + "}";
}
constexpr const char* kOk = R"("ok":true,"predicted_ms":1500.0,"error":null)";

TEST(Import, SpeedBenchRows) {
  const ImportedRun run = ReadSpeedBench(
      SpeedBench("1", Row("a", 1, kOk) + "," + Row("b", 2, kOk) + "," +
                          Row("c", 1, R"("ok":false,"predicted_ms":null,"error":"HTTP 500")")),
      "f");
  ASSERT_EQ(run.answers.size(), 2u);
  EXPECT_EQ(run.answers[0].domain, "coding");
  EXPECT_EQ(run.answers[0].first_ns, 500'000'000);
  EXPECT_EQ(run.answers[0].end_ns, 2'000'000'000);
  EXPECT_EQ(run.answers[1].start_ns, 4'000'000'000);
  EXPECT_EQ(run.answers[1].error, "HTTP 500");
  ASSERT_EQ(run.skipped.size(), 1u);
  EXPECT_EQ(run.skipped[0].item_key, "b");
  ASSERT_EQ(run.counters.size(), 2u);
  EXPECT_EQ(run.counters[1].value, 90);
}

TEST(Import, SpeedBenchIsRefusedByPlace) {
  EXPECT_THAT(ComplaintOf(&ReadSpeedBench, SpeedBench("4", Row("a", 1, kOk))),
              HasSubstr("concurrency: found 4, expected 1"));
  EXPECT_THAT(ComplaintOf(&ReadSpeedBench,
                          SpeedBench("1", Row("a", 1, R"("ok":true,"predicted_ms":2500)"))),
              HasSubstr("results 0, predicted_ms: longer than latency_s"));
  EXPECT_THAT(ComplaintOf(&ReadSpeedBench, SpeedBench("1", R"({"id":1})")),
              HasSubstr("key \"category\" is missing"));
}

constexpr const char* kDeepSpec =
    "loading\n"
    "gsm8k\tQwen3-4B\tdspark\t7.00+1\t6.11\t0.76\t500\t99\t12.50\t2.05\t0.9\t0.8\n"
    "dataset\ttarget_model\tdraft_model\t#propose\taccept_len\tverify_rate\tsamples\tout_tokens\t"
    "tok/s\tverify/s\taccept_rate@0\taccept_rate@1\n"
    "gsm8k\tQwen3-4B\tdspark\t7.00+1\t6.11\t0.7638\t500\t99\t12.50\t2.05\t0.9\t-\n";

TEST(Import, DeepSpecTable) {
  const ImportedRun run = ReadDeepSpec(kDeepSpec, "f");
  ASSERT_EQ(run.figures.size(), 8u);
  EXPECT_EQ(run.figures[0].name, "deepspec:#propose{dataset=gsm8k,draft_model=dspark}");
  EXPECT_EQ(run.figures[0].value, 7);
  EXPECT_EQ(run.figures[1].value, 6.11);
  const ImportedRun drawn = ReadDeepSpec(
      "+---+\n| dataset | target_model | draft_model | #propose | accept_len | verify_rate | "
      "samples "
      "| out_tokens | tok/s | verify/s |\n+---+\n| mbpp | q | d | 7.00+1 | 5.13 | 0.7 | 3 | 9 | 1 "
      "| "
      "2 |\n+---+\n",
      "f");
  ASSERT_EQ(drawn.figures.size(), 7u);
  EXPECT_EQ(drawn.figures[1].value, 5.13);
}

TEST(Import, DeepSpecIsRefusedByPlace) {
  EXPECT_THAT(ComplaintOf(&ReadDeepSpec, "nothing\n"), HasSubstr("no line that begins"));
  std::string other = kDeepSpec;
  other.replace(other.find("verify/s\taccept"), 8, "drafts/s");
  EXPECT_THAT(ComplaintOf(&ReadDeepSpec, other),
              HasSubstr("f:3: column 10: found \"drafts/s\", expected verify/s"));
  EXPECT_THAT(ComplaintOf(&ReadDeepSpec, std::string(kDeepSpec) + "mbpp\tq\n"),
              HasSubstr("f:5: found 2 cells, expected the header's 12"));
}

constexpr const char* kGolden =
    "# measured\n_metadata:\n  draft-model: x/y\nm-1:\n  thinking_on:\n    1: 1.86\n    7: 3.86\n"
    "  thinking_off:\n    1: 1.93\n";

TEST(Import, GoldenLengths) {
  const ImportedRun run = ReadGoldenLengths(kGolden, "f");
  ASSERT_EQ(run.figures.size(), 3u);
  EXPECT_EQ(run.figures[1].name,
            "inferencex:golden_acceptance_length{model=m-1,mode=thinking_on,draft_length=7}");
  EXPECT_EQ(run.figures[1].value, 3.86);
  for (const auto& [line, complaint] : std::vector<std::pair<std::string, std::string>>{
           {"    2: 3.5\n", "f:10: found \"    2: 3.5\", expected DRAFT LENGTH"},
           {"    x: 1.5\n", "expected DRAFT LENGTH"},
           {"   2: 1.5\n", "expected a model, under it modes"},
           {"- 2\n", "expected KEY: or KEY: VALUE"}}) {
    EXPECT_THAT(ComplaintOf(&ReadGoldenLengths, kGolden + line), HasSubstr(complaint)) << line;
  }
  EXPECT_THAT(ComplaintOf(&ReadGoldenLengths, "m:\n"), HasSubstr("no accepted lengths"));
}

TEST(Import, FiguresWantTheDraftersName) {
  const TemporaryFolder folder;
  const std::string db = (folder / "r.db").string(), file = (folder / "g.yaml").string();
  std::ofstream(file) << kGolden;
  EXPECT_THROW(ExecuteImport({.format = "golden-al", .file = file, .output = db}), Error);
  ASSERT_EQ(ExecuteImport({.format = "golden-al", .file = file, .output = db, .arm = "dspark"}),
            ExitCode::kDone);
  const Store store(db, {.mode = Store::Mode::kReadOnly});
  const CheckedRun run = ReadCheckedRun(store, 1, {});
  EXPECT_EQ(run->server_samples.size(), 3u);
  EXPECT_TRUE(run->requests.empty());
}

}  // namespace
}  // namespace dsb
