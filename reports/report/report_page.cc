#include "reports/report/report_page.h"

#include <algorithm>
#include <optional>

#include "base/counted.h"
#include "reports/charts/charts.h"
#include "reports/model/crosswalk.h"
#include "reports/report/conclusion.h"
#include "reports/report/definitions.h"
#include "reports/report/depth_section.h"
#include "reports/report/load_page.h"
#include "reports/report/load_section.h"
#include "reports/report/notes.h"
#include "reports/report/report_document.h"
#include "reports/report/report_tables.h"
#include "reports/report/scheduling_section.h"
#include "reports/report/tidy_table.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

class Builder {
 public:
  explicit Builder(const ReportModel& model) : model_(model), arms_(model) {}

  Page Build() {
    page_.title = model_.sets.empty() ? "dsbench report" : TitleOf(model_.sets.front());
    page_.arms = arms_.names();
    const std::vector<LoadGroup> loads = LoadGroupsOf(model_);
    const auto is_of_loads = [&](const ReportSet& set) {
      return std::any_of(loads.begin(), loads.end(), [&](const LoadGroup& group) {
        return std::count(group.sets.begin(), group.sets.end(), &set) > 0;
      });
    };
    for (set_ = 0; set_ < model_.sets.size(); ++set_) {
      if (!is_of_loads(model_.sets[set_])) AddSet(model_.sets[set_]);
    }
    for (const LoadGroup& group : loads) AddLoads(group);
    AddPaper();
    AddEnd();
    page_.data = WithoutColumns(TidyTable(model_), {"label", "level", "method"});
    page_.data_parts = {4, 1, 2, 4};  // run; scope; metric, unit; value, lo, hi, n
    return std::move(page_);
  }

 private:
  void Put(Block block) {
    if (auto* const table = std::get_if<Table>(&block)) GiveRowsToArms(*table);
    page_.body.push_back(std::move(block));
  }
  // Rows that name an arm are the arm's.
  void GiveRowsToArms(Table& table) const {
    const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                     [](const Table::Column& one) { return one.title == "arm"; });
    if (column == table.columns.end()) return;
    const auto place = static_cast<size_t>(column - table.columns.begin());
    table.row_arms.clear();
    for (const auto& row : table.rows) {
      std::optional<size_t>& whose = table.row_arms.emplace_back();
      for (const ReportSet& set : model_.sets) {
        for (const ReportArm& arm : set.arms) {
          if (row[place] == arm.name || row[place] == TimedName(arm)) {
            whose = arms_.IndexOf(arm.name);
          }
        }
      }
    }
  }
  void PutCharts(Charts charts) {
    for (Chart& chart : charts) {
      if (model_.sets.size() > 1) chart.id += "-" + std::to_string(set_ + 1);
      Put(Block(std::move(chart)));
    }
  }

  void AddSet(const ReportSet& set) {
    Put(Heading{.level = 1, .text = TitleOf(set)});
    for (LabelledLine& statement : Conclude(set, model_.options)) Put(std::move(statement));
    Put(Heading{.level = 2, .text = "Who is faster"});
    PutCharts(BreakEvenChart(set, arms_));
    PutCharts(SpeedupCharts(set, arms_));
    PutCharts(DomainChart(set, arms_));
    Table all = SpeedTable(set), domains = all;
    const auto last = static_cast<std::ptrdiff_t>(set.arms.size());  // rows of all domains together
    all.rows.erase(all.rows.begin(), all.rows.end() - last);
    domains.rows.erase(domains.rows.end() - last, domains.rows.end());
    Put(std::move(all));
    Put(Line{kSpeedWords});
    Put(Line{StatisticsLine(model_.options)});
    if (Table needed = BreakEvenTable(set); !needed.rows.empty()) {
      Put(std::move(needed));
      Put(Line{kBreakEvenWords});
    }
    if (!domains.rows.empty()) {
      Put(Heading{.level = 3, .text = "By domain", .folded = true});
      Put(std::move(domains));
    }
    const std::vector<Line> notes = SetNotes(set);
    if (!notes.empty()) Put(Heading{.level = 3, .text = "Notes on these figures", .folded = true});
    for (const Line& note : notes) Put(note);
    PutSection("What is accepted", AcceptanceCharts(set, arms_), RunLengthChart(set, arms_));
    PutSection("Where the time goes, and when", TokenTimeChart(set, arms_),
               ProgressionChart(set, arms_), PromptChart(set, arms_), LatencyCharts(set, arms_));
    PutSection("Whether the confidence means what it says", ReliabilityCharts(set, arms_));
    for (Block& block : LoadSection(set)) Put(std::move(block));
    for (Block& block : DepthSection(set)) Put(std::move(block));
    for (Block& block : SchedulingSection(set)) Put(std::move(block));
    AddCrosswalks(set);
    Put(Heading{.level = 2, .text = "What was run"});
    for (Block& block : ProvenanceOf(set)) Put(std::move(block));
  }

  template <typename... Parts>
  void PutSection(const char* heading, Parts... parts) {
    if ((parts.empty() && ...)) return;
    Put(Heading{.level = 2, .text = heading});
    (PutCharts(std::move(parts)), ...);
  }

  void AddCrosswalks(const ReportSet& set) {
    bool first = true;
    for (size_t i = 0; i < set.arms.size(); ++i) {
      if (IsBaseline(set.arms[i].data->run)) continue;
      const ReportComparison* const comparison = set.ComparisonOf(i);
      const Crosswalk made = MakeCrosswalk(
          set.arms[i].data, comparison == nullptr ? nullptr : &set.arms[comparison->baseline].data);
      if (first) {
        Put(Heading{.level = 2, .text = "The same rounds in other tools' terms", .folded = true});
        Put(Line{kRoundSymbols});
      }
      first = false;
      Put(Heading{.level = 3, .text = set.arms[i].name, .arms = {set.arms[i].name}});
      Table table = CrosswalkTable(made);
      table.row_arms.assign(table.rows.size(), arms_.IndexOf(set.arms[i].name));
      Put(std::move(table));
    }
  }

  // Each question under several loads: what the loads show, then one of its runs in full (the
  // first, which has the lowest load as sweeps are written) and the others in short.
  void AddLoads(const LoadGroup& group) {
    ++num_groups_;
    const ReportSet& first = *group.sets.front();
    Put(Heading{.level = 1, .text = TitleOf(group)});
    const std::vector<ParetoPoint> points = PointsOf(group, model_.options);
    for (Block& block : LoadStatementBlocks(points)) Put(std::move(block));
    const auto put = [&](Charts charts) {
      for (Chart& chart : charts) {
        if (chart.series.empty()) continue;  // what these runs do not tell, as servers' rounds
        if (num_groups_ > 1) chart.id += "-of-" + std::to_string(num_groups_);
        Put(std::move(chart));
      }
    };
    Charts curves = LoadCharts(points, arms_);
    if (own_curves_.empty()) own_curves_ = curves;
    put(std::move(curves));
    for (Block& block : LoadTable(points)) Put(std::move(block));
    Put(Heading{.level = 2, .text = "How long users wait"});
    put(LoadLatencyCharts(group, arms_));
    Put(Heading{.level = 2, .text = "Each run"});
    for (const ReportSet* set : group.sets) {
      for (Block& block : ShortSet(*set)) Put(std::move(block));
    }
    set_ = static_cast<size_t>(&first - model_.sets.data());
    AddSet(first);
  }

  // Beside the set whose conditions are the paper's, if there is one: temperature 1.
  void AddPaper() {
    if (model_.sets.empty()) return;
    const ReportSet* chosen = &model_.sets.front();
    for (const ReportSet& set : model_.sets) {
      if (set.arms.front().data->run.temperature == 1) chosen = &set;
    }
    Put(Heading{.level = 1, .text = "Beside the paper"});
    Put(
        Line{"Cheng et al., DSpark, 27 June 2026: values read from its tables and vector graphics. "
             "Figure 2 is behind the charts of acceptance by position. The runs here: " +
             TitleOf(*chosen) + "."});
    for (const Chart& chart : PaperCharts(*chosen, arms_)) Put(chart);
    for (const Chart& chart : PaperLoadCharts(own_curves_)) Put(chart);
  }

  void AddEnd() {
    if (model_.sets.empty()) {
      Put(Heading{.level = 1, .text = "Nothing to report"});
      Put(Line{Counted(model_.num_runs, "run") + " in the file, none with a finished request."});
    }
    for (const std::string& run : model_.left_out) {
      Put(LabelledLine{"left out", {{.text = "This build cannot read it: " + run}}});
    }
  }

  const ReportModel& model_;
  const ArmList arms_;
  size_t set_ = 0, num_groups_ = 0;
  Charts own_curves_;  // over the load, of the first group
  Page page_;
};

}  // namespace

Page MakePage(const ReportModel& model) { return Builder(model).Build(); }

std::vector<Chart> PageCharts(const ReportModel& model) {
  std::vector<Chart> charts;
  Page page = MakePage(model);
  for (Block& block : page.body) {
    if (auto* const chart = std::get_if<Chart>(&block)) charts.push_back(std::move(*chart));
  }
  return charts;
}

}  // namespace dsb
