// A small results file for fuzzing: two arms of one command with a few requests each, everything
// that a report reads. Without the constraints that SQLite would keep for us (a hostile file has
// none), and with small pages.
#pragma once

#include <string>
#include <vector>

#include "results/run_config.h"
#include "results/store/sqlite.h"
#include "results/store/store.h"

namespace dsb {

inline RequestRecord FuzzRequest(int64_t run, int64_t segment, int64_t prompt, bool drafts) {
  RequestRecord request;
  request.run_id = run;
  request.segment_id = segment;
  request.prompt_id = prompt;
  request.scheduled_ns = 1000 * prompt;
  request.issued_ns = 1000 * prompt + 10;
  request.admitted_ns = 1000 * prompt + 20;
  request.first_ns = 1000 * prompt + 100;
  request.finished_ns = 1000 * prompt + 900;
  request.end_reason = "length";
  request.prompt_ids = {1, 2, 3};
  request.output_ids = {4, 5, 6};
  request.bursts = {{1000 * prompt + 100, 1}};
  RoundRecord round;
  round.step_idx = prompt;
  round.position = 4;
  round.committed = 1;
  if (drafts) {
    round.proposed = round.verified = 2;
    round.accepted = 1;
    round.committed = 2;
    round.confidence = {0.5F, 0.25F};
    round.draft_ids = {5, 9};
  }
  for (int64_t tokens = 2; tokens > 0; tokens -= round.committed) {
    request.rounds.push_back(round);
    request.bursts.push_back({1000 * prompt + 900, round.committed});
    ++round.position;
  }
  return request;
}

inline void PutFuzzRun(Store& store, const std::string& drafter, int64_t workload) {
  RunConfig config;
  config.drafter = drafter;
  config.session = "s";
  config.weights = "stored";
  RunRecord run;
  run.uuid = drafter;
  run.state = "complete";
  run.duration_ns = 100'000;
  run.drafter = drafter;
  run.policy = "fixed";
  run.draft_length = drafter == "none" ? 0 : 2;
  run.users = 1;
  run.max_tokens = 3;
  run.threads = 1;
  run.config_json = ConfigToJson(config);
  run.config_sha256 = ConfigSha256(config);
  const int64_t id = store.PutRun(run, store.PutEnvironment({}), store.PutBuild({}));
  store.PutRunArtifact(id, "workload", workload);
  store.PutRunFlag(id, "dirty", "x");
  store.StartChain(id);
  const int64_t segment = store.PutSegment(id, 0);
  for (int64_t i = 0; i < 3; ++i) {
    PromptRecord prompt;
    prompt.item_key = "p" + std::to_string(i);
    prompt.dataset = i == 0 ? "a" : "b";
    prompt.domain = "math";
    prompt.num_prompt_tokens = 3;
    const int64_t prompt_id = store.PutPrompt(prompt, workload);
    store.PutRequest(FuzzRequest(id, segment, prompt_id, drafter != "none"));
    StepRecord step;
    step.run_id = id;
    step.idx = prompt_id;
    step.t_start_ns = 1000 * i;
    step.wall_ns = 800;
    step.num_requests = 1;
    PhaseTimeRecord& phase = step.phases.emplace_back();
    phase.phase = "verify";
    phase.wall_ns = 700;
    phase.thread_cpu_ns = 600;
    store.PutSteps({step});
  }
  KernelTimeRecord kernel;
  kernel.run_id = id;
  kernel.phase = "verify";
  kernel.kernel = "k";
  kernel.calls = 1;
  kernel.total_ns = 5;
  store.PutKernelTimes({kernel});
  store.PutSkippedItems({{.run_id = id, .item_key = "p9", .turn = 0, .reason = "long"}});
  store.EndSegment(segment, 90'000, 0, 90'000);
}

// `sql` without every "KEYWORD (...)".
inline std::string WithoutClauses(std::string sql, const std::string& keyword) {
  for (size_t at = 0; (at = sql.find(keyword + " (")) != std::string::npos;) {
    size_t end = at + keyword.size() + 1;
    int depth = 0;
    do {
      if (sql[end] == '(') ++depth;
      if (sql[end] == ')') --depth;
    } while (++end < sql.size() && depth > 0);
    sql.erase(at, end - at);
  }
  return sql;
}

inline std::string WithoutWords(std::string sql, const std::string& words) {
  for (size_t at = 0; (at = sql.find(words)) != std::string::npos;) sql.erase(at, words.size());
  return sql;
}

inline void MakeFuzzResults(const std::string& path) {
  {
    Store store(path, {});
    ArtifactRecord workload;
    workload.kind = "workload";
    workload.sha256 = "w";
    const int64_t id = store.PutArtifact(workload);
    PutFuzzRun(store, "none", id);
    PutFuzzRun(store, "dspark", id);
  }
  Database database(path, path, SQLITE_OPEN_READWRITE);
  database.Execute(
      "PRAGMA journal_mode=DELETE; DROP VIEW v_run; DROP VIEW v_request; DROP VIEW v_round_prompt;"
      "DROP TABLE audit; DROP TABLE environment_sample; DROP INDEX request_by_run_phase;"
      "DROP INDEX round_by_step; DROP INDEX metric_by_name; PRAGMA writable_schema=ON");
  std::vector<std::pair<std::string, std::string>> tables;
  {
    Statement statement(database, "SELECT name, sql FROM sqlite_master WHERE type = 'table'");
    Rows rows = statement.Query();
    while (rows.Next()) tables.emplace_back(rows.Text(0), rows.Text(1));
  }
  for (auto& [name, sql] : tables) {
    sql = WithoutClauses(sql, "CHECK");
    for (const char* words : {" NOT NULL", "STRICT, ", " STRICT", " ON DELETE CASCADE"}) {
      sql = WithoutWords(sql, words);
    }
    Statement(database, "UPDATE sqlite_master SET sql = ? WHERE name = ?").Run(sql, name);
  }
  database.Execute(
      "PRAGMA writable_schema=RESET; PRAGMA trusted_schema=ON; PRAGMA page_size=1024;"
      "VACUUM");
}

}  // namespace dsb
