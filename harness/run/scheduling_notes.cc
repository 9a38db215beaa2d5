#include "harness/run/scheduling_notes.h"

#include <algorithm>
#include <set>

#include "base/counted.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "engines/scheduling/calibration.h"
#include "engines/scheduling/cost_table.h"
#include "reports/text/number_text.h"
#include "results/metrics/selection.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

constexpr size_t kLongestFile = size_t{1} << 24;

std::vector<double> RatiosOf(const CheckedRun& run, const CostTable& table) {
  std::vector<double> ratios;
  for (const StepRecord* step : MeasuredSteps(run)) {
    const int64_t drafts = step->num_verify_tokens - step->num_requests;
    if (step->num_prefill_tokens > 0 || step->num_requests < 1 || drafts < 0) continue;
    ratios.push_back(static_cast<double>(step->wall_ns) /
                     table.StepNs(step->num_requests, drafts, step->num_draft_tokens > 0));
  }
  std::sort(ratios.begin(), ratios.end());
  return ratios;
}

// "4 requests: drafts 5.1 ms, pass 20.1 (4 tokens) to 40.2 ms (32 tokens)".
std::string RowText(const CostTable& table, const VerifyCosts& row) {
  const std::vector<CostPoint>& points = row.by_tokens.points();
  const auto ms = [](double ns) { return Fixed(ns * 1e-6, 2); };
  return Counted(row.requests, "request") + ": drafts " + ms(table.DraftNs(row.requests)) +
         " ms, pass " + ms(row.by_tokens.AtNs(points.front().at)) + " ms (" +
         Counted(points.front().at, "token") + ") to " + ms(row.by_tokens.AtNs(points.back().at)) +
         " ms (" + Counted(points.back().at, "token") + ")";
}

}  // namespace

std::vector<std::string> FittedPromptWarnings(const RunOptions& options,
                                              const std::vector<Prompt>& prompts) {
  std::vector<std::string> warnings;
  for (const std::string& path : options.calibrations) {
    const std::vector<std::string> items =
        ParseCalibration(ReadTextFile(path, kLongestFile), path).items;
    const std::set<std::string> fitted(items.begin(), items.end());
    const auto count = std::count_if(prompts.begin(), prompts.end(), [&](const Prompt& prompt) {
      return fitted.contains(prompt.key);
    });
    if (count == 0) continue;
    warnings.push_back("--calibration " + path + " was fitted on " + Counted(count, "prompt") +
                       " of this run: what it gains here is no prediction");
  }
  return warnings;
}

std::vector<std::string> CostTableWarnings(const RunOptions& options) {
  std::vector<std::string> warnings;
  for (const std::string& path : options.cost_tables) {
    const CostTable table = ReadCostTable(path);
    const int64_t most = table.verify.back().requests;
    if (!table.measured || options.concurrency <= most) continue;
    warnings.push_back("--cost-table " + path + " was measured up to " + Counted(most, "request") +
                       " a step, this run has up to " + std::to_string(options.concurrency) +
                       ": what those cost is extrapolated");
  }
  return warnings;
}

std::vector<std::string> CostTableLines(const RunOptions& options,
                                        const std::vector<CheckedRun>& runs) {
  std::vector<std::string> lines;
  for (const std::string& path : options.cost_tables) {
    const std::string text = ReadTextFile(path);
    const std::string sha256 = Sha256Hex(text);
    const CostTable table = ParseCostTable(text, path);
    bool shown = false;
    for (const CheckedRun& run : runs) {
      if (HashOf(run, "cost_table") != sha256) continue;
      if (!shown) {
        lines.push_back("Cost table of " + table.conditions.drafter + " (" + table.origin + "):");
        for (const VerifyCosts& row : table.verify) lines.push_back("  " + RowText(table, row));
        shown = true;
      }
      const std::vector<double> ratios = RatiosOf(run, table);
      if (ratios.empty()) continue;
      const auto at = [&](size_t tenth) {
        return Fixed(ratios[(ratios.size() - 1) * tenth / 10], 2);
      };
      lines.push_back(
          ArmName(run->run) + ": " + Counted(static_cast<int64_t>(ratios.size()), "step") +
          " without prefill took " + at(5) + " of what the table says (median; 80 % of them " +
          at(1) + " to " + at(9) + ").");
    }
  }
  return lines;
}

}  // namespace dsb
