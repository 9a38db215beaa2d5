// The SQLite results file: the schema of measurement.md 12 with the practice of section 11. One
// writer. Opening an older file for writing migrates it; reading leaves it as it is. A file of a
// newer schema, of another application or a damaged one throws kBadInput; disk trouble kResource.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "results/records.h"
#include "results/store/lock_wait.h"

namespace dsb {

inline constexpr int kSchemaVersion = 2;

// How far the rows of an unfinished run reach.
struct RunReach {
  int64_t next_step_idx = 0;  // behind every step that is stored or that a stored round names
  int64_t end_ns = 0;         // behind every stored step and request
  int64_t num_segments = 0;
};

class Store {
 public:
  enum class Mode { kCreateOrAppend, kReadOnly };
  struct Options {
    Mode mode = Mode::kCreateOrAppend;
    bool durable = false;  // synchronous=FULL
    LockWait lock_wait = {};
  };
  // Creating leaves no file behind if it fails. Opening for writing marks running runs of dead
  // owners interrupted.
  Store(const std::string& path, const Options& options);
  ~Store();  // closes cleanly: optimize, checkpoint
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // All that `write` does here is one transaction: kept as a whole or, if it throws, not at all.
  void Transact(const std::function<void()>& write);
  // For locks that others hold; Options::lock_wait until then.
  void SetLongestWait(int64_t longest_ms);
  int64_t longest_wait_ms() const;

  // Written once at a run's start; each returns the row's id. Equal environments, builds, artifacts
  // and prompts share a row.
  int64_t PutEnvironment(const EnvironmentRecord& record);
  int64_t PutBuild(const BuildRecord& record);
  int64_t PutArtifact(const ArtifactRecord& record);
  // A running run without an owner gets this process as its owner.
  int64_t PutRun(const RunRecord& record, int64_t environment_id, int64_t build_id);
  // "another machine", "another build" or both, if the run was begun with others; else empty.
  std::string ChangedSince(int64_t run_id, int64_t environment_id, int64_t build_id) const;
  // Makes an unfinished run this process's again, flagged `resumed`, with what changed. Returns
  // Reach().next_step_idx. Throws kBadInput if there is no such run, or if it is complete or owned
  // by a living process.
  int64_t ResumeRun(int64_t run_id, const std::string& changed = "");
  void PutRunArtifact(int64_t run_id, const std::string& role, int64_t artifact_id);
  void PutRunFlag(int64_t run_id, const std::string& flag, const std::string& detail);
  // Begins the run's hash chain (chain.h), once its artifacts are there and before its first
  // request. Returns d_0. PutRequest continues a chain that was begun, also that of a resumed run.
  std::string StartChain(int64_t run_id);
  int64_t PutPrompt(const PromptRecord& record, int64_t workload_artifact_id);
  int64_t PutSegment(int64_t run_id, int64_t t_start_ns);
  void EndSegment(int64_t segment_id, int64_t t_end_ns, int64_t window_start_ns,
                  int64_t window_end_ns);

  // One transaction each. num_output_tokens (the bursts' sum, else the output ids' count),
  // num_rounds, chain_digest and, if unset, first_burst_tokens come from the record.
  void PutRequest(const RequestRecord& record);
  void PutSteps(const std::vector<StepRecord>& records);
  // Adds to the rows of equal keys: calls, sums and extremes of a later segment join the earlier.
  void PutKernelTimes(const std::vector<KernelTimeRecord>& records);
  // These replace equal keys.
  void PutSkippedItems(const std::vector<SkippedItemRecord>& records);
  void PutServerSamples(const std::vector<ServerSampleRecord>& records);
  void EndRun(int64_t run_id, const std::string& state, const std::string& failure,
              int64_t duration_ns, bool steps_complete);
  void PutMetrics(const std::vector<MetricRecord>& records);  // replaces equal keys

  // Keys (prompt_id, repeat) of the run's finished requests, for --resume.
  std::vector<std::pair<int64_t, int64_t>> FinishedRequests(int64_t run_id) const;
  RunReach Reach(int64_t run_id) const;  // all zero if there is no such run
  // "ok", or what PRAGMA integrity_check says.
  std::string IntegrityCheck() const;
  bool HasMoved() const;  // the file, to another name or away: then nothing is written to it
  // One line for the user if the file was opened with a fallback (no WAL) or migrated, else empty.
  const std::string& warning() const;

  struct Impl;  // results/store/store_impl.h; shared with results/store/reader.cc
  Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace dsb
