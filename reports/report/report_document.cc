#include "reports/report/report_document.h"
#include "reports/model/provenance_lines.h"

#include <cmath>

#include "reports/model/scopes.h"
#include "reports/paper/paper_tables.h"
#include "reports/report/device_table.h"
#include "reports/report/report_tables.h"
#include "reports/text/number_text.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

std::string SetTitle(const ReportSet& set) {
  const RunData& data = set.arms.front().data;
  const RunRecord& run = data.run;
  std::string title = run.label.empty() ? "Runs" : run.label;
  title += IsGreedy(run) ? ": greedy" : ": temperature " + Fixed(run.temperature, 2);
  if (run.top_p < 1) title += ", top_p " + Fixed(run.top_p, 2);
  if (run.top_k > 0) title += ", top_k " + std::to_string(run.top_k);
  title += ", up to " + std::to_string(run.max_tokens) + " tokens";
  if (run.users)
    title += ", " + std::to_string(*run.users) + (*run.users == 1 ? " user" : " users");
  return title;
}

void AddProvenance(const ReportSet& set, Document* out) {
  const RunData& data = set.arms.front().data;
  out->emplace_back(
      Line{"Machine: " + MachineLine(data) + "; " + std::to_string(data.run.threads) + " threads"});
  if (const std::string gpu = GpuFact(data); !gpu.empty()) {
    const bool unused = data.environment.gpu_model && ConfigOf(data.run).device == "cpu";
    out->emplace_back(Line{"GPU: " + gpu + (unused ? ", not used" : "")});
  }
  out->emplace_back(Line{"Build: " + BuildLine(data)});
  if (const std::string target = ArtifactLine(data, "target"); !target.empty()) {
    const std::string weights = ConfigOf(data.run).weights;
    out->emplace_back(Line{"Target: " + target + (weights.empty() ? "" : ", weights " + weights)});
  }
  std::string last;
  for (const ReportArm& arm : set.arms) {
    const std::string drafter = ArtifactLine(arm.data, "drafter");
    if (drafter.empty() || drafter == last) continue;
    out->emplace_back(Line{"Drafter: " + drafter});
    last = drafter;
  }
  if (const std::string workload = ArtifactLine(data, "workload"); !workload.empty()) {
    out->emplace_back(Line{"Workload: " + workload});
  }
  for (const ReportArm& arm : set.arms) {
    const std::vector<Fact> first = SideFacts(data), own = SideFacts(arm.data);
    for (size_t i = 0; i < first.size(); ++i) {
      if (own[i].value == first[i].value) continue;
      out->emplace_back(
          Line{"Note: " + arm.name + " ran with " + own[i].field + " " + own[i].value});
    }
  }
}

// Doubts about the headline figures that a reader must see.
void AddNotes(const ReportSet& set, Document* out) {
  for (const ReportArm& arm : set.arms) {
    if (const std::string what = ContentionOf(arm.data); !what.empty()) {
      out->emplace_back(
          Line{"Note: ! the times of " + arm.name + " were disturbed: " + what + "."});
    }
    if (!arm.broken.empty()) {
      out->emplace_back(Line{"Note: " + arm.name + " breaks an invariant: " + arm.broken + "."});
    }
    for (const MetricNote& note : arm.notes) {
      const bool headline = note.metric == "accepted_length" ||
                            note.metric == "user_decode_tokens_per_s" ||
                            note.metric == "phase_wall";
      const bool shown = note.scope == "all" || note.scope.starts_with("domain:");
      if (!headline || !shown || note.scope.find('/') != std::string::npos) continue;
      out->emplace_back(Line{"Note: " + arm.name + ", " + ScopeTitle(note.scope) + ", " +
                             note.metric + ": " + note.note + "."});
    }
    const auto differ = [&](const char* a, const char* b, const char* text) {
      const std::optional<double> first = arm.ValueOf(a, "all"), second = arm.ValueOf(b, "all");
      if (!first || !second || std::abs(*second / *first - 1) <= 0.02) return;
      out->emplace_back(Line{"Note: " + arm.name + ": " + text + " is " + Fixed(*second, 3) +
                             ", pooled " + Fixed(*first, 3) + "."});
    };
    differ("accepted_length", "accepted_length_per_request",
           "accepted length, mean over requests,");
    differ("user_decode_tokens_per_s", "mean_decode_rate", "mean decode rate of the requests");
    if (arm.data->num_segments > 1) {
      out->emplace_back(Line{"Note: " + arm.name + " was resumed: the requests' times are of all " +
                             std::to_string(arm.data->num_segments) +
                             " segments, steps, phases and throughput of one."});
    }
  }
}

void AddSet(const ReportSet& set, const ReportModel& model, const ReportSections& sections,
            Document* out) {
  out->emplace_back(Heading{1, SetTitle(set)});
  AddProvenance(set, out);
  out->emplace_back(SpeedTable(set));
  out->emplace_back(Line{
      "tokens/s: what a user sees while decoding. speed-up = accepted-length factor x step-time "
      "factor, over the prompts that both arms finished."});
  out->emplace_back(Line{StatisticsLine(model.options)});
  for (const ReportComparison& comparison : set.comparisons) {
    const ArmComparison* all = comparison.Find("all");
    if (all == nullptr) continue;
    out->emplace_back(Line{PairingLine(set.arms[comparison.candidate].name,
                                       set.arms[comparison.baseline].name, *all)});
    const std::string residual = ResidualLine(*all);
    if (!residual.empty()) out->emplace_back(Line{residual});
  }
  AddNotes(set, out);
  const Table phases = PhaseTable(set);
  out->emplace_back(Heading{2, "Where the time goes"});
  if (phases.rows.empty()) {
    out->emplace_back(Line{"No phase times: the runs' steps are incomplete or were not recorded."});
  } else {
    out->emplace_back(phases);
  }
  for (Block& block : DeviceSection(set)) out->push_back(std::move(block));
  out->emplace_back(DraftTable(set));
  out->emplace_back(LatencyTable(set));
  const std::vector<std::string> scopes = ShownScopes(set);
  bool explained = false;
  for (const ReportArm& arm : set.arms) {
    const Table positions = PositionTable(arm, scopes);
    if (positions.rows.empty()) continue;
    out->emplace_back(Heading{2, "Acceptance by position: " + arm.name});
    out->emplace_back(positions);
    if (!explained) out->emplace_back(Line{kPositionLine});
    explained = true;
  }
  if (sections.paper) {
    for (Block& block : PaperSection(set, model.options)) out->push_back(std::move(block));
  }
  if (sections.crosswalk) {
    for (size_t i = 0; i < set.arms.size(); ++i) {
      if (IsBaseline(set.arms[i].data->run)) continue;
      const ReportComparison* comparison = set.ComparisonOf(i);
      const Crosswalk made = MakeCrosswalk(
          set.arms[i].data, comparison == nullptr ? nullptr : &set.arms[comparison->baseline].data);
      out->emplace_back(Heading{2, "The same rounds in other tools' terms: " + set.arms[i].name});
      out->emplace_back(CrosswalkTable(made));
      out->emplace_back(CrosswalkPositionTable(made));
    }
  }
  out->emplace_back(Heading{2, "Requests"});
  out->emplace_back(RequestTable(set));
  std::string last;
  for (const ReportArm& arm : set.arms) {
    const std::string command = ConfigOf(arm.data->run).command_line;
    if (command.empty() || command == last) continue;
    if (last.empty()) out->emplace_back(Line{"To reproduce:"});
    out->emplace_back(CodeLine{command});
    last = command;
  }
}

void AddLeftOut(const ReportModel& model, Document* out) {
  for (const std::string& run : model.left_out) {
    out->emplace_back(Line{"Left out, because this build cannot read it: " + run + "."});
  }
}

}  // namespace

std::string StatisticsLine(const MetricOptions& options) {
  return "[brackets]: " + Fixed(options.bootstrap.level * 100, 0) +
         " % intervals, bootstrap by prompt (" + std::to_string(options.bootstrap.num_resamples) +
         " resamples, seed " + std::to_string(options.bootstrap.statistics_seed) +
         "), speed-ups paired.";
}

std::string PairingLine(const std::string& candidate, const std::string& baseline,
                        const ArmComparison& comparison) {
  const PairCounts& counts = comparison.counts;
  std::string line = candidate + " against " + baseline + ": " + std::to_string(counts.pairs) +
                     " paired requests of " + std::to_string(comparison.prompts) + " prompts, " +
                     std::to_string(counts.only_baseline + counts.only_candidate) + " dropped";
  const PairedEstimate& speedup = comparison.factors.speedup;
  if (speedup.variance_saved) {
    const double percent = std::round(*speedup.variance_saved * 100);
    line += "; pairing saves " + Fixed(percent == 0 ? 0 : percent, 0) + " % of the variance";
  }
  if (!counts.comparable()) line += "; NOT COMPARABLE: more than 2 % of the requests have no pair";
  return line + ".";
}

std::string ResidualLine(const ArmComparison& comparison) {
  const std::optional<double>& residual = comparison.factors.residual;
  if (!residual || std::abs(*residual) <= 1e-9) return "";
  return "The factors' product misses the speed-up by " + Fixed(*residual * 100, 3) +
         " %: tokens were delivered that no round committed.";
}

Document MakeDocument(const ReportModel& model, const ReportSections& sections) {
  Document document;
  if (model.sets.empty()) {
    document.emplace_back(Line{"Nothing to report: " + std::to_string(model.num_runs) +
                               (model.num_runs == 1 ? " run" : " runs") +
                               " in the file, none with a finished request."});
    AddLeftOut(model, &document);
    return document;
  }
  for (const ReportSet& set : model.sets) AddSet(set, model, sections, &document);
  if (model.num_empty_runs > 0) {
    document.emplace_back(Line{std::to_string(model.num_empty_runs) +
                               " more runs have no finished request and are left out."});
  }
  AddLeftOut(model, &document);
  return document;
}

}  // namespace dsb
