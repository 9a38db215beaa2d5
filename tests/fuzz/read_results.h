// Everything that reads a foreign results file, with every failure checked.
#pragma once

#include <string>

#include "base/error.h"
#include "reports/gate/decision.h"
#include "reports/gate/pairs.h"
#include "reports/gate/verdict_json.h"
#include "reports/report/report.h"
#include "results/store/store.h"

namespace dsb {

template <typename Action>
void Attempt(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    // Resource: a baseline that is not there, a journal that cannot be rolled back.
    DSB_CHECK(error.code() == ExitCode::kBadInput || error.code() == ExitCode::kResource);
  }
}

// Which readers is the input's choice: each takes milliseconds.
inline void ReadResults(const std::string& path, size_t choice) {
  Attempt([&] {
    const Store store(path, {.mode = Store::Mode::kReadOnly, .lock_wait = {.longest_ms = 0}});
    ReportOptions report;
    report.sections = {.crosswalk = true, .paper = true};
    report.metrics.bootstrap.num_resamples = 4;
    CompareOptions compare;
    compare.metrics = report.metrics;
    switch (choice % 4) {
      case 0:
        RenderReport(store, report);
        break;
      case 1:
        report.format = ReportFormat::kJson;
        RenderReport(store, report);
        break;
      case 2:
        Attempt([&] { RenderCompare(store, store, compare, ReportFormat::kMarkdown); });
        RenderCompare(store, store, compare, ReportFormat::kJson);
        break;
      default: {
        GateOptions gate;
        gate.bootstrap = report.metrics.bootstrap;
        const GateInput input = ReadGatePairs({.baseline = &store,
                                               .candidate = &store,
                                               .baseline_run = "none",
                                               .candidate_run = "dspark",
                                               .anchor_run = "",
                                               .noise = {}});
        const GateVerdict verdict = DecideGate(input.pairs, DefaultGatePolicy(), gate);
        VerdictJson(verdict, {});
      }
    }
  });
}

}  // namespace dsb
