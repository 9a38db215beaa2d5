#include "reports/report/report_document.h"
#include "reports/model/provenance_lines.h"

#include <cmath>
#include <span>

#include "base/counted.h"
#include "reports/model/scopes.h"
#include "reports/paper/paper_tables.h"
#include "reports/report/definitions.h"
#include "reports/report/depth_section.h"
#include "reports/report/device_table.h"
#include "reports/report/figures.h"
#include "reports/report/load_section.h"
#include "reports/report/report_tables.h"
#include "reports/report/scheduling_section.h"
#include "reports/text/number_text.h"
#include "results/run_facts.h"

namespace dsb {

std::string TitleOf(const ReportSet& set, bool with_load) {
  const RunData& data = set.arms.front().data;
  const RunRecord& run = data.run;
  std::string title = run.label.empty() ? "Runs" : run.label;
  title += IsGreedy(run) ? ": greedy" : ": temperature " + Shortest(run.temperature);
  if (run.top_p < 1) title += ", top_p " + Shortest(run.top_p);
  if (run.top_k > 0) title += ", top_k " + std::to_string(run.top_k);
  title += ", up to " + Counted(run.max_tokens, "token");
  if (run.users && with_load) title += ", " + Counted(*run.users, "user");
  return title;
}

namespace {

void AddProvenance(const ReportSet& set, Document* out) {
  const RunData& data = set.arms.front().data;
  out->emplace_back(
      Line{"Machine: " + MachineLine(data) + "; " + Counted(data.run.threads, "thread")});
  if (const std::string gpu = GpuFact(data); !gpu.empty()) {
    const bool unused = data.environment.gpu_model && ConfigOf(data.run).device == "cpu";
    out->emplace_back(Line{"GPU: " + gpu + (unused ? ", not used" : "")});
  }
  out->emplace_back(Line{"Build: " + BuildLine(data)});
  if (const std::string target = ArtifactLine(data, "target"); !target.empty()) {
    const std::string weights = ConfigOf(data.run).weights;
    out->emplace_back(Line{"Target: " + target + (weights.empty() ? "" : ", weights " + weights)});
  }
  for (const ReportArm& arm : set.arms) {
    if (const std::string server = ServerLine(arm.data); !server.empty()) {
      out->emplace_back(Line{arm.name + ": " + server, {arm.name}});
    }
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
  if (const std::string left_out = LeftOutLine(data); !left_out.empty()) {
    out->emplace_back(Line{"Left out: " + left_out});
  }
  for (const ReportArm& arm : set.arms) {
    const std::vector<Fact> first = SideFacts(data), own = SideFacts(arm.data);
    for (size_t i = 0; i < first.size(); ++i) {
      if (own[i].value == first[i].value) continue;
      out->emplace_back(
          Line{"Note: " + arm.name + " ran with " + own[i].field + " " + own[i].value, {arm.name}});
    }
  }
}

void AddLines(std::vector<std::string> lines, const char* prefix, Document* out) {
  for (const std::string& line : lines) out->emplace_back(Line{prefix + line});
}

void AddFigures(const char* heading, const ReportSet& set, std::span<const Figure> figures,
                const char* words, Document* out) {
  out->emplace_back(Heading{2, heading});
  out->emplace_back(FigureTable(set, figures));
  out->emplace_back(Line{words});
  AddLines(GapLines(GapsOf(set, figures), set.arms.size()), "", out);
}

void AddPositions(const ReportSet& set, Document* out) {
  const std::vector<std::string> scopes = ShownScopes(set);
  bool found = false, confident = false;
  for (const ReportArm& arm : set.arms) {
    const Table positions = PositionTable(arm, scopes);
    if (positions.rows.empty()) continue;
    out->emplace_back(Heading{2, "Acceptance by position: " + arm.name});
    out->emplace_back(positions);
    found = true;
    confident = confident || HasConfidence(arm);
  }
  if (found) out->emplace_back(Line{PositionWords(confident)});
}

void AddCrosswalks(const ReportSet& set, Document* out) {
  bool found = false;
  for (size_t i = 0; i < set.arms.size(); ++i) {
    if (IsBaseline(set.arms[i].data->run)) continue;
    const ReportComparison* comparison = set.ComparisonOf(i);
    const Crosswalk made = MakeCrosswalk(
        set.arms[i].data, comparison == nullptr ? nullptr : &set.arms[comparison->baseline].data);
    out->emplace_back(Heading{2, "The same rounds in other tools' terms: " + set.arms[i].name});
    out->emplace_back(CrosswalkTable(made));
    out->emplace_back(CrosswalkPositionTable(made));
    found = true;
  }
  if (found) out->emplace_back(Line{std::string(kRoundSymbols) + " n/a: the denominator is 0."});
}

// Of each of the set's commands once.
void AddCommands(const ReportSet& set, Document* out) {
  std::string last;
  for (const ReportArm& arm : set.arms) {
    const std::string command = ConfigOf(arm.data->run).command_line;
    if (command.empty() || command == last) continue;
    if (last.empty()) out->emplace_back(Line{"To reproduce:"});
    out->emplace_back(CodeLine{command});
    last = command;
  }
}

void AddSet(const ReportSet& set, const ReportModel& model, const ReportSections& sections,
            Document* out) {
  out->emplace_back(Heading{1, TitleOf(set)});
  AddProvenance(set, out);
  out->emplace_back(SpeedTable(set));
  out->emplace_back(Line{kSpeedWords});
  out->emplace_back(Line{StatisticsLine(model.options)});
  for (const ReportComparison& comparison : set.comparisons) {
    const ArmComparison* all = comparison.Find("all");
    if (all == nullptr) continue;
    out->emplace_back(Line{PairingLine(set.arms[comparison.candidate].name,
                                       set.arms[comparison.baseline].name, *all)});
    const std::string residual = ResidualLine(*all);
    if (!residual.empty()) out->emplace_back(Line{residual});
  }
  AddLines(GapLines(SpeedGaps(set), set.arms.size()), "", out);
  if (const Table needed = BreakEvenTable(set); !needed.rows.empty()) {
    out->emplace_back(needed);
    out->emplace_back(Line{kBreakEvenWords});
  }
  for (Line& note : SetNotes(set)) {
    out->emplace_back(Line{"Note: " + note.text, std::move(note.arms)});
  }
  for (Block& block : LoadSection(set)) out->push_back(std::move(block));
  for (Block& block : DepthSection(set)) out->push_back(std::move(block));
  const Table phases = PhaseTable(set);
  out->emplace_back(Heading{2, "Where the time goes"});
  if (phases.rows.empty()) {
    out->emplace_back(Line{"No phase times: the runs' steps are incomplete or were not recorded."});
  } else {
    out->emplace_back(phases);
    out->emplace_back(Line{kPhaseWords});
  }
  for (Block& block : DeviceSection(set)) out->push_back(std::move(block));
  AddFigures("Drafts and rounds", set, DraftFigures(), kDraftWords, out);
  for (Block& block : SchedulingSection(set)) out->push_back(std::move(block));
  AddFigures("Latency", set, LatencyFigures(), kLatencyWords, out);
  AddPositions(set, out);
  if (sections.paper) {
    for (Block& block : PaperSection(set, model.options)) out->push_back(std::move(block));
  }
  if (sections.crosswalk) AddCrosswalks(set, out);
  out->emplace_back(Heading{2, "Requests"});
  out->emplace_back(RequestTable(set));
  out->emplace_back(Line{kRequestWords});
  if (const std::string flags = FlagWords(set); !flags.empty()) {
    out->emplace_back(Line{"flags: " + flags + "."});
  }
  AddCommands(set, out);
}

void AddLeftOut(const ReportModel& model, Document* out) {
  for (const std::string& run : model.left_out) {
    out->emplace_back(Line{"Left out, because this build cannot read it: " + run + "."});
  }
}

}  // namespace

Document ProvenanceOf(const ReportSet& set) {
  Document out;
  AddProvenance(set, &out);
  out.emplace_back(RequestTable(set));
  out.emplace_back(Line{kRequestWords});
  AddCommands(set, &out);
  return out;
}

std::string StatisticsLine(const MetricOptions& options) {
  return "[brackets]: " + Fixed(options.bootstrap.level * 100, 0) +
         " % intervals, bootstrap by prompt (" + std::to_string(options.bootstrap.num_resamples) +
         " resamples, seed " + std::to_string(options.bootstrap.statistics_seed) +
         "), speed-ups paired.";
}

std::string PairingLine(const std::string& candidate, const std::string& baseline,
                        const ArmComparison& comparison) {
  const PairCounts& counts = comparison.counts;
  std::string line = candidate + " against " + baseline + ": " +
                     Counted(counts.pairs, "paired request") + " of " +
                     Counted(comparison.prompts, "prompt") + ", " +
                     std::to_string(counts.only_baseline + counts.only_candidate) + " dropped";
  const PairedEstimate& speedup = comparison.factors.speedup;
  if (speedup.variance_saved) {
    const double percent = std::round(*speedup.variance_saved * 100);
    line += percent < 0 ? "; pairing adds " + Fixed(-percent, 0) + " % to the variance"
                        : "; pairing saves " + Fixed(std::abs(percent), 0) + " % of the variance";
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
    document.emplace_back(Line{"Nothing to report: " + Counted(model.num_runs, "run") +
                               " in the file, none with a finished request."});
    AddLeftOut(model, &document);
    return document;
  }
  for (const ReportSet& set : model.sets) AddSet(set, model, sections, &document);
  if (model.num_empty_runs > 0) {
    document.emplace_back(
        Line{Counted(model.num_empty_runs, "more run") + " without a finished request left out."});
  }
  AddLeftOut(model, &document);
  return document;
}

}  // namespace dsb
