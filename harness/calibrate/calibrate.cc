#include "harness/calibrate/calibrate.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <vector>

#include "base/console.h"
#include "base/quoted.h"
#include "base/whole_file.h"
#include "engines/scheduling/calibration.h"
#include "harness/options/output_files.h"
#include "harness/run/results_file.h"
#include "harness/terminal/screen.h"
#include "reports/pairing/find_run.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"
#include "results/store/reader.h"
#include "results/store/store.h"

namespace dsb {
namespace {

const RunRecord& Chosen(const std::vector<RunRecord>& runs, const CalibrateOptions& options) {
  if (!options.run.empty()) return FindRun(runs, options.run, "calibrate");
  std::vector<RunRecord> drafting;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(drafting),
               [](const RunRecord& run) { return run.drafter != "none"; });
  if (drafting.empty()) {
    ThrowBadInput(options.results + ": no run drafts, expected one: it has " + ListOf(runs));
  }
  const RunRecord& chosen = FindRun(drafting, "", "calibrate");
  return *std::find_if(runs.begin(), runs.end(),
                       [&](const RunRecord& run) { return run.id == chosen.id; });
}

CalibratedFigure FigureOf(const Estimate& estimate) {
  return {.value = estimate.value, .lo = estimate.lo, .hi = estimate.hi};
}

Calibration CalibrationOf(const RunData& data, const CalibrationFit& fit) {
  const RunConfig config = ConfigOf(data.run);
  Calibration calibration;
  calibration.target_sha256 = HashOf(data, "target");
  calibration.weights = config.weights;
  calibration.drafter = data.run.drafter;
  calibration.drafter_sha256 = HashOf(data, "drafter");
  calibration.drafter_weights = config.drafter_weights.value_or("");
  calibration.draft_length = static_cast<int64_t>(fit.positions.size());
  calibration.confidence =
      config.confidence.empty() ? std::string(kHeadConfidence) : config.confidence;
  calibration.sampling_temperature = data.run.temperature;
  calibration.workload = config.workload;
  calibration.workload_sha256 = config.workload_sha256;
  calibration.items = fit.fitted_items;
  calibration.prompts = fit.fitted_prompts;
  calibration.rounds = fit.fitted_rounds;
  for (const FittedPosition& position : fit.positions) {
    calibration.positions.push_back({.rounds = position.rounds,
                                     .temperature = position.temperature,
                                     .mean_confidence = position.mean_confidence,
                                     .ece_before = FigureOf(position.ece_before),
                                     .ece_after = FigureOf(position.ece_after),
                                     .brier_before = FigureOf(position.brier_before),
                                     .brier_after = FigureOf(position.brier_after),
                                     .auc_before = FigureOf(position.auc_before),
                                     .auc_after = FigureOf(position.auc_after)});
  }
  return calibration;
}

std::string Format(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string Text(const Estimate& estimate, double scale, const char* format) {
  if (!estimate.value) return "n/a";
  std::string text = Format(format, scale * *estimate.value);
  if (!estimate.lo || !estimate.hi) return text;
  return text + " (" + Format(format, scale * *estimate.lo) + " to " +
         Format(format, scale * *estimate.hi) + ")";
}

std::string Row(std::initializer_list<std::string> cells) {
  std::string row;
  for (const std::string& cell : cells) {
    row += (row.empty() ? "" : "  ") + cell;
    row.append(cell.size() < 20 && row.size() > 8 ? 20 - cell.size() : 0, ' ');
  }
  row.erase(row.find_last_not_of(' ') + 1);
  return row + '\n';
}

std::string Figures(const CalibrationFit& fit) {
  std::string text = Row({"draft   t    ", "ECE % before", "ECE % after", "Brier before",
                          "Brier after", "AUC before", "AUC after"});
  for (size_t k = 0; k < fit.positions.size(); ++k) {
    const FittedPosition& position = fit.positions[k];
    text += Row({std::to_string(k + 1) + "     " + Format("%.3f", position.temperature) + "  ",
                 Text(position.ece_before, 100, "%.1f"), Text(position.ece_after, 100, "%.1f"),
                 Text(position.brier_before, 1, "%.3f"), Text(position.brier_after, 1, "%.3f"),
                 Text(position.auc_before, 1, "%.3f"), Text(position.auc_after, 1, "%.3f")});
  }
  return text;
}

std::string Reliability(const CalibrationFit& fit) {
  std::string text = "\nreliability after scaling: predicted > right, % (rounds)\n";
  for (size_t k = 0; k < fit.positions.size(); ++k) {
    text += std::to_string(k + 1) + ':';
    for (const ReliabilityBin& bin : fit.positions[k].reliability_after) {
      text += ' ' + Format("%.0f", 100 * bin.mean_prediction) + '>' +
              Format("%.0f", 100 * bin.mean_label) + '(' + Format("%.0f", bin.weight) + ')';
    }
    text += '\n';
  }
  return text;
}

std::string Sweep(const CalibrationFit& fit) {
  std::string text =
      "\n" + Row({"threshold    ", "verified a round", "accepted a round", "tokens / pass tokens"});
  for (const ThresholdPoint& point : fit.thresholds) {
    text += Row({Format("%.2f         ", point.threshold), Format("%.2f", point.verified),
                 Format("%.2f", point.accepted), Format("%.3f", point.acceptance)});
  }
  return text;
}

}  // namespace

ExitCode Calibrate(const CalibrateOptions& options) {
  RefuseForeignFile("--output", options.output, WrittenAs::kCalibration);
  const Store store(options.results, ReadingOptions(options.results));
  const std::vector<RunRecord> runs = ReadRuns(store);
  const CheckedRun run = ReadCheckedRun(store, Chosen(runs, options).id, {});
  WarnOfDoubts(*run);
  const CalibrationFit fit = FitCalibration(*run, options.fit);
  WriteWholeFile(options.output, CalibrationToJson(CalibrationOf(*run, fit)));
  const auto number = [](int64_t value) { return std::to_string(value); };
  WriteOutput(Shown(ArmName(run->run)) + ": fitted on " + number(fit.fitted_rounds) +
              " rounds of " + number(fit.fitted_prompts) + " prompts, judged on " +
              number(fit.judged_rounds) + " of " + number(fit.judged_prompts) +
              " others, 95 % intervals by prompt\n" + Figures(fit) + Reliability(fit) + Sweep(fit) +
              "\ncalibration: " + Shown(options.output) + '\n');
  if (fit.fitted_rounds < 20'000) {
    Say("note", "fitted on " + number(fit.fitted_rounds) +
                    " rounds: with fewer than 20000 the bins of the ECE are coarse");
  }
  return ExitCode::kDone;
}

}  // namespace dsb
