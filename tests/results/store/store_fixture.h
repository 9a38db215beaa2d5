// A folder of its own for each test, and records that fill every field.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "results/records.h"
#include "results/store/reader.h"
#include "results/store/sqlite.h"
#include "results/store/store.h"
#include "tests/build_paths.h"

namespace dsb {

class StoreFixture : public ::testing::Test {
 protected:
  std::string Path() const { return (folder_ / "results.db").string(); }
  std::vector<std::string> FilesInFolder() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  const TemporaryFolder folder_;
};

inline constexpr const char* kSchemaOneFile = DSB_SOURCE_DIR "/tests/results/store/schema_v1.sql";
inline const Store::Options kRead{.mode = Store::Mode::kReadOnly, .durable = false};

inline std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}
inline void Change(const std::string& path, const std::string& sql) {
  Database(path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE).Execute(sql);
}

struct Failure {
  ExitCode code = ExitCode::kDone;
  std::string message;
};
template <typename Action>
Failure FailureOf(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  return {};
}
inline Failure Opening(const std::string& path, const Store::Options& options) {
  return FailureOf([&] { Store store(path, options); });
}

struct RunIds {
  int64_t environment = 0, build = 0, workload = 0, run = 0, segment = 0, prompt = 0;
};

inline EnvironmentRecord SampleEnvironment() {
  return {.machine_id = "m-1",
          .cpu_model = "CPU",
          .cpu_flags = "avx2 avx512f",
          .num_cores = 2,
          .num_threads_hw = 4,
          .memory_bytes = int64_t{8} << 30,
          .os = "Debian 12",
          .kernel = "6.1",
          .virtualised = true,
          .gpu_model = "GPU",
          .driver = "550.1",
          .cuda = "12.4",
          .gpu_count = 1,
          .gpu_memory_bytes = int64_t{80} << 30,
          .power_limit_mw = 700000,
          .detail_json = R"({"governor":"performance"})"};
}

inline BuildRecord SampleBuild() {
  return {.version = "0.1.0",
          .git_commit = "abc",
          .git_dirty = true,
          .diff_sha256 = "d1ff",
          .compiler = "g++ 12",
          .build_type = "Release",
          .flags = "-O2",
          .isa = "avx512",
          .sqlite_version = "3.40.1",
          .detail_json = "{}"};
}

inline ArtifactRecord SampleArtifact(const std::string& kind) {
  return {.kind = kind,
          .name = kind + ".bin",
          .sha256 = "sha-of-" + kind,
          .size_bytes = 17,
          .source = "shipped",
          .detail_json = "{}"};
}

inline RunRecord SampleRun(const std::string& uuid) {
  RunRecord run;
  run.uuid = uuid;
  run.label = "label";
  run.started_utc = "2999-01-01T00:00:00Z";
  run.drafter = "dspark";
  run.policy = "fixed";
  run.draft_length = 7;
  run.users = 1;
  run.temperature = 0.7;
  run.top_p = 0.95;
  run.top_k = 20;
  run.max_tokens = 128;
  run.seed = -5;
  run.threads = 2;
  run.config_json = R"({"threads":2})";
  run.config_sha256 = "c0";
  return run;
}

inline PromptRecord SamplePrompt(const std::string& key) {
  return {.item_key = key,
          .conversation_key = key,
          .turn = 0,
          .dataset = "set",
          .domain = "math",
          .num_prompt_tokens = 3,
          .token_sha256 = "t-" + key,
          .context_depth_tokens = 0};
}

// A run with one segment and one prompt, ready for requests.
inline RunIds StartRun(Store& store, const std::string& uuid) {
  RunIds ids;
  ids.environment = store.PutEnvironment(SampleEnvironment());
  ids.build = store.PutBuild(SampleBuild());
  ids.workload = store.PutArtifact(SampleArtifact("workload"));
  ids.run = store.PutRun(SampleRun(uuid), ids.environment, ids.build);
  store.PutRunArtifact(ids.run, "workload", ids.workload);
  ids.segment = store.PutSegment(ids.run, 0);
  ids.prompt = store.PutPrompt(SamplePrompt("item-1"), ids.workload);
  return ids;
}

// Prefill token, then rounds that commit 3 and 2 tokens: 6 in all.
inline RequestRecord SampleRequest(const RunIds& ids, int64_t repeat) {
  RequestRecord request;
  request.run_id = ids.run;
  request.segment_id = ids.segment;
  request.prompt_id = ids.prompt;
  request.repeat = repeat;
  request.seed = 99;
  request.scheduled_ns = 1000;
  request.issued_ns = 1500 + repeat;
  request.admitted_ns = 2000;
  request.first_ns = 5000;
  request.finished_ns = 15000;
  request.end_reason = "length";
  request.prompt_ids = {1, 2, 49151};
  request.output_ids = {7, -1, 2147483647, 3, 4, 5};
  request.bursts = {{5000, 1}, {9000, 3}, {15000, 2}};
  request.rounds = {{.step_idx = 4,
                     .position = 4,
                     .proposed = 3,
                     .verified = 2,
                     .accepted = 2,
                     .committed = 3,
                     .cut = 0,
                     .confidence = {0.5F, 0.25F, 1e-7F},
                     .draft_ids = {10, 11, 12}},
                    {.step_idx = std::nullopt,
                     .position = 7,
                     .proposed = 0,
                     .verified = 0,
                     .accepted = 0,
                     .committed = 1,
                     .cut = 2,
                     .confidence = {},
                     .draft_ids = {}}};
  return request;
}

inline StepRecord SampleStep(int64_t run_id, int64_t idx) {
  return {.run_id = run_id,
          .idx = idx,
          .t_start_ns = 10 * idx,
          .wall_ns = 9,
          .num_requests = 1,
          .num_prefill_tokens = 2,
          .num_draft_tokens = 3,
          .num_verify_tokens = 4,
          .padded_tokens = 5,
          .context_tokens = 6,
          .device_busy_ns = 7,
          .budget_tokens = 8,
          .phases = {{.phase = "draft",
                      .wall_ns = 3,
                      .thread_cpu_ns = 4,
                      .device_kernel_ns = 5,
                      .device_busy_ns = 6},
                     {.phase = "verify",
                      .wall_ns = 2,
                      .thread_cpu_ns = std::nullopt,
                      .device_kernel_ns = std::nullopt,
                      .device_busy_ns = std::nullopt}}};
}

}  // namespace dsb
