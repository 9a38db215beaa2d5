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

}  // namespace
}  // namespace dsb
