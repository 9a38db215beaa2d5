#include "harness/run/run_end.h"

#include <algorithm>
#include <exception>

#include "base/console.h"
#include "base/counted.h"
#include "harness/machine/contention.h"

namespace dsb {
namespace {

constexpr int64_t kLongestWaitAfterFailureMs = 1000;

// Empty: nothing was wrong with what the engine said.
std::string FailureOf(const ReplayCounters& counters) {
  std::string failure;
  if (counters.errors > 0) {
    failure =
        Counted(counters.errors, "request") + " ended in error; the first: " + counters.first_error;
  }
  if (counters.unknown > 0) {
    failure += (failure.empty() ? "" : "; ") + std::string("the engine spoke ") +
               Counted(counters.unknown, "time") +
               " of requests that were not in flight; the first: request " +
               std::to_string(counters.first_unknown_id);
  }
  return failure;
}

// Times that are made up, or on a virtual clock, are nobody's to disturb.
void PutContention(Store& store, const RunArm& arm) {
  const EngineDescription engine = arm.backend.engine->Describe();
  if (engine.provenance.time == Provenance::Time::kModelled || arm.clock.is_virtual()) return;
  const std::string text =
      ContentionText({.use = arm.cpu_use,
                      .idle_ns = arm.idle_ns,
                      .threads = arm.config.threads,
                      .computes = engine.engine == "native" && arm.config.device == "cpu"});
  if (text.empty()) return;
  const std::string where =
      arm.num_segments == 0 ? "" : "segment " + std::to_string(arm.num_segments + 1) + ": ";
  store.PutRunFlag(arm.run_id, "contended", where + text);
}

}  // namespace

void CloseRuns(Store& store, const RunArms& arms, int64_t stall_ns, RunSummary& summary) {
  for (const auto& arm : arms) {
    if (!arm->active) continue;
    if (stall_ns > 0) {
      store.PutRunFlag(arm->run_id, "client_limited",
                       "recorder stalled " + std::to_string(stall_ns) + " ns");
    }
    PutContention(store, *arm);
    if (!arm->overload.empty()) store.PutRunFlag(arm->run_id, "overload", arm->overload);
    store.PutServerSamples(arm->server_samples);
    for (const EngineRemark& remark : arm->backend.engine->Remarks()) {
      Say(remark.flag.empty() ? "note" : "warning", arm->options.drafter + ": " + remark.text);
      if (!remark.flag.empty()) store.PutRunFlag(arm->run_id, remark.flag, remark.text);
    }
    const ReplayCounters& counters = arm->replayer->counters();
    if (counters.errors > 0 && summary.num_errors == 0) summary.first_error = counters.first_error;
    summary.num_errors += counters.errors;
    const std::string failure = FailureOf(counters);
    const int64_t now_ns = arm->clock.NowNs();
    store.EndSegment(arm->segment_id, now_ns, arm->window_start_ns, arm->window_end_ns);
    const std::string state = !failure.empty()      ? "failed"
                              : summary.interrupted ? "interrupted"
                                                    : "complete";
    store.EndRun(arm->run_id, state, failure, now_ns, arm->steps_complete);
  }
}

void FailRuns(Store& store, const RunArms& arms, bool flushed, const std::string& reason) {
  // Who has waited for the file in vain does not wait again for each row.
  if (!flushed) store.SetLongestWait(kLongestWaitAfterFailureMs);
  for (const auto& arm : arms) {
    if (!arm->active) continue;
    try {
      PutContention(store, *arm);
      const int64_t now_ns = arm->clock.NowNs();
      store.EndSegment(arm->segment_id, now_ns, arm->window_start_ns,
                       std::max(arm->window_start_ns, arm->window_end_ns));
      store.EndRun(arm->run_id, arm->replaying ? "failed" : "interrupted",
                   arm->replaying ? reason : "the other arm failed", now_ns,
                   arm->steps_complete && flushed);
    } catch (const std::exception&) {
      // A store that cannot be written to keeps the run as running; the next open marks it
      // interrupted.
    }
  }
}

}  // namespace dsb
